import { parseNillableDuration } from "../../../kube/go-duration.ts";
import type { KarpenterBehaviour } from "../../../karpenter/behaviour.ts";
import type { NodeClaim } from "../../../karpenter/api.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isEphemeralTaint } from "../../../karpenter/taints.ts";
import { conditionOf, conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import { isNodeReady } from "../../../kube/node.ts";
import type { Condition, Node } from "../../../kube/objects.ts";
import { parseResources } from "../../../kube/resource-list.ts";
import { conditionsJson, withCondition } from "../../kubernetes/conditions.ts";
import { withClaimCondition, withConsolidatable } from "./conditions.ts";
import { driftOfClaim } from "./drift.ts";
import type { KarpenterHere } from "./here.ts";
import { launchSoon } from "./launch-claims.ts";
import { countSoon } from "./node-pools.ts";
import { finalizer, nodeClaims, nodeOfClaim, nodePools } from "./objects.ts";
import { processSettings } from "./process.ts";
import { terminate } from "./terminate.ts";

const registrationLimitMs = 15 * 60_000;

/** Brings a NodeClaim on its way: launched, registered, initialized, judged, expired, ended. */
export function lookAtClaim(here: KarpenterHere, name: string): void {
  const claim = nodeClaims(here).find(({ metadata }) => metadata.name === name);
  if (claim === undefined) return forget(here, name);
  if (claim.metadata.deletionTimestamp !== undefined) return terminate(here, claim);
  if (!isConditionTrue(claim, "Launched")) return launchSoon(here, claim);
  if (!isConditionTrue(claim, "Initialized")) follow(here, claim);
  expire(here, claim);
  judge(here, name);
  countSoon(here, claim.metadata.labels?.[labelKeys.nodePool] ?? "");
}

function forget(here: KarpenterHere, name: string): void {
  delete here.memory.nominatedMs[name];
  delete here.memory.provider.launchAgainMs[name];
}

function follow(here: KarpenterHere, claim: NodeClaim): void {
  const node = nodeOfClaim(here, claim);
  if (node === undefined) giveUpLate(here, claim);
  else if (!isConditionTrue(claim, "Registered")) register(here, claim, node);
  else if (isInitialized(claim, node, processSettings(here).behaviour)) initialize(here, claim, node);
}

/** A claim that is old enough goes, whatever budgets say (`nodeclaim/expiration`). */
function expire(here: KarpenterHere, claim: NodeClaim): void {
  const after = parseNillableDuration(claim.spec.expireAfter ?? "720h");
  const { creationTimestamp, name } = claim.metadata;
  if (after === null || after === undefined || creationTimestamp === undefined) return;
  const leftMs = Date.parse(creationTimestamp) + Number(after / 1_000_000n) - here.nowMs;
  if (leftMs > 0) return here.lookAgain(`expiry ${name}`, leftMs);
  here.tell(claim, { type: "Warning", reason: "Expired", message: "NodeClaim is expired" });
  here.delete("nodeclaims", claim);
}

/** Looks at a claim that may have expired. */
export function lookAtExpiry(here: KarpenterHere, name: string): void {
  const claim = nodeClaims(here).find(({ metadata }) => metadata.name === name);
  if (claim !== undefined && claim.metadata.deletionTimestamp === undefined) expire(here, claim);
}

/** Keeps `Drifted` and `Consolidatable`: what the disruption methods choose their candidates by. */
function judge(here: KarpenterHere, name: string): void {
  const claim = nodeClaims(here).find(({ metadata }) => metadata.name === name);
  const pool = nodePools(here).find(({ metadata }) => metadata.name === claim?.metadata.labels?.[labelKeys.nodePool]);
  if (claim === undefined || pool === undefined || claim.metadata.deletionTimestamp !== undefined) return;
  const reason = driftOfClaim(here, claim, pool);
  let next = claim;
  if (reason !== undefined) next = withClaimCondition(here, next, "Drifted", reason === "" ? undefined : reason);
  next = withConsolidatable(here, next, pool);
  if (next !== claim) here.put("nodeclaims", next);
}

function giveUpLate(here: KarpenterHere, claim: NodeClaim): void {
  const launched = conditionOf(claim, "Launched")?.lastTransitionTime;
  if (launched === undefined) return;
  const leftMs = Date.parse(launched) + registrationLimitMs - here.nowMs;
  if (leftMs > 0) return here.lookAgain(`claim ${claim.metadata.name}`, leftMs);
  here.tell(claim, {
    type: "Warning",
    reason: "FailedRegistration",
    message: "node did not register within 15m; its role may not be allowed to join the cluster",
  });
  here.delete("nodeclaims", claim);
}

function register(here: KarpenterHere, claim: NodeClaim, node: Node): void {
  const taints = (node.spec?.taints ?? []).filter((taint) => taint.key !== "karpenter.sh/unregistered");
  const labels = {
    ...node.metadata.labels,
    ...claim.metadata.labels,
    [labelKeys.registered]: "true",
    [labelKeys.hostname]: node.metadata.name,
  };
  here.put("nodes", {
    ...node,
    metadata: {
      ...node.metadata,
      labels,
      annotations: { ...node.metadata.annotations, ...claim.metadata.annotations },
      finalizers: [finalizer],
      ownerReferences: [
        { apiVersion: "karpenter.sh/v1", kind: "NodeClaim", name: claim.metadata.name, uid: claim.metadata.uid ?? "" },
      ],
    },
    spec: { ...node.spec, taints },
  });
  setTrue(here, { ...claim, status: { ...claim.status, nodeName: node.metadata.name } }, ["Registered"]);
}

function isInitialized(claim: NodeClaim, node: Node, behaviour: KarpenterBehaviour): boolean {
  const taints = node.spec?.taints ?? [];
  const isStarting = (claim.spec.startupTaints ?? []).some((one) =>
    taints.some((taint) => taint.key === one.key && taint.effect === one.effect),
  );
  return (
    isNodeReady(node) &&
    !isStarting &&
    !taints.some((taint) => isEphemeralTaint(taint, behaviour)) &&
    hasRequested(claim, node)
  );
}

// Devices are advertised by their plugins, which come with the node's daemons.
function hasRequested(claim: NodeClaim, node: Node): boolean {
  const requests = parseResources(claim.spec.resources?.requests);
  const allocatable = parseResources(node.status?.allocatable);
  if (!requests.ok || !allocatable.ok) return true;
  return [...requests.value].every(([name, amount]) => amount === 0n || (allocatable.value.get(name) ?? 0n) > 0n);
}

function initialize(here: KarpenterHere, claim: NodeClaim, node: Node): void {
  here.put("nodes", {
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata.labels, [labelKeys.initialized]: "true" } },
  });
  setTrue(here, claim, ["Initialized", "Ready"]);
}

function setTrue(here: KarpenterHere, claim: NodeClaim, types: readonly string[]): void {
  let conditions: readonly Condition[] = conditionsOf(claim);
  for (const type of types)
    conditions = withCondition(conditions, { type, status: "True", reason: type, lastTransitionTime: here.timestamp });
  const next: NodeClaim = { ...claim, status: { ...claim.status, conditions: conditionsJson(conditions) } };
  here.put("nodeclaims", next);
}
