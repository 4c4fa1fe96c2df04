import type { NodeClaim } from "../../../karpenter/api.ts";
import { parseGoDuration } from "../../../kube/go-duration.ts";
import { isEvictable, isWaitingEviction, isOwnedByDaemonSet } from "../../../karpenter/pod-predicates.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import { terminateInstance, stateOf } from "../../account/instances.ts";
import type { KarpenterHere } from "./here.ts";
import { disruptedTaint, finalizer, nodeClaims, nodeOfClaim, nodePools, podsOnNode } from "./objects.ts";
import { behaviourIn } from "./release.ts";

const minDrainMs = 5000;

/** Deleted claims: their nodes are drained within budgets, their instances ended, then both objects go. */
export function finishDeleted(here: KarpenterHere): void {
  for (const node of here.store.all("nodes")) {
    if (node.metadata.deletionTimestamp === undefined || node.metadata.finalizers?.includes(finalizer) !== true)
      continue;
    const claim = nodeClaims(here).find((one) => one.status?.providerID === node.spec?.providerID);
    if (claim === undefined) release(here, node);
    else here.delete("nodeclaims", claim);
  }
  const pools = new Set(nodePools(here).map((pool) => pool.metadata.uid));
  for (const claim of nodeClaims(here)) {
    const owner = claim.metadata.ownerReferences?.find((one) => one.kind === "NodePool");
    const isOrphan = owner !== undefined && !pools.has(owner.uid);
    // The garbage collector's work: a deleted pool takes its claims with it.
    if (claim.metadata.deletionTimestamp === undefined && isOrphan) here.delete("nodeclaims", claim);
    else if (claim.metadata.deletionTimestamp === undefined) collectLost(here, claim);
    else finish(here, claim);
  }
}

// The instance went away under a claim that nobody deleted.
function collectLost(here: KarpenterHere, claim: NodeClaim): void {
  const state = instanceState(here, claim);
  if (state === "terminated") here.delete("nodeclaims", claim);
}

function finish(here: KarpenterHere, claim: NodeClaim): void {
  const node = nodeOfClaim(here, claim);
  if (node !== undefined && node.metadata.deletionTimestamp === undefined) here.delete("nodes", node);
  const state = instanceState(here, claim);
  const isAlive = state === "running" || state === "pending";
  if (node !== undefined && isAlive && !isDrained(here, claim, node)) return;
  const id = claim.status?.providerID?.split("/").at(-1);
  if (id !== undefined && isAlive) {
    terminateInstance(here.account, id);
    here.account.note("karpenter", "ec2:TerminateInstances", { InstanceIds: [id], NodeClaim: claim.metadata.name });
    return;
  }
  if (state === "shutting-down") return;
  const current = nodeOfClaim(here, claim);
  if (current !== undefined) release(here, current);
  here.put("nodeclaims", { ...claim, metadata: { ...claim.metadata, finalizers: [] } });
}

function release(here: KarpenterHere, node: Node): void {
  here.put("nodes", { ...node, metadata: { ...node.metadata, finalizers: [] } });
}

function instanceState(here: KarpenterHere, claim: NodeClaim): string {
  const id = claim.status?.providerID?.split("/").at(-1);
  const instance = id === undefined ? undefined : here.account.table("ec2.instances")[id];
  return instance === undefined ? "absent" : stateOf(instance);
}

// Evicts the first group that is left: workloads, then daemons, then critical ones; a pod that must not be disrupted stalls the drain.
function isDrained(here: KarpenterHere, claim: NodeClaim, node: Node): boolean {
  if (node.spec?.taints?.some((taint) => taint.key === disruptedTaint.key) !== true) {
    here.put("nodes", {
      ...node,
      spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), disruptedTaint] },
    });
    here.tell(node, {
      reason: "DisruptionTerminating",
      message: `Disrupting Node: deleting NodeClaim ${claim.metadata.name}`,
    });
  }
  const waiting = podsOnNode(here, node.metadata.name).filter((pod) => isWaitingEviction(pod, here.nowMs));
  const since = here.nowMs - Date.parse(claim.metadata.deletionTimestamp ?? "");
  if (waiting.length === 0) return since >= minDrainMs;
  if (isPastGrace(claim, since)) {
    for (const pod of waiting) here.delete("pods", pod);
    return false;
  }
  const first = [0, 1, 2, 3].find((group) => waiting.some((pod) => groupOf(pod) === group));
  const moment = { nowMs: here.nowMs, behaviour: behaviourIn(here) };
  for (const pod of waiting) {
    if (groupOf(pod) !== first || pod.metadata.deletionTimestamp !== undefined || !isEvictable(pod, moment)) continue;
    here.evict(pod);
  }
  return false;
}

function isPastGrace(claim: NodeClaim, sinceMs: number): boolean {
  const grace = claim.spec.terminationGracePeriod;
  const limit = grace === undefined ? undefined : parseGoDuration(grace);
  return limit !== undefined && BigInt(Math.round(sinceMs)) * 1_000_000n > limit;
}

function groupOf(pod: Pod): number {
  const isCritical =
    pod.spec.priorityClassName === "system-cluster-critical" || pod.spec.priorityClassName === "system-node-critical";
  return (isCritical ? 2 : 0) + (isOwnedByDaemonSet(pod) ? 1 : 0);
}
