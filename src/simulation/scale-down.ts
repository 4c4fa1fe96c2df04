import { isMirrorPod, isTerminal, ownerOf } from "../kube/pod.ts";
import type { Node, Pod, PodDisruptionBudget } from "../kube/objects.ts";
import { allocatableOf } from "../kube/node.ts";
import { indexBudgets } from "../kube/budget.ts";
import type { Volumes } from "../kube/volumes.ts";
import { Placer, requestsOf } from "./placement.ts";

/** What Cluster Autoscaler looks at before it makes a cluster smaller. */
export interface ScaleDownInput {
  readonly nodes: readonly Node[];
  readonly bound: readonly Pod[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly volumes: Volumes;
  /** Nodes whose group may become smaller. */
  readonly candidates: readonly string[];
  readonly nowMs: number;
  readonly utilizationThreshold: number;
  readonly skipsLocalStorage: boolean;
  readonly skipsSystemPods: boolean;
}

/** A node that Cluster Autoscaler would do without. */
export interface UnneededNode {
  readonly name: string;
  /** Pods to move; empty nodes go first and in parallel. */
  readonly pods: readonly Pod[];
}

const oneHourMs = 3_600_000;

/** The nodes that are under-utilised and whose pods all fit elsewhere, in the order in which CA would find them. */
export function unneededNodes(input: ScaleDownInput): readonly UnneededNode[] {
  const podsOf = (name: string): readonly Pod[] => input.bound.filter((pod) => pod.spec.nodeName === name);
  const index = indexBudgets(input.budgets, input.bound);
  const found: UnneededNode[] = [];
  const gone = new Set<string>();
  let moved: readonly Pod[] = [];
  for (const node of input.nodes) {
    const { name } = node.metadata;
    if (
      !input.candidates.includes(name) ||
      node.metadata.annotations?.["cluster-autoscaler.kubernetes.io/scale-down-disabled"] === "true"
    )
      continue;
    const pods = podsOf(name);
    if (utilizationOf(node, pods) >= input.utilizationThreshold) continue;
    const fates = pods.map((pod) => fateOf(pod, input, index.budgetsOf(pod)));
    if (fates.includes("block")) continue;
    const moving = pods.filter((_, i) => fates[i] === "move");
    const others = input.nodes.filter((one) => one !== node && !gone.has(one.metadata.name));
    const staying = [
      ...input.bound.filter((pod) => pod.spec.nodeName !== name && !gone.has(pod.spec.nodeName ?? "")),
      ...moved,
    ];
    const placed = placeAll(moving, others, staying, input.volumes);
    if (placed === undefined) continue;
    moved = [...moved, ...placed];
    gone.add(name);
    found.push({ name, pods: moving });
  }
  return found.toSorted((a, b) => Number(a.pods.length > 0) - Number(b.pods.length > 0));
}

function placeAll(
  pods: readonly Pod[],
  nodes: readonly Node[],
  bound: readonly Pod[],
  volumes: Volumes,
): readonly Pod[] | undefined {
  const placer = new Placer({ nodes, bound, volumes });
  const placed: Pod[] = [];
  for (const pod of pods) {
    const free: Pod = { ...pod, metadata: { ...pod.metadata, name: `${pod.metadata.name}-moved` } };
    const placement = placer.place(free);
    if (placement.kind === "none") return undefined;
    placer.assume(free, placement.node);
    placed.push({ ...free, spec: { ...free.spec, nodeName: placement.node } });
  }
  return placed;
}

/** The greater of the requested shares of cpu and memory, daemons included, as CA counts by default. */
function utilizationOf(node: Node, pods: readonly Pod[]): number {
  const allocatable = allocatableOf(node);
  if (!allocatable.ok) return 1;
  const share = (name: string): number => {
    const total = Number(allocatable.value.get(name) ?? 0n);
    const used = pods.reduce((sum, pod) => sum + Number(requestsOf(pod).get(name) ?? 0n), 0);
    return total === 0 ? 1 : used / total;
  };
  return Math.max(share("cpu"), share("memory"));
}

type Fate = "stay" | "move" | "block";

// The drain rules in their order; the first that decides wins (spec of CA, C.5).
function fateOf(pod: Pod, input: ScaleDownInput, budgets: readonly PodDisruptionBudget[]): Fate {
  if (isMirrorPod(pod)) return "stay";
  const owner = ownerOf(pod)?.kind;
  if (owner === "DaemonSet") return "stay";
  const safe = pod.metadata.annotations?.["cluster-autoscaler.kubernetes.io/safe-to-evict"];
  if (safe === "true" || isTerminal(pod)) return "move";
  if (owner === undefined || !["ReplicationController", "Job", "ReplicaSet", "StatefulSet"].includes(owner))
    return "block";
  if (input.skipsSystemPods && pod.metadata.namespace === "kube-system" && budgets.length === 0) {
    const age = input.nowMs - Date.parse(pod.metadata.creationTimestamp ?? "");
    return age > oneHourMs ? "move" : "block";
  }
  if (safe === "false") return "block";
  if (input.skipsLocalStorage && hasLocalStorage(pod)) return "block";
  return budgets.some((budget) => (budget.status?.disruptionsAllowed ?? 0) < 1) ? "block" : "move";
}

function hasLocalStorage(pod: Pod): boolean {
  const excused =
    pod.metadata.annotations?.["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"]?.split(",") ?? [];
  return (pod.spec.volumes ?? []).some((volume) => {
    const isLocal =
      volume.hostPath !== undefined || (volume.emptyDir !== undefined && volume.emptyDir["medium"] !== "Memory");
    return isLocal && !excused.includes(volume.name);
  });
}
