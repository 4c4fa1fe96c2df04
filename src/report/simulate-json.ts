import type { Fleet, SimulationOutcome } from "../forecast/types.ts";
import type { JsonObject } from "../kube/objects.ts";
import { usdPerMonth } from "../money/cost.ts";
import { plainMembers } from "./json.ts";
import type { Sheet } from "./sheet.ts";

/** What `simulate --json` prints: the outcome as it is. */
export function simulationDocument(outcome: SimulationOutcome): JsonObject {
  return plainMembers(outcome);
}

/** What `simulate --compare --json` prints. */
export function comparisonDocument(first: SimulationOutcome, second: SimulationOutcome): JsonObject {
  return {
    schema: "dovetail.comparison/1",
    command: "simulate",
    first: plainMembers(first),
    second: plainMembers(second),
  };
}

/** The nodes that Karpenter would run. */
export function nodeNames(outcome: SimulationOutcome): readonly string[] {
  return outcome.karpenter.nodes.map(({ name }) => name);
}

/** Figures of today beside those of each set of NodePools; what is unknown is empty. */
export function figuresSheet(outcomes: readonly SimulationOutcome[]): Sheet {
  const [first] = outcomes;
  if (first === undefined) return { columns: [], rows: [] };
  const today = first.isTodayRead ? first.today : undefined;
  const fleets: readonly (Fleet | undefined)[] = [today, ...outcomes.map((one) => one.karpenter)];
  const row = (title: string, pick: (fleet: Fleet) => number | undefined): Sheet["rows"][number] => [
    title,
    ...fleets.map((fleet) => (fleet === undefined ? undefined : pick(fleet))),
  ];
  const monthly = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Number(usdPerMonth(value).toFixed(2));
  return {
    columns: ["figure", "today", ...(outcomes.length === 1 ? ["karpenter"] : ["a", "b"])],
    rows: [
      row("cost_usd_per_month", ({ totals }) => monthly(totals.usdPerHour.expected)),
      row("cost_usd_per_month_low", ({ totals }) => monthly(totals.usdPerHour.low)),
      row("cost_usd_per_month_high", ({ totals }) => monthly(totals.usdPerHour.high)),
      row("nodes", ({ totals }) => totals.nodes),
      row("spot_nodes", ({ totals }) => totals.byCapacityType["spot"] ?? 0),
      row("vcpus", ({ totals }) => totals.vcpus),
      row("cpu_allocatable_milli", ({ totals }) => totals.allocatable?.cpuMilli),
      row("cpu_requested_milli", ({ totals }) => totals.requested.cpuMilli),
      row("memory_allocatable_bytes", ({ totals }) => totals.allocatable?.memoryBytes),
      row("memory_requested_bytes", ({ totals }) => totals.requested.memoryBytes),
      ["unschedulable_pods", undefined, ...outcomes.map((one) => one.unschedulable.length)],
      ["evicted_pods", undefined, ...outcomes.map((one) => (one.isTodayRead ? one.evictions.pods : undefined))],
    ],
  };
}
