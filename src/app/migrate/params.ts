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

/** The group that a step speaks of. */
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

/** The nodes that a step speaks of. */
export function nodesOf(step: Step): readonly NodeRef[] {
  return listOf(step.params["nodes"]).map((node) => {
    const { name, instanceId } = objectOf(node);
    return { name: textOf(name), instanceId: textOf(instanceId) };
  });
}

/** The consents that were given when the plan was made. */
export function consentsOf(step: Step): Consents {
  const consents = objectOf(step.params["consents"]);
  return { bare: textsOf(consents["bare"]), protected: textsOf(consents["protected"]) };
}

/** A bound of the step, in milliseconds. */
export function timeoutOf(step: Step, field = "timeoutMs"): number {
  const value = step.params[field];
  if (typeof value !== "number") throw new Error(`step ${step.id} has no ${field}`);
  return value;
}

/** The value as an object; an empty one when it is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value as a list; an empty one when it is none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The texts of a list. */
export function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

/** The value as text; empty when it is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The value as a number; undefined when it is none: unknown is not zero. */
export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
