import type { Condition } from "./objects.ts";

/** Conditions in an object's status; none where there is no list of them. */
export function conditionsOf(object: { readonly status?: unknown }): readonly Condition[] {
  const { status } = object;
  if (typeof status !== "object" || status === null || !("conditions" in status)) return [];
  return Array.isArray(status.conditions) ? status.conditions : [];
}

/** The condition of a type; undefined where the object has none. */
export function conditionOf(object: { readonly status?: unknown }, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** Whether a condition is there and True. */
export function isConditionTrue(object: { readonly status?: unknown }, type: string): boolean {
  return conditionOf(object, type)?.status === "True";
}
