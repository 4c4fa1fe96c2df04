import { Fault } from "../../fault/fault.ts";
import type { Pod } from "../../kube/objects.ts";
import { isTerminating } from "../../kube/pod.ts";
import { type OwnerName, ownerNameOf, podName } from "../../migration/shift/movable.ts";
import type { MovingPod } from "./pods.ts";

/** Which drain it is, for messages. */
interface DrainWords {
  readonly title: string;
  readonly goOn: string;
}

/** Evictions of one pod and its successors on one node, the first included. */
const most = 3;

/** How often each workload was evicted from each node, so that what comes back again and again is left alone. */
export class Returns {
  readonly #drain: DrainWords;
  readonly #allowed = new Map<string, number>();
  readonly #evicted = new Map<string, number>();

  /** A workload may be evicted once for each pod that it had on the node at first, and each of those may come back twice at most. */
  constructor(drain: DrainWords, first: readonly MovingPod[]) {
    this.#drain = drain;
    for (const { pod, owner } of first) {
      const key = keyOf(pod, owner);
      this.#allowed.set(key, (this.#allowed.get(key) ?? most - 1) + 1);
    }
  }

  /** To be asked before a pod is evicted. Throws `migrate.returns` when its workload came back too often, with where its pods are. */
  check(pod: Pod, owner: OwnerName, pods: readonly Pod[]): void {
    const key = keyOf(pod, owner);
    const times = this.#evicted.get(key) ?? 0;
    if (times >= (this.#allowed.get(key) ?? most)) throw this.#tooOften(pod, owner, { times, pods });
  }

  /** The pod was evicted. */
  count(pod: Pod, owner: OwnerName): void {
    const key = keyOf(pod, owner);
    this.#evicted.set(key, (this.#evicted.get(key) ?? 0) + 1);
  }

  #tooOften(pod: Pod, owner: OwnerName, seen: { readonly times: number; readonly pods: readonly Pod[] }): Fault {
    const nodes = seen.pods
      .filter((one) => ownerNameOf(one) === owner && !isTerminating(one))
      .map((one) => `${one.metadata.name} on ${one.spec.nodeName ?? "no node yet"}`)
      .toSorted();
    const more = nodes.length > 5 ? [`and ${nodes.length - 5} more`] : [];
    const { title, goOn } = this.#drain;
    return new Fault(
      "migrate.returns",
      `${title}: ${podName(pod)} of ${owner} is on ${pod.spec.nodeName ?? ""} again after ${seen.times} evictions`,
      {
        why:
          "it runs on a cordoned node, as one that tolerates it does; its pods are now: " +
          [...nodes.slice(0, 5), ...more].join(", "),
        hint:
          `take the toleration of node.kubernetes.io/unschedulable from ${owner}, or move it yourself, ` +
          `then run \`${goOn}\``,
      },
    );
  }
}

// The pods of a StatefulSet keep their names; those of a ReplicaSet share one owner.
function keyOf(pod: Pod, owner: OwnerName): string {
  const isNamed = owner.startsWith("StatefulSet/") || owner.startsWith("Pod/");
  return `${isNamed ? podName(pod) : owner} ${pod.spec.nodeName ?? ""}`;
}
