import type { NodeClaim } from "../../../karpenter/api.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isEphemeralTaint } from "../../../karpenter/taints.ts";
import { conditionOf, conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import { isNodeReady } from "../../../kube/node.ts";
import type { Condition, Node } from "../../../kube/objects.ts";
import { withCondition } from "../../kubernetes/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import { launchClaim } from "./launch-claims.ts";
import { finalizer, nodeClaims, nodeOfClaim } from "./objects.ts";
import { behaviourIn } from "./release.ts";

const registrationLimitMs = 15 * 60_000;

/** Claims go from launched to registered to initialized as their nodes join and become ready. */
export function followClaims(here: KarpenterHere): void {
  for (const claim of nodeClaims(here)) {
    if (claim.metadata.deletionTimestamp !== undefined || isConditionTrue(claim, "Initialized")) continue;
    if (!isConditionTrue(claim, "Launched")) {
      launchClaim(here, claim);
      continue;
    }
    const node = nodeOfClaim(here, claim);
    if (node === undefined) giveUpLate(here, claim);
    else if (!isConditionTrue(claim, "Registered")) register(here, claim, node);
    else if (isInitialized(here, claim, node)) initialize(here, claim, node);
  }
}

function giveUpLate(here: KarpenterHere, claim: NodeClaim): void {
  const launched = conditionOf(claim, "Launched")?.lastTransitionTime;
  if (launched === undefined || here.nowMs - Date.parse(launched) < registrationLimitMs) return;
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

function isInitialized(here: KarpenterHere, claim: NodeClaim, node: Node): boolean {
  const taints = node.spec?.taints ?? [];
  const isStarting = (claim.spec.startupTaints ?? []).some((one) =>
    taints.some((taint) => taint.key === one.key && taint.effect === one.effect),
  );
  return isNodeReady(node) && !isStarting && !taints.some((taint) => isEphemeralTaint(taint, behaviourIn(here)));
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
  here.put("nodeclaims", {
    ...claim,
    status: { ...claim.status, conditions: conditions.map((one) => ({ ...one })) },
  } as NodeClaim);
}
