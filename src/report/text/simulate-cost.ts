import { usdPerMonth } from "../../money/cost.ts";
import type { FleetTotals } from "../../forecast/types.ts";
import type { CostRange } from "../../money/types.ts";
import { change, usd } from "./table.ts";

/** Digits of USD per month: sums must add up by eye. */
const digits = 2;

/** USD per month of what costs so much an hour: `140.16`. */
export function monthly(usdPerHour: number | undefined): string {
  return usd(usdPerHour === undefined ? undefined : usdPerMonth(usdPerHour), digits);
}

/** `140.16`, or `140.16 (120.00 to 160.00)` where the ends differ. */
export function rangeText(cost: CostRange): string {
  if (cost.expected === undefined) return "unknown";
  const text = monthly(cost.expected);
  const [low, high] = [monthly(cost.low), monthly(cost.high)];
  return low === text && high === text ? text : `${text} (${low} to ${high})`;
}

/** One line of a cost table: a title, then a cell for each fleet. */
export interface CostRow {
  readonly title: string;
  /** The sum, of which a change is shown. */
  readonly isSum: boolean;
  /** USD per month. */
  readonly cells: readonly (number | undefined)[];
}

/**
 * What fleets come to in a month: the sum, its ends where they differ, and its parts where there are several. `isEstimate`: prices of
 * another region stand in, or spot prices are modelled.
 */
export function costRows(fleets: readonly FleetTotals[], isEstimate: boolean): readonly CostRow[] {
  const row = (title: string, pick: (totals: FleetTotals) => number | undefined): CostRow => ({
    title,
    isSum: false,
    cells: fleets.map(pick).map((value) => (value === undefined ? undefined : usdPerMonth(value))),
  });
  const word = isEstimate ? ", estimate" : "";
  const hasAgents = fleets.some((one) => one.agentsUsdPerHour > 0);
  const hasDisks = fleets.every((one) => one.volumesUsdPerHour.expected !== undefined);
  const isOpen = fleets.some(({ usdPerHour: cost }) => cost.low !== cost.expected || cost.high !== cost.expected);
  const parts = [
    row("  machines", (totals) => totals.computeUsdPerHour.expected),
    ...(hasDisks ? [row("  node disks", (totals) => totals.volumesUsdPerHour.expected)] : []),
    ...(hasAgents ? [row("  agents", (totals) => totals.agentsUsdPerHour)] : []),
  ];
  return [
    { title: `cost, USD/month${word}`, isSum: true, cells: fleets.map((_, i) => sumOf(parts, i)) },
    ...(isOpen
      ? [
          row("  at the lowest", (totals) => totals.usdPerHour.low),
          row("  at the highest", (totals) => totals.usdPerHour.high),
        ]
      : []),
    ...(parts.length > 1 ? parts : []),
  ];
}

/** Of the figures as they are shown: a column must add up by eye. */
function sumOf(parts: readonly CostRow[], column: number): number | undefined {
  const shown = parts.map(({ cells }) => cells[column]);
  return shown.includes(undefined) ? undefined : shown.reduce<number>((sum, one) => sum + rounded(one ?? 0, digits), 0);
}

/** The change of a sum and its share, of the figures as they are shown, so that the line adds up: `-281.05` and `-66.6%`. */
export function costChange(before: number | undefined, after: number | undefined): readonly [string, string] {
  if (before === undefined || after === undefined) return ["unknown", ""];
  const [a, b] = [rounded(before, digits), rounded(after, digits)];
  const difference = rounded(b - a, digits);
  const text = change(difference, (n) => usd(n, digits));
  if (difference === 0 || a === 0) return [text, ""];
  return [text, `${change(rounded((difference / a) * 100, 1), (n) => n.toFixed(1))}%`];
}

/** Rounded as `toFixed` shows it. */
export function rounded(value: number, places: number): number {
  return Number(value.toFixed(places));
}
