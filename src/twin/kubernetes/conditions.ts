import type { Condition, JsonObject } from "../../kube/objects.ts";

/** A condition that holds or does not, since an instant. */
export function condition(
  type: string,
  isTrue: boolean,
  of: { readonly reason: string; readonly timestamp: string; readonly message?: string },
): Condition {
  const { reason, timestamp: lastTransitionTime, message } = of;
  const status = isTrue ? "True" : "False";
  return { type, status, reason, lastTransitionTime, ...(message === undefined ? {} : { message }) };
}

/** Conditions with one replaced; its transition time moves only when its status does. */
export function withCondition(all: readonly Condition[] | undefined, next: Condition): readonly Condition[] {
  const old = all?.find((one) => one.type === next.type);
  const isKept = old?.status === next.status && old.lastTransitionTime !== undefined;
  const kept = isKept ? { ...next, lastTransitionTime: old.lastTransitionTime } : next;
  if (old === undefined) return [...(all ?? []), kept];
  return (all ?? []).map((one) => (one === old ? kept : one));
}

/** Conditions as the JSON of a status that no type describes. */
export function conditionsJson(conditions: readonly Condition[]): readonly JsonObject[] {
  return conditions.map((one) => ({ ...one }));
}
