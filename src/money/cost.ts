import type { Commitments } from "./commitments.ts";
import type { PriceBook } from "./price-book.ts";
import { reservedUse } from "./reserved.ts";
import type { CostRange, PricedNode } from "./types.ts";

/** Hours by which AWS bills a month. */
export const hoursPerMonth = 730;

/** The one unit in which bills are shown. */
export function usdPerMonth(usdPerHour: number): number {
  return usdPerHour * hoursPerMonth;
}

/** `140.16 USD/month`, for sentences. */
export function monthlyText(usdPerHour: number): string {
  return `${usdPerMonth(usdPerHour).toFixed(2)} USD/month`;
}

/** No price is known. */
export const unknownCost: CostRange = { low: undefined, expected: undefined, high: undefined };

/** One figure for all three. */
export function fixedCost(usdPerHour: number | undefined): CostRange {
  return { low: usdPerHour, expected: usdPerHour, high: usdPerHour };
}

/** A sum is unknown as soon as one part is. */
export function sumCosts(costs: readonly CostRange[]): CostRange {
  const sum = (pick: (cost: CostRange) => number | undefined): number | undefined => {
    let total = 0;
    for (const cost of costs) {
      const part = pick(cost);
      if (part === undefined) return undefined;
      total += part;
    }
    return total;
  };
  return { low: sum((one) => one.low), expected: sum((one) => one.expected), high: sum((one) => one.high) };
}

/** The same change to all three figures; unknown stays unknown. */
function mapCost(cost: CostRange, change: (usdPerHour: number) => number): CostRange {
  const one = (value: number | undefined): number | undefined => (value === undefined ? undefined : change(value));
  return { low: one(cost.low), expected: one(cost.expected), high: one(cost.high) };
}

/** What decides the price of a machine. */
interface Machine {
  readonly type: string | undefined;
  readonly zone?: string | undefined;
  /** Everything but \`spot\` is billed by the list, capacity reservations included. */
  readonly capacityType: string | undefined;
  readonly operatingSystem?: "windows" | undefined;
}

/**
 * What one machine costs per hour: the one price of the product. Unknown without a type, for a type without a price, for spot without
 * a zone, and for Windows, whose licence comes on top of the lists at hand, which are Linux's.
 */
export function machineCost(book: PriceBook | undefined, machine: Machine): CostRange {
  if (book === undefined || machine.type === undefined || machine.operatingSystem === "windows") return unknownCost;
  if (machine.capacityType !== "spot") return fixedCost(book.onDemandUsdPerHour.get(machine.type));
  const zones = book.spotUsdPerHour.get(machine.type);
  const price = machine.zone === undefined ? undefined : zones?.get(machine.zone);
  return price === undefined ? unknownCost : { low: price.low, expected: price.usual, high: price.high };
}

/** Spot and the rest apart: commitments and discounts are for on-demand use. Reserved instances come first, as AWS bills them. */
export function computeCost(
  nodes: readonly PricedNode[],
  options: Commitments,
  book: PriceBook | undefined,
): CostRange {
  const spot = nodes.filter((node) => node.capacityType === "spot");
  const { listed, paid } = onDemandUse(nodes, options, book);
  const discounted = mapCost(listed, (value) => value * (1 - (options.discountPercent ?? 0) / 100));
  return sumCosts([
    sumCosts(spot.map((node) => node.usdPerHour)),
    mapCost(discounted, (value) => committed(value, options)),
    fixedCost(paid),
  ]);
}

/** On-demand use at list price that no reserved instance covers, and what is paid for those there are. */
function onDemandUse(
  nodes: readonly PricedNode[],
  options: Commitments,
  book: PriceBook | undefined,
): { readonly listed: CostRange; readonly paid: number | undefined } {
  const rest = nodes.filter((node) => node.capacityType !== "spot");
  const all = sumCosts(rest.map((node) => node.usdPerHour));
  const { coveredUsdPerHour: covered, paidUsdPerHour: paid } = reservedUse(nodes, options, book);
  const listed = covered === undefined ? unknownCost : mapCost(all, (value) => Math.max(0, value - covered));
  return { listed, paid };
}

/** A commitment is paid whether it is used or not; use beyond it costs the usual price. */
function committed(usdPerHour: number, options: Commitments): number {
  const commitment = options.savingsPlanUsdPerHour ?? 0;
  if (commitment === 0) return usdPerHour;
  return commitment + Math.max(0, usdPerHour - commitment / savingsPlanRate(options));
}

/** What a Savings Plan charges of the price it covers. */
function savingsPlanRate(options: Commitments): number {
  return 1 - (options.savingsPlanDiscountPercent ?? assumedSavingsPlanPercent) / 100;
}

/** A one-year compute Savings Plan without upfront payment, roughly; said among the assumptions. */
export const assumedSavingsPlanPercent = 28;

/** Part of a commitment that a fleet would leave unused, USD per hour. Undefined when a list price is unknown. */
export function unusedCommitment(
  nodes: readonly PricedNode[],
  options: Commitments,
  book: PriceBook | undefined,
): number | undefined {
  const commitment = options.savingsPlanUsdPerHour ?? 0;
  if (commitment === 0) return 0;
  const listed = onDemandUse(nodes, options, book).listed.expected;
  if (listed === undefined) return undefined;
  const used = listed * (1 - (options.discountPercent ?? 0) / 100) * savingsPlanRate(options);
  return Math.max(0, commitment - used);
}
