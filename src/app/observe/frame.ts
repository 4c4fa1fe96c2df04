import { allocatableOf, instanceTypeOf, isKarpenterNode, isNodeReady, nodegroupOf } from "../../kube/node.ts";
import { amountsOfPod } from "../../forecast/amounts.ts";
import type { Node, Pod } from "../../kube/objects.ts";
import { isPending, isTerminal } from "../../kube/pod.ts";
import { isPlaceholder } from "../../migration/shift/movable.ts";
import { toNumber } from "../../kube/quantity.ts";
import { nodesCost } from "../../money/nodes-cost.ts";
import type { PriceBook } from "../../money/price-book.ts";

/** A cluster while something happened to it. `frames` are taken at changes. */
export interface Recording {
  /** ISO 8601, UTC: time zero of the offsets below. */
  readonly startedAt: string;
  readonly frames: readonly Frame[];
  readonly events: readonly RecordedEvent[];
}

/** Something that happened. */
export interface RecordedEvent {
  readonly atSeconds: number;
  readonly text: string;
  /** Where it begins a part of the whole: marked in the charts. */
  readonly begins?: RecordedPart;
}

/** The parts into which a migration falls. */
export type RecordedPart = "stage" | "wave" | "rollback";

/** The cluster at one moment. */
export interface Frame {
  readonly atSeconds: number;
  /** The users' pods only. */
  readonly pendingPods: number;
  /** Dovetail's own pending placeholders: room that is being brought up for pods that still run elsewhere. */
  readonly placeholderPods: number;
  /** Left out when one price is unknown. */
  readonly usdPerHour?: number;
  readonly nodes: readonly FrameNode[];
}

/** A node at one moment. */
export interface FrameNode {
  readonly name: string;
  /** NodePool, node group, or the instance type of a node that belongs to neither. */
  readonly owner: string;
  readonly isKarpenter: boolean;
  readonly state: "starting" | "ready" | "cordoned" | "leaving";
  readonly pods: number;
  /** Share of allocatable CPU requested, 0 to 1. */
  readonly cpuShare: number;
}

/** The cluster at one moment. */
export function frameOf(
  atSeconds: number,
  nodes: readonly Node[],
  pods: readonly Pod[],
  prices: PriceBook | undefined,
): Frame {
  const load = loadByNode(pods);
  const pending = pods.filter((pod) => isPending(pod) && !isTerminal(pod));
  const placeholderPods = pending.filter(isPlaceholder).length;
  const usdPerHour = nodesCost(prices, nodes).usdPerHour.expected;
  return {
    atSeconds,
    pendingPods: pending.length - placeholderPods,
    placeholderPods,
    ...(usdPerHour === undefined ? {} : { usdPerHour }),
    nodes: nodes
      .map((node) => ({ node, load: load.get(node.metadata.name) ?? { pods: 0, cpuMilli: 0 } }))
      .map(({ node, load: { pods: count, cpuMilli } }) => ({
        name: node.metadata.name,
        owner: ownerOfNode(node),
        isKarpenter: isKarpenterNode(node),
        state: stateOfNode(node),
        pods: count,
        cpuShare: shareOf(cpuMilli, allocatableMilli(node)),
      }))
      .toSorted((a, b) => Number(a.isKarpenter) - Number(b.isKarpenter) || (a.name < b.name ? -1 : 1)),
  };
}

/** NodePool, node group, or the instance type of a node that belongs to neither. */
function ownerOfNode(node: Node): string {
  const labels = node.metadata.labels ?? {};
  return (
    labels["karpenter.sh/nodepool"] ??
    nodegroupOf(node) ??
    labels["alpha.eksctl.io/nodegroup-name"] ??
    instanceTypeOf(node) ??
    "other nodes"
  );
}

function stateOfNode(node: Node): FrameNode["state"] {
  if (node.metadata.deletionTimestamp !== undefined) return "leaving";
  if (node.spec?.unschedulable === true) return "cordoned";
  return isNodeReady(node) ? "ready" : "starting";
}

function loadByNode(pods: readonly Pod[]): Map<string, { pods: number; cpuMilli: number }> {
  const load = new Map<string, { pods: number; cpuMilli: number }>();
  for (const pod of pods) {
    const name = pod.spec.nodeName;
    if (name === undefined || name === "" || isTerminal(pod)) continue;
    const own = load.get(name) ?? { pods: 0, cpuMilli: 0 };
    const { cpuMilli } = amountsOfPod(pod);
    load.set(name, { pods: own.pods + 1, cpuMilli: own.cpuMilli + cpuMilli });
  }
  return load;
}

function allocatableMilli(node: Node): number {
  const allocatable = allocatableOf(node);
  return allocatable.ok ? toNumber(allocatable.value.get("cpu") ?? 0n) * 1000 : 0;
}

function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
