import { isBound, isTerminal, isTerminating } from "../kube/pod.ts";
import type { Labels, Pod } from "../kube/objects.ts";
import type { Matcher } from "./selector.ts";

/** Running pods by namespace and label set, so that a selector is asked once per label set and not once per pod. */
export class PodIndex {
  readonly #namespaces = new Map<string, LabelClass[]>();

  constructor(pods: readonly Pod[]) {
    const classes = new Map<string, LabelClass>();
    for (const pod of pods) {
      if (!isBound(pod) || isTerminal(pod) || isTerminating(pod)) continue;
      const { namespace = "", labels = {} } = pod.metadata;
      const key = `${namespace}\n${JSON.stringify(labels)}`;
      let found = classes.get(key);
      if (found === undefined) {
        found = { labels, pods: [] };
        classes.set(key, found);
        const list = this.#namespaces.get(namespace);
        if (list === undefined) this.#namespaces.set(namespace, [found]);
        else list.push(found);
      }
      found.pods.push(pod);
    }
  }

  /** Node names of matching pods, one entry per pod, without the pods that are about to be placed. */
  *nodesOf(namespaces: ReadonlySet<string>, matches: Matcher, excluded: ReadonlySet<Pod>): Generator<string> {
    for (const namespace of namespaces) {
      for (const { labels, pods } of this.#namespaces.get(namespace) ?? []) {
        if (!matches(labels)) continue;
        for (const pod of pods) if (!excluded.has(pod)) yield pod.spec.nodeName ?? "";
      }
    }
  }
}

interface LabelClass {
  readonly labels: Labels;
  readonly pods: Pod[];
}
