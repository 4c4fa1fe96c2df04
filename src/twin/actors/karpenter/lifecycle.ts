import { defaultBehaviour } from "../../../karpenter/releases.ts";
import type { NodeClaim } from "../../../karpenter/api.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isEphemeralTaint } from "../../../karpenter/taints.ts";
import { conditionOf, conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import { isNodeReady } from "../../../kube/node.ts";
import type { Condition, Node } from "../../../kube/objects.ts";
import { withCondition } from "../pods.ts";
import { type Core, recordEvent, timestamp } from "../../world/core.ts";
import { launchClaim } from "./launch-claims.ts";
import { by, finalizer, nodeClaims, nodeOfClaim } from "./memory.ts";

const registrationLimitMs = 15 * 60_000;

/** Claims go from launched to registered to initialized as their nodes join and become ready. */
export function followClaims(core: Core): void {
  for (const claim of nodeClaims(core)) {
    if (claim.metadata.deletionTimestamp !== undefined || isConditionTrue(claim, "Initialized")) continue;
    if (!isConditionTrue(claim, "Launched")) {
      launchClaim(core, claim);
      continue;
    }
    const node = nodeOfClaim(core, claim);
    if (node === undefined) giveUpLate(core, claim);
    else if (!isConditionTrue(claim, "Registered")) register(core, claim, node);
    else if (isInitialized(claim, node)) initialize(core, claim, node);
  }
}

function giveUpLate(core: Core, claim: NodeClaim): void {
  const launched = conditionOf(claim, "Launched")?.lastTransitionTime;
  if (launched === undefined || core.nowMs() - Date.parse(launched) < registrationLimitMs) return;
  recordEvent(core, claim, {
    type: "Warning",
    reason: "FailedRegistration",
    message: "node did not register within 15m; its role may not be allowed to join the cluster",
    from: by,
  });
  core.api.delete(by, { resource: "nodeclaims", name: claim.metadata.name });
}

function register(core: Core, claim: NodeClaim, node: Node): void {
  const taints = (node.spec?.taints ?? []).filter((taint) => taint.key !== "karpenter.sh/unregistered");
  const labels = {
    ...node.metadata.labels,
    ...claim.metadata.labels,
    [labelKeys.registered]: "true",
    [labelKeys.hostname]: node.metadata.name,
  };
  core.api.put(by, "nodes", {
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
  setTrue(core, { ...claim, status: { ...claim.status, nodeName: node.metadata.name } }, ["Registered"]);
}

function isInitialized(claim: NodeClaim, node: Node): boolean {
  const taints = node.spec?.taints ?? [];
  const isStarting = (claim.spec.startupTaints ?? []).some((one) =>
    taints.some((taint) => taint.key === one.key && taint.effect === one.effect),
  );
  return isNodeReady(node) && !isStarting && !taints.some((taint) => isEphemeralTaint(taint, defaultBehaviour));
}

function initialize(core: Core, claim: NodeClaim, node: Node): void {
  core.api.put(by, "nodes", {
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata.labels, [labelKeys.initialized]: "true" } },
  });
  setTrue(core, claim, ["Initialized", "Ready"]);
}

function setTrue(core: Core, claim: NodeClaim, types: readonly string[]): void {
  let conditions: readonly Condition[] = conditionsOf(claim);
  for (const type of types)
    conditions = withCondition(conditions, { type, status: "True", reason: type, lastTransitionTime: timestamp(core) });
  core.api.put(by, "nodeclaims", {
    ...claim,
    status: { ...claim.status, conditions: conditions.map((one) => ({ ...one })) },
  } as NodeClaim);
}
