/**
 * What Karpenter believes things cost (karpenter-provider-aws v1.14.1, `pkg/providers/pricing`): a table compiled into the program,
 * then what the price APIs answer, merged over it.
 */
export interface PriceState {
  readonly onDemand: ReadonlyMap<string, number>;
  readonly spot: ReadonlyMap<string, SpotPrices>;
  /** Until the first answer of the spot history, spot costs the on-demand price in every zone. */
  readonly isSpotRefreshed: boolean;
}

/** Spot prices of one type. */
export interface SpotPrices {
  readonly fallback: number;
  readonly byZone: ReadonlyMap<string, number>;
}

/** Compiled-in prices by region. */
export type StaticPrices = ReadonlyMap<string, ReadonlyMap<string, number>>;

const fallbackRegion = "us-east-1";

/** What the program knows when it starts. Regions without a table of their own use that of us-east-1. */
export function initialPrices(tables: StaticPrices, region: string): PriceState {
  const onDemand = tables.get(region) ?? tables.get(fallbackRegion) ?? new Map<string, number>();
  const spot = new Map(
    Array.from(onDemand, ([type, price]) => [type, { fallback: price, byZone: new Map<string, number>() }]),
  );
  return { onDemand, spot, isSpotRefreshed: false };
}

/** What a refresh came to. A failed one leaves the prices as they were. */
export interface Refreshed {
  readonly prices: PriceState;
  readonly error?: string;
}

/** How an API answered: prices, or the text of its failure. */
export type ApiAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Merges a price list over what is known. GovCloud and isolated networks never ask. */
export function refreshOnDemand(
  prices: PriceState,
  place: { readonly region: string; readonly isIsolated: boolean },
  answer: ApiAnswer<ReadonlyMap<string, number>>,
): Refreshed {
  if (place.isIsolated || place.region.startsWith("us-gov")) return { prices };
  if (!answer.ok) return { prices, error: `retreiving on-demand pricing data, ${answer.error}` };
  if (answer.value.size === 0) return { prices, error: "no on-demand pricing found" };
  return { prices: { ...prices, onDemand: new Map([...prices.onDemand, ...answer.value]) } };
}

/** Merges a spot history zone by zone: a zone that it does not name keeps its price. */
export function refreshSpot(
  prices: PriceState,
  answer: ApiAnswer<ReadonlyMap<string, ReadonlyMap<string, number>>>,
): Refreshed {
  if (!answer.ok) return { prices, error: `retrieving spot pricing data, ${answer.error}` };
  if (answer.value.size === 0) return { prices, error: "no spot pricing found" };
  const spot = new Map(prices.spot);
  for (const [type, zones] of answer.value) {
    const before = spot.get(type);
    spot.set(type, { fallback: before?.fallback ?? 0, byZone: new Map([...(before?.byZone ?? []), ...zones]) });
  }
  return { prices: { ...prices, spot, isSpotRefreshed: true } };
}

/** USD per hour (CNY in China); undefined when the program has none. */
export function onDemandPrice(prices: PriceState, type: string): number | undefined {
  return prices.onDemand.get(type);
}

/** USD per hour; undefined when the program has none, which makes the offering unavailable. */
export function spotPrice(prices: PriceState, type: string, zone: string): number | undefined {
  const known = prices.spot.get(type);
  return prices.isSpotRefreshed ? known?.byZone.get(zone) : known?.fallback;
}
