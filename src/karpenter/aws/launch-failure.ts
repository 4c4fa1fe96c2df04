// Mirrors pkg/cloudprovider/cloudprovider.go of karpenter-provider-aws v1.14.1.
import type { ProviderBehaviour } from "../behaviour.ts";
import { type FleetError, isShortage, lacksSpotRole, launchFailureReason } from "./fleet-request.ts";

/** Why a launch came to nothing; `text` is the real program's. */
export interface LaunchFailure {
  readonly class: "insufficient-capacity" | "nodeclass-not-ready" | "create-error" | "other";
  readonly text: string;
  readonly reason?: string;
}

/** The Ready condition of a NodeClass. */
export interface NodeClassReady {
  readonly status: "True" | "False" | "Unknown";
  readonly message: string;
  /** False while the status speaks of an older spec. */
  readonly isCurrent: boolean;
}

/** Why a NodeClass takes no launches now; undefined when it does. Absent readiness counts as True. */
export function readinessFailure(ready: NodeClassReady | undefined): LaunchFailure | undefined {
  if (ready === undefined) return undefined;
  if (ready.status === "False")
    return { class: "nodeclass-not-ready", text: `NodeClassRef not ready, ${ready.message}` };
  if (ready.status === "Unknown") {
    const text = `creating nodeclaim, resolving nodeclass readiness, nodeclass is in Ready=Unknown, ${ready.message}`;
    return { class: "create-error", reason: "NodeClassReadinessUnknown", text };
  }
  if (ready.isCurrent) return undefined;
  const text = "NodeClassRef not ready, nodeclass status has not been reconciled against the latest spec";
  return { class: "nodeclass-not-ready", text };
}

/** No type is left to launch, or too few for the NodePool's minValues (the labels named). */
export function noChoice(
  brokenMinValues: readonly string[] | undefined,
  behaviour: Pick<ProviderBehaviour, "brokenMinValues">,
): LaunchFailure {
  const start = "creating instance, insufficient capacity, ";
  if (brokenMinValues === undefined) {
    return {
      class: "insufficient-capacity",
      text: `${start}all requested instance types were unavailable during launch`,
    };
  }
  if (behaviour.brokenMinValues === "create-error") {
    const text = `creating instance, creating nodeclaim, truncating instance types, ${minValuesText(brokenMinValues)}`;
    return { class: "create-error", reason: "InstanceTypeFilteringFailed", text };
  }
  return {
    class: "insufficient-capacity",
    text: `${start}truncating instance types based on the passed-in requirements, ${minValuesText(brokenMinValues)}`,
  };
}

/** How Karpenter words a cut that breaks minValues. */
export function minValuesText(labels: readonly string[]): string {
  return `validating minValues, minValues requirement is not met for label(s) (label(s)=[${labels.join(" ")}])`;
}

/** EC2 launched nothing: a shortage when every refusal was one. */
export function fleetFailure(errors: readonly FleetError[], behaviour: ProviderBehaviour): LaunchFailure {
  const codes = Array.from(new Set(errors.map((error) => `${error.code}: ${error.message}`))).sort();
  const words = codes.join("; ");
  const details =
    "(aws-error-code=UnfulfillableCapacity, aws-operation-name=CreateFleet, aws-request-id=, aws-service-name=EC2, aws-status-code=200)";
  if (errors.every((error) => isShortage(error, behaviour) || lacksSpotRole(error))) {
    return {
      class: "insufficient-capacity",
      text: `creating instance, insufficient capacity, with fleet error(s), ${words} ${details}`,
    };
  }
  return {
    class: "create-error",
    reason: launchFailureReason(words, behaviour),
    text: `creating instance, creating nodeclaim, ${words} ${details}`,
  };
}
