import { hoursPerMonth } from "../../money/cost.ts";
import type { FleetTotals } from "../../forecast/types.ts";
import type { CostRange } from "../../money/types.ts";
import { change, usd } from "./table.ts";

/** Digits of USD per hour: machines cost cents, and sums must add up by eye. */
const digits = 3;

/** USD per hour: `0.192`. */
export function hourly(usdPerHour: number | undefined): string {
  return usd(usdPerHour, digits);
}

/** `3.640`, or `2.100 (1.800 to 3.000)` where the ends differ. */
export function rangeText(cost: CostRange): string {
  if (cost.expected === undefined) return "unknown";
  const text = hourly(cost.expected);
  const [low, high] = [hourly(cost.low), hourly(cost.high)];
  return low === text && high === text ? text : `${text} (${low} to ${high})`;
}

/** One line of a cost table: a title, then a cell for each fleet. */
export interface CostRow {
  readonly title: string;
  /** The sum, of which a change is shown. */
  readonly isSum: boolean;
  readonly cells: readonly (number | undefined)[];
  readonly format: (value: number | undefined) => string;
}

/**
 * What fleets come to: parts where there are several, the sum, its ends where they differ, and the month. `isEstimate`: prices of another
 * region stand in, or spot prices are modelled.
 */
export function costRows(fleets: readonly FleetTotals[], isEstimate: boolean): readonly CostRow[] {
  const row = (title: string, pick: (totals: FleetTotals) => number | undefined): CostRow => ({
    title,
    isSum: false,
    cells: fleets.map(pick),
    format: hourly,
  });
  const word = isEstimate ? ", estimate" : "";
  const hasAgents = fleets.some((one) => one.agentsUsdPerHour > 0);
  const hasDisks = fleets.every((one) => one.volumesUsdPerHour.expected !== undefined);
  const isOpen = fleets.some(({ usdPerHour: cost }) => cost.low !== cost.expected || cost.high !== cost.expected);
  const parts = [
    row("machines, USD/h", (totals) => totals.computeUsdPerHour.expected),
    ...(hasDisks ? [row("node disks, USD/h", (totals) => totals.volumesUsdPerHour.expected)] : []),
    ...(hasAgents ? [row("agents, USD/h", (totals) => totals.agentsUsdPerHour)] : []),
  ];
  return [
    ...(parts.length > 1 ? parts : []),
    { title: `cost, USD/h${word}`, isSum: true, cells: fleets.map((_, i) => sumOf(parts, i)), format: hourly },
    ...(isOpen
      ? [
          row("  at the lowest", (totals) => totals.usdPerHour.low),
          row("  at the highest", (totals) => totals.usdPerHour.high),
        ]
      : []),
    {
      title: `cost, USD/month of ${hoursPerMonth} h`,
      isSum: false,
      cells: fleets.map(({ usdPerHour: { expected } }) =>
        expected === undefined ? undefined : expected * hoursPerMonth,
      ),
      format: (value) => usd(value, 0),
    },
  ];
}

/** Of the figures as they are shown: a column must add up by eye. */
function sumOf(parts: readonly CostRow[], column: number): number | undefined {
  const shown = parts.map(({ cells }) => cells[column]);
  return shown.includes(undefined) ? undefined : shown.reduce<number>((sum, one) => sum + rounded(one ?? 0, digits), 0);
}

/** `−0.608  −26.3 %`: of the figures as they are shown, so that the line adds up. */
export function costChange(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return "unknown";
  const [a, b] = [rounded(before, digits), rounded(after, digits)];
  const difference = rounded(b - a, digits);
  if (difference === 0 || a === 0) return change(difference, hourly);
  const percent = rounded((difference / a) * 100, 1);
  return `${change(difference, hourly)}  ${change(percent, (n) => n.toFixed(1))} %`;
}

/** Rounded as `toFixed` shows it. */
export function rounded(value: number, places: number): number {
  return Number(value.toFixed(places));
}
