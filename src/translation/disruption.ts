import { inForce, isGiven, scaleDownParallelism } from "../autoscaler/flags/settings.ts";
import type { AutoscalerInstallation } from "../autoscaler/types.ts";
import { textAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";

/**
 * NodePool.spec.disruption that comes nearest to how Cluster Autoscaler removes nodes: after the unneeded time, ten
 * empty nodes and one
 * drained node at a time.
 */
export function disruptionOf(draft: Draft, autoscaler: AutoscalerInstallation | undefined): JsonObject {
  const consolidateAfter = textAt(draft.disruption, "consolidateAfter") ?? waitOf(autoscaler);
  if (!inForce(autoscaler, "scale-down-enabled")) {
    return { consolidationPolicy: "WhenEmpty", consolidateAfter: "Never", budgets: [{ nodes: "0" }] };
  }
  const threshold = inForce(autoscaler, "scale-down-utilization-threshold");
  const consolidationPolicy = threshold <= 0 ? "WhenEmpty" : "WhenEmptyOrUnderutilized";
  return { consolidationPolicy, consolidateAfter, budgets: budgetsOf(draft, autoscaler) };
}

function budgetsOf(draft: Draft, autoscaler: AutoscalerInstallation | undefined): readonly JsonObject[] {
  const empty = String(scaleDownParallelism(autoscaler?.flags ?? new Map(), autoscaler?.version));
  const drained = String(inForce(autoscaler, "max-drain-parallelism"));
  const drifted = textAt(draft.disruption, "drifted") ?? drained;
  const isSame = drifted === drained;
  return [
    { nodes: empty, reasons: ["Empty"] },
    { nodes: drained, reasons: isSame ? ["Underutilized", "Drifted"] : ["Underutilized"] },
    ...(isSame ? [] : [{ nodes: drifted, reasons: ["Drifted"] }]),
  ];
}

// The longer of the two waits, so that a node is not looked at sooner than now. A delay that nobody set was not meant.
function waitOf(autoscaler: AutoscalerInstallation | undefined): string {
  const unneededMs = inForce(autoscaler, "scale-down-unneeded-time");
  const isSet = autoscaler !== undefined && isGiven(autoscaler.flags, "scale-down-delay-after-add", autoscaler.version);
  const afterAddMs = isSet ? inForce(autoscaler, "scale-down-delay-after-add") : 0;
  return durationText(Math.max(unneededMs, afterAddMs));
}

// The CRD allows whole hours, minutes and seconds only.
function durationText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
