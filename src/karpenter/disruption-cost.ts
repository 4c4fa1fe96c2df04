import type { Pod } from "../kube/objects.ts";
import type { NodeClaim } from "./api.ts";
import { parseNillableDuration } from "../kube/go-duration.ts";

/** What it costs to move pods, and how much of a node's life is left (Karpenter's `pkg/utils/disruption`). */

const deletionCostKey = "controller.kubernetes.io/pod-deletion-cost";

/** 1 for an ordinary pod, between -10 and 10; the deletion cost annotation and the priority move it. */
export function evictionCost(pod: Pod): number {
  let cost = 1;
  const annotated = pod.metadata.annotations?.[deletionCostKey];
  if (annotated !== undefined) cost += (parseGoFloat(annotated) ?? 0) / 2 ** 27;
  if (pod.spec.priority !== undefined) cost += pod.spec.priority / 2 ** 25;
  // A cost that is not a number passes the bounds.
  if (cost < -10) return -10;
  return cost > 10 ? 10 : cost;
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
