import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { parseNillableDuration } from "../../../kube/go-duration.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isQuietFor } from "../../../karpenter/quiet.ts";
import type { Condition } from "../../../kube/objects.ts";
import { conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import { withCondition } from "../../kubernetes/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import { driftReasons } from "./drift.ts";
import { nodeClaims, nodePools } from "./objects.ts";

/** Keeps `Drifted` and `Consolidatable` on every NodeClaim: what the disruption methods choose their candidates by. */
export function judgeClaims(here: KarpenterHere): void {
  const pools = new Map(nodePools(here).map((pool) => [pool.metadata.name, pool]));
  const drifted = driftReasons(here, pools);
  for (const claim of nodeClaims(here)) {
    const pool = pools.get(claim.metadata.labels?.[labelKeys.nodePool] ?? "");
    if (pool === undefined || claim.metadata.deletionTimestamp !== undefined) continue;
    const reason = drifted.get(claim.metadata.name);
    let next = claim;
    if (reason !== undefined) next = withClaimCondition(here, next, "Drifted", reason === "" ? undefined : reason);
    if (pool.spec.replicas === undefined) {
      const isQuiet = isConsolidatable(claim, pool, here.nowMs);
      next = withClaimCondition(here, next, "Consolidatable", isQuiet ? "Consolidatable" : undefined);
    }
    if (next !== claim) here.put("nodeclaims", next);
  }
}

/** The claim with a condition that is True for a reason, or without it. The same object when nothing changes. */
export function withClaimCondition(
  here: KarpenterHere,
  claim: NodeClaim,
  type: string,
  reason: string | undefined,
): NodeClaim {
  const before: readonly Condition[] = conditionsOf(claim);
  const held = before.find((one) => one.type === type);
  if (held?.reason === reason) return claim;
  const next = {
    type,
    status: "True",
    reason: reason ?? "",
    message: reason ?? "",
    lastTransitionTime: here.timestamp,
  };
  const conditions = reason === undefined ? before.filter((one) => one.type !== type) : withCondition(before, next);
  return { ...claim, status: { ...claim.status, conditions: conditions.map((one) => ({ ...one })) } };
}

/** Initialized, and no pod came or went for as long as the pool asks (karpenter v1.14.1, `nodeclaim/disruption/consolidation.go`). */
function isConsolidatable(claim: NodeClaim, pool: NodePool, nowMs: number): boolean {
  const after = parseNillableDuration(pool.spec.disruption?.consolidateAfter ?? "0s");
  if (after === null || after === undefined) return false;
  return isConditionTrue(claim, "Initialized") && isQuietFor(claim, after, nowMs);
}
