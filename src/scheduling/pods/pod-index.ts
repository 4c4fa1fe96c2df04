// Our own: the real program has no such file.
import { isBound, isTerminal, isTerminating } from "../../kube/pod.ts";
import type { Labels, Pod } from "../../kube/objects.ts";
import type { Matcher } from "./selector.ts";

/** Running pods by namespace and label set, so that a selector is asked once per label set and not once per pod. */
export class PodIndex {
  readonly #namespaces = new Map<string, LabelClass[]>();

  constructor(pods: readonly Pod[]) {
    const classes = new Map<string, LabelClass>();
    for (const pod of pods) {
      if (!isCounted(pod)) continue;
      const { namespace = "", labels = {} } = pod.metadata;
      const key = `${namespace}\n${JSON.stringify(labels)}`;
      let found = classes.get(key);
      if (found === undefined) {
        found = { labels, nodeNames: [] };
        classes.set(key, found);
        const list = this.#namespaces.get(namespace);
        if (list === undefined) this.#namespaces.set(namespace, [found]);
        else list.push(found);
      }
      found.nodeNames.push(pod.spec.nodeName ?? "");
    }
  }

  /** Node names of matching pods, one entry per pod. */
  *nodesOf(namespaces: ReadonlySet<string>, matches: Matcher): Generator<string> {
    for (const namespace of namespaces) {
      for (const { labels, nodeNames } of this.#namespaces.get(namespace) ?? []) if (matches(labels)) yield* nodeNames;
    }
  }
}

interface LabelClass {
  readonly labels: Labels;
  readonly nodeNames: string[];
}

/** Whether topology counts the pod: it runs somewhere and is not on its way out. */
export function isCounted(pod: Pod): boolean {
  return isBound(pod) && !isTerminal(pod) && !isTerminating(pod);
}
