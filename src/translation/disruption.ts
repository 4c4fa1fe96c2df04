import type { AutoscalerInstallation } from "../autoscaler/types.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import { textAt } from "../kube/json-text.ts";

/** The last value given for a scalar flag. */
export function flagOf(autoscaler: AutoscalerInstallation | undefined, name: string): string | undefined {
  return autoscaler?.flags.get(name)?.at(-1);
}

/**
 * NodePool.spec.disruption that comes nearest to how Cluster Autoscaler removes nodes: after the unneeded time, ten
 * empty nodes and one
 * drained node at a time.
 */
export function disruptionOf(draft: Draft, autoscaler: AutoscalerInstallation | undefined): JsonObject {
  const consolidateAfter = textAt(draft.disruption, "consolidateAfter") ?? waitOf(autoscaler);
  if (flagOf(autoscaler, "scale-down-enabled") === "false") {
    return { consolidationPolicy: "WhenEmpty", consolidateAfter: "Never", budgets: [{ nodes: "0" }] };
  }
  const threshold = Number(flagOf(autoscaler, "scale-down-utilization-threshold") ?? "0.5");
  const consolidationPolicy = threshold <= 0 ? "WhenEmpty" : "WhenEmptyOrUnderutilized";
  return { consolidationPolicy, consolidateAfter, budgets: budgetsOf(draft, autoscaler) };
}

function budgetsOf(draft: Draft, autoscaler: AutoscalerInstallation | undefined): readonly JsonObject[] {
  const empty = flagOf(autoscaler, "max-scale-down-parallelism") ?? flagOf(autoscaler, "max-empty-bulk-delete") ?? "10";
  const drained = flagOf(autoscaler, "max-drain-parallelism") ?? "1";
  const drifted = textAt(draft.disruption, "drifted") ?? drained;
  const isSame = drifted === drained;
  return [
    { nodes: empty, reasons: ["Empty"] },
    { nodes: drained, reasons: isSame ? ["Underutilized", "Drifted"] : ["Underutilized"] },
    ...(isSame ? [] : [{ nodes: drifted, reasons: ["Drifted"] }]),
  ];
}

// The longer of the two waits, so that a node is not looked at sooner than now.
function waitOf(autoscaler: AutoscalerInstallation | undefined): string {
  const unneeded = flagOf(autoscaler, "scale-down-unneeded-time") ?? "10m";
  const afterAdd = flagOf(autoscaler, "scale-down-delay-after-add") ?? "0s";
  const longer = secondsOf(afterAdd) > secondsOf(unneeded) ? afterAdd : unneeded;
  return durationText(longer);
}

/** A Go duration in seconds; 0 for what is not one. */
export function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  let seconds = 0;
  for (const [, amount = "0", unit = "s"] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    seconds += Number(amount) * (units[unit] ?? 0);
  }
  return seconds;
}

// The CRD allows whole hours, minutes and seconds only.
function durationText(text: string): string {
  if (/^([0-9]+(s|m|h))+$/.test(text)) return text;
  return `${Math.ceil(secondsOf(text))}s`;
}
