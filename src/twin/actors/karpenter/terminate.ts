import { defaultBehaviour } from "../../../karpenter/releases.ts";
import type { NodeClaim } from "../../../karpenter/api.ts";
import { parseGoDuration } from "../../../kube/go-duration.ts";
import { isEvictable, isWaitingEviction, isOwnedByDaemonSet } from "../../../karpenter/pod-predicates.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import { terminateInstance, stateOf } from "../../account/instances.ts";
import { evictPod } from "../budgets.ts";
import { type Core, recordEvent } from "../../world/core.ts";
import { by, disruptedTaint, finalizer, nodeClaims, nodeOfClaim, nodePools, podsOnNode } from "./memory.ts";

const minDrainMs = 5000;

/** Deleted claims: their nodes are drained within budgets, their instances ended, then both objects go. */
export function finishDeleted(core: Core): void {
  for (const node of core.api.peek("nodes")) {
    if (node.metadata.deletionTimestamp === undefined || node.metadata.finalizers?.includes(finalizer) !== true)
      continue;
    const claim = nodeClaims(core).find((one) => one.status?.providerID === node.spec?.providerID);
    if (claim === undefined) release(core, node);
    else core.api.delete(by, { resource: "nodeclaims", name: claim.metadata.name });
  }
  const pools = new Set(nodePools(core).map((pool) => pool.metadata.uid));
  for (const claim of nodeClaims(core)) {
    const owner = claim.metadata.ownerReferences?.find((one) => one.kind === "NodePool");
    const isOrphan = owner !== undefined && !pools.has(owner.uid);
    // The garbage collector's work: a deleted pool takes its claims with it.
    if (claim.metadata.deletionTimestamp === undefined && isOrphan)
      core.api.delete(by, { resource: "nodeclaims", name: claim.metadata.name });
    else if (claim.metadata.deletionTimestamp === undefined) collectLost(core, claim);
    else finish(core, claim);
  }
}

// The instance went away under a claim that nobody deleted.
function collectLost(core: Core, claim: NodeClaim): void {
  const state = instanceState(core, claim);
  if (state === "terminated") core.api.delete(by, { resource: "nodeclaims", name: claim.metadata.name });
}

function finish(core: Core, claim: NodeClaim): void {
  const node = nodeOfClaim(core, claim);
  if (node !== undefined && node.metadata.deletionTimestamp === undefined)
    core.api.delete(by, { resource: "nodes", name: node.metadata.name });
  const state = instanceState(core, claim);
  const isAlive = state === "running" || state === "pending";
  if (node !== undefined && isAlive && !isDrained(core, claim, node)) return;
  const id = claim.status?.providerID?.split("/").at(-1);
  if (id !== undefined && isAlive) {
    terminateInstance(core.aws, id);
    core.aws.note(by, "ec2:TerminateInstances", { InstanceIds: [id], NodeClaim: claim.metadata.name });
    return;
  }
  if (state === "shutting-down") return;
  const current = nodeOfClaim(core, claim);
  if (current !== undefined) release(core, current);
  core.api.put(by, "nodeclaims", { ...claim, metadata: { ...claim.metadata, finalizers: [] } });
}

function release(core: Core, node: Node): void {
  core.api.put(by, "nodes", { ...node, metadata: { ...node.metadata, finalizers: [] } });
}

function instanceState(core: Core, claim: NodeClaim): string {
  const id = claim.status?.providerID?.split("/").at(-1);
  const instance = id === undefined ? undefined : core.aws.table("ec2.instances")[id];
  return instance === undefined ? "absent" : stateOf(instance);
}

// Evicts the first group that is left: workloads, then daemons, then critical ones; a pod that must not be disrupted stalls the drain.
function isDrained(core: Core, claim: NodeClaim, node: Node): boolean {
  if (node.spec?.taints?.some((taint) => taint.key === disruptedTaint.key) !== true) {
    core.api.put(by, "nodes", {
      ...node,
      spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), disruptedTaint] },
    });
    recordEvent(core, node, {
      reason: "DisruptionTerminating",
      message: `Disrupting Node: deleting NodeClaim ${claim.metadata.name}`,
      from: by,
    });
  }
  const waiting = podsOnNode(core, node.metadata.name).filter((pod) => isWaitingEviction(pod, core.nowMs()));
  const since = core.nowMs() - Date.parse(claim.metadata.deletionTimestamp ?? "");
  if (waiting.length === 0) return since >= minDrainMs;
  if (isPastGrace(claim, since)) {
    for (const pod of waiting)
      core.api.delete(by, {
        resource: "pods",
        name: pod.metadata.name,
        namespace: pod.metadata.namespace ?? "default",
      });
    return false;
  }
  const first = [0, 1, 2, 3].find((group) => waiting.some((pod) => groupOf(pod) === group));
  const moment = { nowMs: core.nowMs(), behaviour: defaultBehaviour };
  for (const pod of waiting) {
    if (groupOf(pod) !== first || pod.metadata.deletionTimestamp !== undefined || !isEvictable(pod, moment)) continue;
    evictPod(core, by, { namespace: pod.metadata.namespace ?? "default", name: pod.metadata.name });
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
