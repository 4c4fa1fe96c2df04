// Mirrors pkg/utils/disruption/disruption.go of karpenter v1.14.1.
import type { Pod } from "../kube/objects.ts";
import type { NodeClaim } from "./api.ts";
import type { KarpenterBehaviour } from "./behaviour.ts";
import { parseNillableDuration } from "../kube/go-duration.ts";

/** What it costs to move pods, and how much of a node's life is left (Karpenter's `pkg/utils/disruption`). */

const deletionCostKey = "controller.kubernetes.io/pod-deletion-cost";
const ownCostKey = "karpenter.sh/disruption-cost";

/** How costs are read. */
export interface CostReading {
  readonly behaviour: Pick<KarpenterBehaviour, "evictionCost">;
  /** With the gate PodDeletionCostManagement Karpenter writes the deletion cost itself, so that it says nothing of what users want. */
  readonly managesDeletionCost: boolean;
}

/** 1 for an ordinary pod, between -10 and 10; an annotation and the priority move it (Karpenter's `EvictionCost`). */
export function evictionCost(pod: Pod, reading: CostReading): number {
  let cost = 1 + annotatedCost(pod, reading) / 2 ** 27;
  if (pod.spec.priority !== undefined) cost += pod.spec.priority / 2 ** 25;
  // A cost that is not a number passes the bounds.
  if (cost < -10) return -10;
  return cost > 10 ? 10 : cost;
}

/** What an annotation adds, 0 where there is none or it cannot be read. From v1.15 on Karpenter's own key hides the other, read or not. */
function annotatedCost({ metadata }: Pod, { behaviour, managesDeletionCost }: CostReading): number {
  const deletionCost = metadata.annotations?.[deletionCostKey];
  if (behaviour.evictionCost === "deletion-cost-float") return parseGoFloat(deletionCost ?? "") ?? 0;
  const text = metadata.annotations?.[ownCostKey] ?? (managesDeletionCost ? undefined : deletionCost);
  return parseInt32(text ?? "") ?? 0;
}

/** Go's strconv.ParseInt for 32 bits in decimal; undefined when it would refuse. */
function parseInt32(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined;
}

/** Go's strconv.ParseFloat for decimal texts; undefined when it would refuse. Digits may be set apart by underscores. */
function parseGoFloat(text: string): number | undefined {
  if (/^[+-]?(inf|infinity)$/i.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/.test(text))
    return undefined;
  const value = Number(text.replaceAll("_", ""));
  return Number.isFinite(value) ? value : undefined;
}

/** Share of a NodeClaim's life that is left, 1 when it never expires. */
export function lifetimeRemaining(claim: NodeClaim, nowMs: number): number {
  const expiry = parseNillableDuration(claim.spec.expireAfter ?? "Never");
  if (expiry === null || expiry === undefined) return 1;
  const ageSeconds = (nowMs - Date.parse(claim.metadata.creationTimestamp ?? "")) / 1000;
  const totalSeconds = Number(expiry) / 1e9;
  return Math.min(1, Math.max(0, (totalSeconds - ageSeconds) / totalSeconds));
}
