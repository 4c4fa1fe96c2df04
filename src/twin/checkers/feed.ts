import { countBudget } from "../../kube/budget.ts";
import type { Pod, PodDisruptionBudget } from "../../kube/objects.ts";
import { podRequests } from "../../kube/pod-requests.ts";
import { controllerOf, isReady, isTerminal } from "../../kube/pod.ts";
import { parseResources } from "../../kube/resource-list.ts";
import { storeOwners } from "../kubernetes/store-owners.ts";
import { indexes } from "../store/indexes.ts";
import { coveredBy } from "../store/eviction.ts";
import type { StoreChange, StoreChangeOf } from "../store/change.ts";
import type { Twin } from "../world/twin.ts";
import type { Breach } from "./breach.ts";

/** Programs that take away pods of their own, pods that have ended, and pods of nodes that are gone. */
const mayDelete = new Set([
  "deployment",
  "replicaset",
  "statefulset",
  "daemonset",
  "job",
  "cronjob",
  "kubelet",
  "garbage-collector",
  "node-lifecycle",
  // Preemption.
  "kube-scheduler",
  // What is left on a node when its `terminationGracePeriod` is over.
  "karpenter",
]);

/** Breaches beyond so many are only counted. */
const mostKept = 100;

/**
 * Judges every change of a world by what must never happen, knowing nothing of how it was made: no eviction below a budget, no pod taken
 * away by somebody who may not, no node with more asked of it than it has. Also, at the end: pods that their owner did not bring back.
 */
export class FeedCheckers {
  readonly #twin: Twin;
  readonly #breaches: Breach[] = [];
  readonly #end: () => void;
  /** What pods ask of each node, in thousandths of a core and bytes. */
  readonly #asked = new Map<string, { cpu: bigint; memory: bigint; pods: bigint }>();
  #changes = 0;
  #count = 0;

  constructor(twin: Twin) {
    this.#twin = twin;
    for (const pod of twin.store.all("pods")) this.#weigh(pod, 1n);
    this.#end = twin.subscribe((change) => this.#note(change));
  }

  /** Stops listening: what was broken, how often, and how many changes were looked at. */
  finish(): { readonly changes: number; readonly broken: number; readonly breaches: readonly Breach[] } {
    this.#end();
    for (const what of missingPods(this.#twin)) this.#report(what);
    return { changes: this.#changes, broken: this.#count, breaches: this.#breaches };
  }

  #note(change: StoreChange): void {
    this.#changes += 1;
    if (change.resource === "pods") this.#notePod(change);
  }

  #notePod({ before, after, verb, actor, key }: StoreChangeOf<"pods">): void {
    if (before !== undefined && isOnNode(before) && (after === undefined || !isOnNode(after))) this.#weigh(before, -1n);
    if (after !== undefined && isOnNode(after) && (before === undefined || !isOnNode(before))) {
      this.#weigh(after, 1n);
      this.#checkRoom(after);
    }
    if (before === undefined) return;
    const isBegun = after !== undefined && after.metadata.deletionTimestamp !== before.metadata.deletionTimestamp;
    if (verb === "evict") this.#checkBudgets(before, actor);
    else if ((after === undefined || isBegun) && !this.#may(actor, before))
      this.#report(`${actor} took pod ${key} away without an eviction`);
  }

  #may(actor: string, pod: Pod): boolean {
    if (mayDelete.has(actor) || actor === "helm") return true;
    // A pod of Dovetail's own, and what a person deletes by hand.
    return actor === "dovetail" ? pod.metadata.name.startsWith("dovetail") : controllerOf(pod) === undefined;
  }

  #checkBudgets(pod: Pod, actor: string): void {
    if (!isReady(pod)) return;
    const { store } = this.#twin;
    const namespace = pod.metadata.namespace ?? "default";
    for (const budget of store.by(indexes.budgets.byNamespace, namespace)) {
      if (!coveredBy(budget, pod)) continue;
      const { healthy, desired } = this.#healthOf(budget, namespace);
      if (healthy < desired)
        this.#report(
          `${actor} evicted ${namespace}/${pod.metadata.name}: ${healthy} healthy pods left, ${budget.metadata.name} wants ${desired}`,
        );
    }
  }

  #healthOf(budget: PodDisruptionBudget, namespace: string): { readonly healthy: number; readonly desired: number } {
    const { store } = this.#twin;
    const pods = store.by(indexes.pods.byNamespace, namespace).filter((one) => coveredBy(budget, one));
    const counted = countBudget(budget, pods, storeOwners(store));
    if (counted.kind !== "counted") return { healthy: 0, desired: 0 };
    return { healthy: counted.currentHealthy, desired: counted.desiredHealthy };
  }

  #weigh(pod: Pod, sign: bigint): void {
    if (!isOnNode(pod)) return;
    const name = pod.spec.nodeName ?? "";
    const requests = podRequests(pod);
    if (!requests.ok) return;
    const asked = this.#asked.get(name) ?? { cpu: 0n, memory: 0n, pods: 0n };
    this.#asked.set(name, asked);
    for (const resource of ["cpu", "memory", "pods"] as const)
      asked[resource] += sign * (requests.value.get(resource) ?? 0n);
  }

  #checkRoom(pod: Pod): void {
    const name = pod.spec.nodeName ?? "";
    const node = this.#twin.store.find("nodes", name);
    // DaemonSets and kubelets are not asked by the scheduler in all cases: static pods may exceed a node.
    if (node === undefined || controllerOf(pod)?.kind === "Node") return;
    const has = parseResources(node.status?.allocatable);
    const asked = this.#asked.get(name);
    if (!has.ok || asked === undefined) return;
    for (const resource of ["cpu", "memory", "pods"] as const) {
      const limit = has.value.get(resource);
      if (limit !== undefined && asked[resource] > limit)
        this.#report(`pods ask more ${resource} of node ${name} than it has, since ${pod.metadata.name} came`);
    }
  }

  #report(what: string): void {
    this.#count += 1;
    if (this.#breaches.length < mostKept) this.#breaches.push({ atMs: this.#twin.nowMs, what });
  }
}

function isOnNode(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && !isTerminal(pod);
}

/** ReplicaSets that have fewer pods, waiting ones included, than they want. */
function missingPods({ store }: Twin): readonly string[] {
  return store.all("replicasets").flatMap((set) => {
    const wanted = set.spec.replicas ?? 1;
    const pods = store.by(indexes.pods.byOwner, set.metadata.uid ?? "").filter((pod) => !isTerminal(pod)).length;
    const isYoung = set.metadata.deletionTimestamp !== undefined || pods >= wanted;
    return isYoung ? [] : [`${set.metadata.namespace ?? ""}/${set.metadata.name} has ${pods} pods of ${wanted}`];
  });
}
