import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { labelFamily } from "../../../karpenter/labels.ts";
import { staticClaim } from "../../../disruption/static-claim.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import { makeClaim } from "./claims.ts";
import { isOwnedByDaemonSet } from "../../../karpenter/pod-predicates.ts";
import { claimsOfPool, podsOnNode } from "./objects.ts";
import { processSettings } from "./process.ts";

const againMs = 60_000;

/**
 * Keeps the number of nodes that a static pool wants, within its limit (karpenter v1.14.1, `controllers/static`): too few are made of the
 * plain template, too many go, first those that are not initialized, then those without pods of their own, then the youngest.
 */
export function keepReplicas(here: KarpenterHere, pool: NodePool): void {
  if (processSettings(here).gates["StaticCapacity"] !== true || pool.metadata.deletionTimestamp !== undefined) return;
  const wanted = pool.spec.replicas ?? 0;
  const limit = Number(pool.spec.limits?.["nodes"] ?? Number.POSITIVE_INFINITY);
  const own = claimsOfPool(here, pool.metadata.name).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const missing = Math.min(wanted, limit) - own.length;
  if (missing > 0 && isConditionTrue(pool, "Ready"))
    for (let i = 0; i < missing; i++) makeClaim(here, staticClaim(pool, labelFamily("aws")));
  for (const claim of byWorth(here, own).slice(0, Math.max(0, own.length - wanted))) here.delete("nodeclaims", claim);
  here.lookAgain(`pool ${pool.metadata.name}`, againMs);
}

function byWorth(here: KarpenterHere, claims: readonly NodeClaim[]): readonly NodeClaim[] {
  const pods = (claim: NodeClaim): number => {
    const { nodeName } = claim.status ?? {};
    return nodeName === undefined ? 0 : podsOnNode(here, nodeName).filter((pod) => !isOwnedByDaemonSet(pod)).length;
  };
  const rank = (claim: NodeClaim): readonly number[] => [
    isConditionTrue(claim, "Initialized") ? 1 : 0,
    pods(claim),
    -Date.parse(claim.metadata.creationTimestamp ?? ""),
  ];
  return claims.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return (x[0] ?? 0) - (y[0] ?? 0) || (x[1] ?? 0) - (y[1] ?? 0) || (x[2] ?? 0) - (y[2] ?? 0);
  });
}
