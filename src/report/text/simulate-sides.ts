import type { FleetAmounts, FleetTotals, SimulationOutcome } from "../../forecast/types.ts";
import { costChange, costRows, type CostRow, rounded } from "./simulate-cost.ts";
import { change, count, grouped, table, usd } from "./table.ts";

const right = { align: "right" } as const;

/** Today beside Karpenter, resource by resource, then money. A side that was not read is unknown in every line. */
export function sidesTable(outcome: SimulationOutcome, view: { readonly columns: number }): string {
  const { today, karpenter, scope, evictions, isTodayRead } = outcome;
  const rows = [
    ...costRows([today.totals, karpenter.totals], isEstimate(outcome)).map((row) => moneyRow(row, outcome)),
    ...amountRows(outcome),
    ...(scope === "all" ? [["evictions to get there", "", isTodayRead ? grouped(evictions.pods) : "unknown", ""]] : []),
  ];
  // Beside waiting pods stand the nodes there are, whoever made them.
  const isMigrated = outcome.inCharge === "karpenter";
  const before = scope === "pending" ? "today" : `today (${isMigrated ? "Karpenter" : "CA"})`;
  const columns = [
    { title: "", isFixed: true },
    { title: before, ...right },
    { title: isMigrated && scope === "all" ? "afresh" : "Karpenter", ...right },
    { title: "change", ...right },
    { title: "", ...right },
  ];
  return table(columns, rows, view);
}

function amountRows(outcome: SimulationOutcome): readonly (readonly string[])[] {
  const { today, karpenter, daemonSets, isTodayRead } = outcome;
  const [before, after] = [today.totals, karpenter.totals];
  const row = (title: string, a: number | undefined, b: number | undefined, digits = 0): readonly string[] =>
    numberRow(title, [isTodayRead ? a : undefined, b], digits);
  const known = daemonSets.daemonSets !== undefined;
  const daemons = (amounts: FleetAmounts, isKnown: boolean): FleetAmounts | undefined =>
    isKnown ? amounts : undefined;
  const daemonsAfter = daemons(daemonSets.karpenter, known);
  return [
    row("nodes", before.nodes, after.nodes),
    row("  of it spot", before.byCapacityType["spot"] ?? 0, after.byCapacityType["spot"] ?? 0),
    row("vCPU", before.vcpus, after.vcpus),
    row("CPU allocatable, cores", cores(before.allocatable), cores(after.allocatable), 1),
    row("CPU requested, cores", cores(before.requested), cores(after.requested), 1),
    row("  by DaemonSets, cores", cores(daemonSets.today), cores(daemonsAfter), 1),
    shareRow("CPU requested, %", outcome, "cpuMilli"),
    row("memory allocatable, GiB", gib(before.allocatable), gib(after.allocatable), 1),
    row("memory requested, GiB", gib(before.requested), gib(after.requested), 1),
    row("  by DaemonSets, GiB", gib(daemonSets.today), gib(daemonsAfter), 1),
    shareRow("memory requested, %", outcome, "memoryBytes"),
    row("kept by system, cores", cores(daemonSets.systemToday), cores(daemonSets.systemKarpenter), 1),
    row("kept by system, GiB", gib(daemonSets.systemToday), gib(daemonSets.systemKarpenter), 1),
  ];
}

// The change is that of the figures shown: 59.0 and 47.3 differ by 11.7, whatever the digits behind them say.
function numberRow(title: string, pair: readonly (number | undefined)[], digits: number): readonly string[] {
  const [a, b] = pair.map((one) => (one === undefined ? undefined : rounded(one, digits)));
  const text = (n: number | undefined): string => usd(n, digits);
  const difference = a === undefined || b === undefined ? "unknown" : change(rounded(b - a, digits), text);
  return [title, text(a), text(b), difference];
}

/** Whether some figure rests on prices that no list gave. */
export function isEstimate({ prices }: SimulationOutcome): boolean {
  return prices.some((source) => source.estimates !== undefined);
}

/** Pods that find no place cost nothing, so a difference in cost would flatter Karpenter. */
function moneyRow({ title, isSum, cells }: CostRow, outcome: SimulationOutcome): readonly string[] {
  const [before, after] = [outcome.isTodayRead ? cells[0] : undefined, cells[1]];
  const left = outcome.unschedulable.length;
  const [difference, share] = left > 0 ? [`without ${count(left, "pod")}`, ""] : costChange(before, after);
  return [title, usd(before), usd(after), ...(isSum ? [difference, share] : [])];
}

/** A share of no nodes at all is no number. */
function shareRow(title: string, outcome: SimulationOutcome, of: "cpuMilli" | "memoryBytes"): readonly string[] {
  const sides = [outcome.isTodayRead ? outcome.today.totals : undefined, outcome.karpenter.totals];
  const pair = sides.map((totals) => (totals === undefined ? undefined : percent(totals, of)));
  const [a, b] = sides.map((totals) => totals?.nodes === 0);
  const [name, before, after, difference] = numberRow(title, pair, 0);
  const either = a === true || b === true ? "" : difference;
  return [name ?? title, a === true ? "-" : (before ?? ""), b === true ? "-" : (after ?? ""), either ?? ""];
}

function percent(totals: FleetTotals, of: "cpuMilli" | "memoryBytes"): number | undefined {
  const whole = totals.allocatable?.[of] ?? 0;
  return whole === 0 ? undefined : (totals.requested[of] / whole) * 100;
}

function gib(amounts: FleetAmounts | undefined): number | undefined {
  return amounts === undefined ? undefined : amounts.memoryBytes / 2 ** 30;
}

function cores(amounts: FleetAmounts | undefined): number | undefined {
  return amounts === undefined ? undefined : amounts.cpuMilli / 1000;
}
