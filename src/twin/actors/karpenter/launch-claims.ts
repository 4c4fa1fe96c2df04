import type { NodeClaim } from "../../../karpenter/api.ts";
import type { LaunchedClaim } from "../../../karpenter/aws/launched.ts";
import { conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import type { Condition, Labels } from "../../../kube/objects.ts";
import type { KarpenterHere } from "./here.ts";
import { withCondition } from "../../kubernetes/conditions.ts";
import { nodeClaims, nodeClasses } from "./objects.ts";
import { launchMachine } from "./provider.ts";

/** Retries of a launch that failed for another reason than missing capacity: doubled each time, up to a minute. */
const retryMs = { first: 1000, most: 60_000 } as const;
/** A claim that is not launched by then goes (karpenter v1.14.1, `nodeclaim/lifecycle/liveness.go`). */
const launchLimitMs = 5 * 60_000;

/** Asks EC2 for the machine of a NodeClaim that has none yet. Its answer takes a while. */
export function launchSoon(here: KarpenterHere, claim: NodeClaim): void {
  const { provider } = here.memory;
  const { name } = claim.metadata;
  if (provider.asked[name]) return;
  const wait = provider.launchAgainMs[name];
  if (wait !== undefined && here.nowMs < wait.atMs) return here.lookAgain(`claim ${name}`, wait.atMs - here.nowMs);
  if (isLate(here, claim)) return here.delete("nodeclaims", claim);
  provider.asked[name] = true;
  here.after(here.drawMs("createFleet"), { kind: "launched", claim: name });
}

/**
 * Takes EC2's answer (karpenter v1.14.1, `nodeclaim/lifecycle/launch.go`). Without capacity, or with a node class that takes no launches,
 * the claim is deleted and its pods try again; after any other failure it is tried again later.
 */
export function launchNow(here: KarpenterHere, name: string): void {
  const { provider } = here.memory;
  delete provider.asked[name];
  const claim = nodeClaims(here).find(({ metadata }) => metadata.name === name);
  if (claim === undefined || claim.metadata.deletionTimestamp !== undefined || isConditionTrue(claim, "Launched"))
    return;
  const nodeClass = nodeClasses(here).find((one) => one.metadata.name === claim.spec.nodeClassRef.name);
  if (nodeClass === undefined)
    return abandon(here, claim, { reason: "NodeClassNotReady", message: "the node class is not there" });
  const { outcome, launched } = launchMachine(here, claim, nodeClass);
  if (launched !== undefined) {
    delete provider.launchAgainMs[name];
    here.put("nodeclaims", launchedObject(here, claim, launched));
    return;
  }
  const { failure } = outcome;
  const message = failure?.text ?? "nothing was launched";
  if (failure?.class === "insufficient-capacity")
    return abandon(here, claim, { reason: "InsufficientCapacityError", message });
  if (failure?.class === "nodeclass-not-ready") return abandon(here, claim, { reason: "NodeClassNotReady", message });
  const before = provider.launchAgainMs[name];
  const delayMs = before === undefined ? retryMs.first : Math.min(before.delayMs * 2, retryMs.most);
  provider.launchAgainMs[name] = { atMs: here.nowMs + delayMs, delayMs };
  const condition = { type: "Launched", status: "Unknown", reason: failure?.reason ?? "LaunchFailed", message };
  putConditions(here, claim, [{ ...condition, lastTransitionTime: here.timestamp }]);
}

function isLate(here: KarpenterHere, claim: NodeClaim): boolean {
  const made = claim.metadata.creationTimestamp;
  return made !== undefined && here.nowMs - Date.parse(made) >= launchLimitMs;
}

function abandon(
  here: KarpenterHere,
  claim: NodeClaim,
  why: { readonly reason: string; readonly message: string },
): void {
  here.tell(claim, {
    type: "Warning",
    reason: why.reason,
    message: `NodeClaim ${claim.metadata.name} event: ${why.message}`,
  });
  delete here.memory.provider.launchAgainMs[claim.metadata.name];
  // Nothing was launched: its finalizer has nothing to wait for.
  const stored = here.store.find("nodeclaims", claim.metadata.name);
  if (stored !== undefined) here.remove("nodeclaims", stored);
}

function launchedObject(here: KarpenterHere, claim: NodeClaim, made: LaunchedClaim): NodeClaim {
  const time = here.timestamp;
  const conditions = [
    { type: "Launched", status: "True", reason: "Launched", lastTransitionTime: time },
    { type: "Registered", status: "Unknown", reason: "AwaitingReconciliation", lastTransitionTime: time },
    { type: "Initialized", status: "Unknown", reason: "AwaitingReconciliation", lastTransitionTime: time },
    { type: "Ready", status: "Unknown", reason: "ReconcilingDependents", lastTransitionTime: time },
  ];
  const stored = here.store.find("nodeclaims", claim.metadata.name);
  return {
    ...claim,
    metadata: {
      ...claim.metadata,
      ...stored?.metadata,
      labels: { ...made.labels, ...chosenLabels(claim), ...claim.metadata.labels },
      annotations: { ...claim.metadata.annotations, ...made.annotations },
    },
    status: {
      ...claim.status,
      providerID: made.providerId,
      imageID: made.imageId,
      capacity: made.capacity,
      allocatable: made.allocatable,
      conditions,
    },
  };
}

// Labels of nobody but the user: what the claim admits only one value of. Those that Kubernetes or a provider sets come from the machine.
function chosenLabels(claim: NodeClaim): Labels {
  const own = (claim.spec.requirements ?? []).filter(
    ({ key, operator, values }) =>
      operator === "In" && values?.length === 1 && !/(^|\.)(kubernetes\.io|k8s\.io|karpenter\.sh|k8s\.aws)\//.test(key),
  );
  return Object.fromEntries(own.map(({ key, values }) => [key, values?.[0] ?? ""]));
}

function putConditions(here: KarpenterHere, claim: NodeClaim, conditions: readonly Condition[]): void {
  const old = conditions.reduce<readonly Condition[]>((list, one) => withCondition(list, one), conditionsOf(claim));
  const next = { ...claim, status: { ...claim.status, conditions: old.map((one) => ({ ...one })) } };
  here.put("nodeclaims", next);
}
