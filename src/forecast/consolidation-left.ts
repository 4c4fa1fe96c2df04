import type { MethodOutcome, NoOp } from "../disruption/types.ts";
import type { NodeClaim, NodePool } from "../karpenter/api.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { isConditionTrue } from "../kube/conditions.ts";
import { groupBy } from "../kube/group-by.ts";
import type { ConsolidationOutcome } from "./consolidation-types.ts";

/** Why each of Karpenter's nodes stays after the last look, most nodes first. */
export function leftBecause(
  claims: readonly NodeClaim[],
  pools: readonly NodePool[],
  idle: readonly MethodOutcome[],
): ConsolidationOutcome["left"] {
  const single = idle.find(({ method }) => method === "singleNode");
  const considered = new Set(idle.flatMap(({ candidates }) => candidates.map(({ node }) => node.name)));
  const byName = new Map(pools.map((pool) => [pool.metadata.name, pool]));
  const reasons = groupBy(claims, (claim) => {
    const noOp = single?.left.get(nodeNameOf(claim));
    if (noOp !== undefined) return sentenceOf(noOp);
    const pool = byName.get(claim.metadata.labels?.[labelKeys.nodePool] ?? "");
    return reasonOf(claim, pool, considered.has(nodeNameOf(claim)));
  });
  return Array.from(reasons, ([reason, left]) => ({ reason, nodes: left.map(nodeNameOf).sort() })).toSorted(
    (a, b) => b.nodes.length - a.nodes.length || (a.reason < b.reason ? -1 : 1),
  );
}

function nodeNameOf({ metadata, status }: NodeClaim): string {
  return status?.nodeName ?? metadata.name;
}

function reasonOf(claim: NodeClaim, pool: NodePool | undefined, wasCandidate: boolean): string {
  if (claim.metadata.deletionTimestamp !== undefined) return "already going when the cluster was read";
  if (pool === undefined)
    return "of a NodePool that is not among those asked about (--nodepools cluster: those in the cluster)";
  if (wasCandidate) return "not looked at again before the bound was reached";
  if (!isConditionTrue(claim, "Initialized")) return "not initialized yet when the cluster was read";
  const { consolidateAfter, consolidationPolicy } = pool.spec.disruption ?? {};
  if (consolidateAfter === "Never") return "the NodePool's consolidateAfter is Never";
  if (consolidationPolicy === "WhenEmpty") return "the policy WhenEmpty leaves nodes with pods alone";
  return "held by do-not-disrupt or by a PodDisruptionBudget that allows nothing now";
}

function sentenceOf(noOp: NoOp): string {
  switch (noOp.kind) {
    case "failed":
      return `the simulation failed: ${noOp.error}`;
    case "pods-without-home":
      return "some pod would find no other place";
    case "several-nodes":
      return "moving the pods would take more than one new node";
    case "spot-to-spot-off":
      return "spot is not replaced by spot while the feature gate SpotToSpotConsolidation is off";
    case "not-cheaper":
      return "no cheaper node would carry the pods";
    case "min-values":
      return "the cheaper types do not reach minValues";
    case "few-spot-types":
      return `only ${noOp.count} cheaper spot types are left, 15 are asked for`;
    case "empty":
      return "nothing runs on it: emptiness takes it, within its own budget";
    case "not-worth-it":
      return "Balanced finds too little saved for the pods that would move";
    case "budget":
      return "the NodePool's disruption budget lets no node go";
  }
}
