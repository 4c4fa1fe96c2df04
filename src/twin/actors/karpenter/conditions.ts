import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { parseNillableDuration } from "../../../kube/go-duration.ts";
import { isQuietFor } from "../../../karpenter/quiet.ts";
import { conditionOf, conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import { textAt } from "../../../kube/json.ts";
import type { Condition } from "../../../kube/objects.ts";
import { conditionsJson, withCondition } from "../../kubernetes/conditions.ts";
import type { KarpenterHere } from "./here.ts";

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
  return { ...claim, status: { ...claim.status, conditions: conditionsJson(conditions) } };
}

/**
 * The claim with `Consolidatable` as it should be: initialized, and no pod came or went for as long as the pool asks (karpenter v1.14.1,
 * `nodeclaim/disruption/consolidation.go`). Looks again when it will be.
 */
export function withConsolidatable(here: KarpenterHere, claim: NodeClaim, pool: NodePool): NodeClaim {
  if (pool.spec.replicas !== undefined) return claim;
  const after = parseNillableDuration(pool.spec.disruption?.consolidateAfter ?? "0s");
  const isPossible = after !== null && after !== undefined && isConditionTrue(claim, "Initialized");
  const isQuiet = isPossible && isQuietFor(claim, after, here.nowMs);
  if (isPossible && !isQuiet) {
    const since = textAt(claim.status, "lastPodEventTime") ?? conditionOf(claim, "Initialized")?.lastTransitionTime;
    const leftMs = Date.parse(since ?? "") + Number(after / 1_000_000n) - here.nowMs;
    here.lookAgain(`claim ${claim.metadata.name}`, Math.max(1, leftMs));
  }
  return withClaimCondition(here, claim, "Consolidatable", isQuiet ? "Consolidatable" : undefined);
}
