// Mirrors utils/taints/taints.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import { hasTaint, toBeDeleted } from "../state/taints.ts";
import type { CallAnswer, Calls } from "./calls.ts";

/** Marks a node as being removed, unless it is, and cordons it if so told (utils/taints/taints.go, `MarkToBeDeleted`). */
export function markToBeDeleted(
  calls: Calls,
  node: Node,
  of: { readonly nowMs: number; readonly cordons: boolean },
): CallAnswer {
  const { name } = node.metadata;
  if (hasTaint(node, toBeDeleted)) return { ok: true };
  const value = String(Math.floor(of.nowMs / 1000));
  const answer = calls.make({ act: "taint", node: name, key: toBeDeleted, effect: "NoSchedule", value });
  if (answer.ok && of.cordons && node.spec?.unschedulable !== true) calls.make({ act: "cordon", node: name });
  return answer;
}

/** Takes the mark off again (`CleanToBeDeleted`). Nothing happens to a node that is gone or has no mark. */
export function cleanToBeDeleted(calls: Calls, node: Node | undefined, cordons: boolean): boolean {
  if (node === undefined || !hasTaint(node, toBeDeleted)) return false;
  const { name } = node.metadata;
  calls.make({ act: "untaint", node: name, key: toBeDeleted });
  if (cordons && node.spec?.unschedulable === true) calls.make({ act: "uncordon", node: name });
  return true;
}
