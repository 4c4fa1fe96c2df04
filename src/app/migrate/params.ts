import type { JsonObject } from "../../kube/objects.ts";
import type { Consents } from "../../migration/shift/movable.ts";
import type { Step } from "../../migration/step.ts";
import { textsAt, listAt, objectAt, textAt } from "../../kube/json.ts";

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
    cluster: textAt(cluster) ?? "",
    name: textAt(group) ?? "",
    kind: groupKind === "managed" ? "managed" : "self-managed",
    autoScalingGroupName: typeof autoScalingGroupName === "string" ? autoScalingGroupName : undefined,
  };
}

/** The nodes that a step speaks of. */
export function nodesOf(step: Step): readonly NodeRef[] {
  return listAt(step.params["nodes"]).map((node) => {
    const { name, instanceId } = objectAt(node);
    return { name: textAt(name) ?? "", instanceId: textAt(instanceId) ?? "" };
  });
}

/** The consents that were given when the plan was made. */
export function consentsOf(step: Step): Consents {
  const consents = objectAt(step.params["consents"]);
  return { bare: textsAt(consents["bare"]), protected: textsAt(consents["protected"]) };
}

/** A bound of the step, in milliseconds. */
export function timeoutOf(step: Step, field = "timeoutMs"): number {
  const value = step.params[field];
  if (typeof value !== "number") throw new Error(`step ${step.id} has no ${field}`);
  return value;
}
