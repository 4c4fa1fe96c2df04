// Mirrors framework/plugins/tainttoleration/taint_toleration.go of kube-scheduler 1.35.
import type { Taint, Toleration } from "../../kube/objects.ts";

/**
 * Whether a toleration answers a taint. `Lt` and `Gt` are behind a gate that is off in every release known here, so that they tolerate
 * nothing (`TaintTolerationComparisonOperators`).
 */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = "", effect = "", operator = "", value = "" } = toleration;
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  if (operator === "Exists") return true;
  return (operator === "" || operator === "Equal") && value === (taint.value ?? "");
}

/** Whether some toleration answers the taint. */
export function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some((toleration) => tolerates(toleration, taint));
}

/** Whether a NoSchedule or NoExecute taint is not tolerated. */
export function hasUntoleratedTaint(taints: readonly Taint[], tolerations: readonly Toleration[]): boolean {
  return taints.some(
    (taint) => (taint.effect === "NoSchedule" || taint.effect === "NoExecute") && !isTolerated(taint, tolerations),
  );
}

/** PreferNoSchedule taints that no toleration with that effect, or with none, answers (`countIntolerableTaintsPreferNoSchedule`). */
export function untoleratedSoftTaints(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  const soft = tolerations.filter(({ effect = "" }) => effect === "" || effect === "PreferNoSchedule");
  return taints.filter((taint) => taint.effect === "PreferNoSchedule" && !isTolerated(taint, soft)).length;
}

/** What a cordon is tolerated by (nodeunschedulable). */
export const cordonTaint: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
