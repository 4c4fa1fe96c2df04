import type { NodeClaim } from "../../../karpenter/api.ts";
import { parseGoDuration } from "../../../kube/go-duration.ts";
import { isEvictable, isOwnedByDaemonSet, isWaitingEviction } from "../../../karpenter/pod-predicates.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import { stateOf, terminateInstance } from "../../account/instances.ts";
import { attachmentFacts, volumesOfPod } from "../../kubernetes/attachments.ts";
import { withClaimCondition } from "./conditions.ts";
import type { KarpenterHere } from "./here.ts";
import { disruptedTaint, finalizer, nodeOfClaim, podsOnNode } from "./objects.ts";
import { processSettings } from "./process.ts";

const minDrainMs = 5000;
const drainAgainMs = 1000;
const deletionKey = "karpenter.sh/nodeclaim-termination-timestamp";

/**
 * A deleted claim: its node is drained within budgets, its volumes come off, its instance is ended, then both objects go (karpenter
 * v1.14.1, `node/termination`, `nodeclaim/lifecycle/controller.go`). With `terminationGracePeriod` there is an end to all patience.
 */
export function terminate(here: KarpenterHere, claim: NodeClaim): void {
  const deadlineMs = deadlineOf(here, claim);
  const node = nodeOfClaim(here, claim);
  if (node !== undefined && node.metadata.deletionTimestamp === undefined) here.delete("nodes", node);
  const state = instanceState(here, claim);
  const isAlive = state === "running" || state === "pending";
  if (node !== undefined && isAlive && !isReadyToEnd(here, claim, { node, deadlineMs }))
    return here.lookAgain(`claim ${claim.metadata.name}`, drainAgainMs);
  const id = claim.status?.providerID?.split("/").at(-1);
  if (id !== undefined && isAlive) {
    setTrue(here, claim, "InstanceTerminating");
    terminateInstance(here.account, id);
    here.account.note("karpenter", "ec2:TerminateInstances", { InstanceIds: [id], NodeClaim: claim.metadata.name });
    return;
  }
  // The machine's end wakes us again.
  if (state === "shutting-down") return;
  const current = nodeOfClaim(here, claim);
  if (current !== undefined) release(here, current);
  const last = here.store.find("nodeclaims", claim.metadata.name);
  if (last !== undefined) here.put("nodeclaims", { ...last, metadata: { ...last.metadata, finalizers: [] } });
}

function release(here: KarpenterHere, node: Node): void {
  const finalizers = (node.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  here.put("nodes", { ...node, metadata: { ...node.metadata, finalizers } });
}

function instanceState(here: KarpenterHere, claim: NodeClaim): string {
  const id = claim.status?.providerID?.split("/").at(-1);
  const instance = id === undefined ? undefined : here.account.table("ec2.instances")[id];
  return instance === undefined ? "absent" : stateOf(instance);
}

/** When patience ends; undefined: never. Noted on the claim when its deletion is first seen. */
function deadlineOf(here: KarpenterHere, claim: NodeClaim): number | undefined {
  const noted = claim.metadata.annotations?.[deletionKey];
  if (noted !== undefined) return Date.parse(noted);
  const grace = claim.spec.terminationGracePeriod;
  const nanos = grace === undefined ? undefined : parseGoDuration(grace);
  if (nanos === undefined) return undefined;
  const endMs = Date.parse(claim.metadata.deletionTimestamp ?? here.timestamp) + Number(nanos / 1_000_000n);
  const annotations = { ...claim.metadata.annotations, [deletionKey]: new Date(endMs).toISOString() };
  here.put("nodeclaims", { ...claim, metadata: { ...claim.metadata, annotations } });
  return endMs;
}

interface Drain {
  readonly node: Node;
  readonly deadlineMs: number | undefined;
}

function isReadyToEnd(here: KarpenterHere, claim: NodeClaim, drain: Drain): boolean {
  taint(here, claim, drain.node);
  if (!isDrained(here, claim, drain)) return false;
  setTrue(here, claim, "Drained");
  const isLate = drain.deadlineMs !== undefined && here.nowMs >= drain.deadlineMs;
  if (!isLate && !areVolumesOff(here, drain.node)) return false;
  setTrue(here, claim, "VolumesDetached");
  return true;
}

function taint(here: KarpenterHere, claim: NodeClaim, node: Node): void {
  if (node.spec?.taints?.some(({ key }) => key === disruptedTaint.key) === true) return;
  const current = here.store.find("nodes", node.metadata.name) ?? node;
  const taints = [...(current.spec?.taints ?? []), disruptedTaint];
  here.put("nodes", { ...current, spec: { ...current.spec, taints } });
  const message = `Disrupting Node: deleting NodeClaim ${claim.metadata.name}`;
  here.tell(node, { reason: "DisruptionTerminating", message });
}

// Evicts the first group that is left: workloads, then daemons, then critical ones; a pod that must not be disrupted stalls the drain.
function isDrained(here: KarpenterHere, claim: NodeClaim, { node, deadlineMs }: Drain): boolean {
  const waiting = podsOnNode(here, node.metadata.name).filter((pod) => isWaitingEviction(pod, here.nowMs));
  if (waiting.length === 0) return here.nowMs - Date.parse(claim.metadata.deletionTimestamp ?? "") >= minDrainMs;
  const moment = { nowMs: here.nowMs, behaviour: processSettings(here).behaviour };
  const first = [0, 1, 2, 3].find((group) => waiting.some((pod) => groupOf(pod) === group));
  for (const pod of waiting) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    // In time for its own grace, so that it has ended when patience does.
    if (deadlineMs !== undefined && here.nowMs > deadlineMs - graceMs(pod)) here.delete("pods", pod);
    else if (groupOf(pod) === first && isEvictable(pod, moment)) here.evict(pod);
  }
  return false;
}

function graceMs({ spec }: Pod): number {
  return 1000 * (spec.terminationGracePeriodSeconds ?? 30);
}

function groupOf(pod: Pod): number {
  const isCritical =
    pod.spec.priorityClassName === "system-cluster-critical" || pod.spec.priorityClassName === "system-node-critical";
  return (isCritical ? 2 : 0) + (isOwnedByDaemonSet(pod) ? 1 : 0);
}

// Volumes of pods that stay to the end, daemons above all, stay too.
function areVolumesOff(here: KarpenterHere, node: Node): boolean {
  const staying = new Set(podsOnNode(here, node.metadata.name).flatMap((pod) => volumesOfPod(here.store, pod)));
  return here.store
    .all("volumeattachments")
    .map(attachmentFacts)
    .every((one) => one.node !== node.metadata.name || staying.has(one.volume));
}

function setTrue(here: KarpenterHere, claim: NodeClaim, type: string): void {
  const current = here.store.find("nodeclaims", claim.metadata.name) ?? claim;
  const next = withClaimCondition(here, current, type, type);
  if (next !== current) here.put("nodeclaims", next);
}
