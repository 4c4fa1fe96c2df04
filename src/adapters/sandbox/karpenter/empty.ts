import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { parseGoDuration } from "../../../karpenter/duration.ts";
import { isReschedulable } from "../../../karpenter/pod-predicates.ts";
import { isDaemonPod } from "../../../kube/pod.ts";
import type { Core } from "../core.ts";
import { conditionsOf, by, disruptedTaint, isTrue, nodeClaims, nodeOfClaim, nodePools, podsOnNode } from "./memory.ts";

const validationMs = 15_000;
const nominationMs = 20_000;

/** Remembers when pods last came to or left each node: what consolidateAfter counts from. */
export function watchPods(core: Core): void {
  const memory = core.state.karpenter;
  for (const claim of nodeClaims(core)) {
    const name = claim.status?.nodeName;
    if (name === undefined) continue;
    const pods = podsOnNode(core, name)
      .filter((pod) => !isDaemonPod(pod))
      .map((pod) => `${pod.metadata.uid ?? ""}${pod.metadata.deletionTimestamp === undefined ? "" : "!"}`);
    const seen = pods.join(" ");
    if (memory.podsOnNode[name] === seen) continue;
    memory.podsOnNode[name] = seen;
    memory.lastPodEventMs[name] = core.nowMs();
  }
}

/** Emptiness: nodes without a pod that would need a home are deleted, within their pool's budgets and after a second look. */
export function removeEmpty(core: Core): void {
  const memory = core.state.karpenter;
  if (memory.pending !== undefined) {
    if (core.nowMs() < memory.pending.validateAtMs) return;
    const { nodes } = memory.pending;
    memory.pending = undefined;
    for (const claim of emptyClaims(core)) if (nodes.includes(claim.metadata.name)) disrupt(core, claim);
    return;
  }
  const names = emptyClaims(core).map((claim) => claim.metadata.name);
  if (names.length > 0) memory.pending = { nodes: names, validateAtMs: core.nowMs() + validationMs };
}

function emptyClaims(core: Core): readonly NodeClaim[] {
  return nodePools(core).flatMap((pool) => {
    const own = nodeClaims(core).filter(
      (claim) => claim.metadata.labels?.["karpenter.sh/nodepool"] === pool.metadata.name,
    );
    const going = own.filter((claim) => claim.metadata.deletionTimestamp !== undefined).length;
    return own.filter((claim) => isEmpty(core, pool, claim)).slice(0, Math.max(0, budgetOf(pool, own.length) - going));
  });
}

function isEmpty(core: Core, pool: NodePool, claim: NodeClaim): boolean {
  const node = nodeOfClaim(core, claim);
  if (node === undefined || claim.metadata.deletionTimestamp !== undefined || !isTrue(claim, "Initialized"))
    return false;
  if (node.metadata.annotations?.["karpenter.sh/do-not-disrupt"] === "true") return false;
  const nominated = Math.max(
    core.state.karpenter.nominatedMs[node.metadata.name] ?? 0,
    core.state.karpenter.nominatedMs[claim.metadata.name] ?? 0,
  );
  if (core.nowMs() - nominated < nominationMs) return false;
  const after = consolidateAfterMs(pool);
  const initialized = conditionsOf(claim).find((one) => one.type === "Initialized")?.lastTransitionTime ?? "";
  const since = core.state.karpenter.lastPodEventMs[node.metadata.name] ?? Date.parse(initialized);
  if (after === undefined || core.nowMs() - since < after) return false;
  return !podsOnNode(core, node.metadata.name).some((pod) => isReschedulable(pod));
}

/** Undefined: never. */
function consolidateAfterMs(pool: NodePool): number | undefined {
  const text = pool.spec.disruption?.consolidateAfter ?? "0s";
  const duration = text === "Never" ? undefined : parseGoDuration(text);
  return duration === undefined ? undefined : Number(duration / 1_000_000n);
}

/** How many nodes of a pool may be disrupted for emptiness. Schedules of budgets are read as always active. */
function budgetOf(pool: NodePool, nodes: number): number {
  const budgets = pool.spec.disruption?.budgets ?? [{ nodes: "10%" }];
  const applying = budgets.filter(
    (budget) => !("reasons" in budget) || budget.reasons === undefined || budget.reasons.includes("Empty"),
  );
  const values = applying.map((budget) => {
    const percent = /^(\d+)%$/.exec(budget.nodes)?.[1];
    return percent === undefined ? Number(budget.nodes) : Math.ceil((Number(percent) * nodes) / 100);
  });
  return Math.min(Number.MAX_SAFE_INTEGER, ...values);
}

function disrupt(core: Core, claim: NodeClaim): void {
  const node = nodeOfClaim(core, claim);
  if (node !== undefined)
    core.api.put(by, "nodes", {
      ...node,
      spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), disruptedTaint] },
    });
  core.api.delete(by, { resource: "nodeclaims", name: claim.metadata.name });
}
