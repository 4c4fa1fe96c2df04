import { instanceIdOf } from "../../kube/node.ts";
import type { Node, Pod } from "../../kube/objects.ts";
import { isReady, isTerminating } from "../../kube/pod.ts";
import { type Consents, type OwnerName, ownerNameOf, podName, standingOf } from "../../migration/shift/movable.ts";
import { guardReason } from "../../migration/shift/waves.ts";
import { Fault } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";

/** What is on some nodes, sorted by what a drain does with it. */
export interface Load {
  /** To be moved, Terminating ones included: they are on their way. */
  readonly moving: readonly MovingPod[];
  /** Of those, the ones that ask for nodes Karpenter does not manage. */
  readonly guarded: readonly { readonly pod: Pod; readonly reason: string }[];
}

/** A pod that a drain moves. */
export interface MovingPod {
  readonly pod: Pod;
  readonly owner: OwnerName;
  readonly isUnmanaged: boolean;
}

/** Sorts the pods on the nodes by what a drain does with them. */
export function loadOf(pods: readonly Pod[], nodes: ReadonlySet<string>, consents: Consents): Load {
  const moving: MovingPod[] = [];
  const guarded: { pod: Pod; reason: string }[] = [];
  for (const pod of pods) {
    if (!nodes.has(pod.spec.nodeName ?? "")) continue;
    const standing = standingOf(pod, consents);
    if (standing.kind === "moves") moving.push({ pod, owner: standing.owner, isUnmanaged: standing.isUnmanaged });
    if (standing.kind === "guarded" && !isTerminating(pod))
      guarded.push({ pod, reason: guardReason(standing.because) });
  }
  return { moving: moving.toSorted(byName), guarded };
}

function byName(a: MovingPod, b: MovingPod): number {
  return podName(a.pod) < podName(b.pod) ? -1 : 1;
}

/** Throws `migrate.guarded` when a pod that needs consent is among them. */
export function requireConsent(load: Load): void {
  const [first] = load.guarded;
  if (first === undefined) return;
  const more = load.guarded.length > 1 ? ` and ${load.guarded.length - 1} more pods` : "";
  throw new Fault("migrate.guarded", `${podName(first.pod)}${more} may not be moved: ${first.reason}`, {
    why: "it came after the plan was made; a bare or protected pod is never moved without consent",
    hint:
      "move it, delete it or take its mark away yourself, then run `dovetail resume`; " +
      "or run `dovetail rollback`, then `dovetail migrate` with the flag",
  });
}

/** Ready pods by owner. */
export function readyByOwner(pods: readonly Pod[]): ReadonlyMap<OwnerName, number> {
  const counts = new Map<OwnerName, number>();
  for (const pod of pods) {
    const owner = ownerNameOf(pod);
    if (owner !== undefined && isReady(pod) && !isTerminating(pod)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

/** Nodes of an Auto Scaling group: those whose instance is a member. */
export function nodesOfInstances(nodes: readonly Node[], instances: readonly string[]): readonly Node[] {
  const ids = new Set(instances);
  return nodes.filter((node) => ids.has(instanceIdOf(node) ?? ""));
}

/** Nodes that Karpenter made from these pools. */
export function nodesOfPools(nodes: readonly Node[], pools: ReadonlySet<string>): readonly Node[] {
  return nodes.filter((node) => pools.has(node.metadata.labels?.["karpenter.sh/nodepool"] ?? ""));
}

/** Cordons or uncordons. A node that is gone needs neither. */
export async function setUnschedulable(world: World, node: string, isUnschedulable: boolean): Promise<void> {
  try {
    const spec = { unschedulable: isUnschedulable ? true : null };
    await world.cluster.patch({ resource: "nodes", name: node }, "merge", { spec });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "kube.NotFound") throw error;
  }
}
