import { conditionOf } from "../kube/conditions.ts";
import type { NodeClaim } from "./api.ts";

/**
 * Whether no pod has come to an initialized claim's node, or gone, for so many nanoseconds: since its last pod event, or since it was
 * initialized where there was none (karpenter v1.14.1, `nodeclaim/disruption/consolidation.go` and `IsUnderConsolidateAfter`). A time that
 * is not there, or cannot be read, is long past.
 */
export function isQuietFor(claim: NodeClaim, duration: bigint, nowMs: number): boolean {
  const lastPodEvent = claim.status?.["lastPodEventTime"];
  const since = typeof lastPodEvent === "string" ? lastPodEvent : conditionOf(claim, "Initialized")?.lastTransitionTime;
  const quietMs = nowMs - Date.parse(since ?? "");
  return Number.isNaN(quietMs) || BigInt(Math.round(quietMs)) * 1_000_000n >= duration;
}
