import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Consents } from "../../migration/movable.ts";
import type { Step } from "../../migration/step.ts";

/** How a step names a node group. */
export interface GroupRef {
  readonly cluster: string;
  readonly name: string;
  readonly kind: "managed" | "self-managed";
  /** Undefined only when the account never told. */
  readonly autoScalingGroupName: string | undefined;
}

/** A node that a step speaks of, with the instance behind it. */
export interface NodeRef {
  readonly name: string;
  readonly instanceId: string;
}

export function groupOf(step: Step): GroupRef {
  return groupFrom(step.params);
}

/** A group as steps carry it. */
export function groupFrom(params: JsonObject): GroupRef {
  const { cluster, group, groupKind, autoScalingGroupName } = params;
  return {
    cluster: textOf(cluster),
    name: textOf(group),
    kind: groupKind === "managed" ? "managed" : "self-managed",
    autoScalingGroupName: typeof autoScalingGroupName === "string" ? autoScalingGroupName : undefined,
  };
}

export function nodesOf(step: Step): readonly NodeRef[] {
  return listOf(step.params["nodes"]).map((node) => {
    const { name, instanceId } = objectOf(node);
    return { name: textOf(name), instanceId: textOf(instanceId) };
  });
}

export function consentsOf(step: Step): Consents {
  const consents = objectOf(step.params["consents"]);
  return { bare: textsOf(consents["bare"]), protected: textsOf(consents["protected"]) };
}

export function timeoutOf(step: Step, field = "timeoutMs"): number {
  const value = step.params[field];
  if (typeof value !== "number") throw new Error(`step ${step.id} has no ${field}`);
  return value;
}

export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
