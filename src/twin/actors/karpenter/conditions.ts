import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { parseNillableDuration } from "../../../kube/go-duration.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isQuietFor } from "../../../karpenter/quiet.ts";
import type { Condition } from "../../../kube/objects.ts";
import { conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import { withCondition } from "../pods.ts";
import { type Core, timestamp } from "../../world/core.ts";
import { driftReasons } from "./drift.ts";
import { by, nodeClaims, nodePools } from "./memory.ts";

/** Keeps `Drifted` and `Consolidatable` on every NodeClaim: what the disruption methods choose their candidates by. */
export function judgeClaims(core: Core): void {
  const pools = new Map(nodePools(core).map((pool) => [pool.metadata.name, pool]));
  const drifted = driftReasons(core, pools);
  for (const claim of nodeClaims(core)) {
    const pool = pools.get(claim.metadata.labels?.[labelKeys.nodePool] ?? "");
    if (pool === undefined || claim.metadata.deletionTimestamp !== undefined) continue;
    const reason = drifted.get(claim.metadata.name);
    let next = claim;
    if (reason !== undefined) next = withClaimCondition(core, next, "Drifted", reason === "" ? undefined : reason);
    if (pool.spec.replicas === undefined) {
      const isQuiet = isConsolidatable(claim, pool, core.nowMs());
      next = withClaimCondition(core, next, "Consolidatable", isQuiet ? "Consolidatable" : undefined);
    }
    if (next !== claim) core.api.put(by, "nodeclaims", next);
  }
}

/** The claim with a condition that is True for a reason, or without it. The same object when nothing changes. */
export function withClaimCondition(core: Core, claim: NodeClaim, type: string, reason: string | undefined): NodeClaim {
  const before: readonly Condition[] = conditionsOf(claim);
  const held = before.find((one) => one.type === type);
  if (held?.reason === reason) return claim;
  const next = {
    type,
    status: "True",
    reason: reason ?? "",
    message: reason ?? "",
    lastTransitionTime: timestamp(core),
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
