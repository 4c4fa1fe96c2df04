import type { KubeObject } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { isHeld } from "../karpenter/hold.ts";
import { listAt, textAt, valueAt, plainOf } from "../kube/json.ts";

/** Objects of Karpenter of any version. */

/** NodePools and Provisioners. */
export function poolsOf(objects: ClusterObjects): readonly KubeObject[] {
  return [...(objects.nodepools ?? []), ...(objects.provisioners ?? [])];
}

/** Pools of EKS Auto Mode are made by EKS and named in the cluster's compute configuration. */
export function isAutoModePool(pool: KubeObject): boolean {
  return textAt(plainOf(pool), "spec", "template", "spec", "nodeClassRef", "group") === "eks.amazonaws.com";
}

/** Made by `dovetail install`, which marks its objects with the plan that made them. */
export function isMadeByInstall(object: KubeObject): boolean {
  return Object.keys(object.metadata.annotations ?? {}).some((key) => /^dovetail(\.dev)?\//.test(key));
}

/** Whether a controller would make nodes from it: not held, and not limited to nothing. */
export function mayMakeNodes(pool: KubeObject): boolean {
  if (isHeld(pool)) return false;
  const path = pool.kind === "Provisioner" ? ["spec", "limits", "resources", "cpu"] : ["spec", "limits", "cpu"];
  const cpu = valueAt(plainOf(pool), ...path);
  return !(cpu === 0 || (typeof cpu === "string" && /^0+m?$/.test(cpu)));
}

/** Reason and message of a condition that is False; undefined when it holds, is unknown, or is not there. */
export function failureOf(object: KubeObject, type: string): string | undefined {
  const conditions = listAt(plainOf(object), "status", "conditions");
  const found = conditions.find((one) => textAt(one, "type") === type && textAt(one, "status") === "False");
  if (found === undefined) return undefined;
  return [textAt(found, "reason"), textAt(found, "message")].filter((text) => text !== undefined).join(": ") || type;
}
