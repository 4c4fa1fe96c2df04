import type { PriceBook } from "../money/price-book.ts";
import type { SimulationOutcome } from "./types.ts";

/** Types whose spot prices stand in some figure: the history of these is worth asking for. */
export function spotTypesOf(outcomes: readonly SimulationOutcome[]): readonly string[] {
  const nodes = outcomes.flatMap(({ today, karpenter }) => [...today.nodes, ...karpenter.nodes]);
  const types = nodes.flatMap((node) => (node.capacityType === "spot" ? node.instanceTypes : []));
  return Array.from(new Set(types)).sort();
}

/**
 * The book with the lows and highs of a history; the book itself where the history tells nothing new. What is usual stays as it was, and
 * with it every decision.
 */
export function withSpread(book: PriceBook, history: PriceBook): PriceBook {
  const spot = new Map(book.spotUsdPerHour);
  let isWider = false;
  for (const [type, zones] of history.spotUsdPerHour) {
    const own = spot.get(type);
    if (own === undefined) continue;
    const wider = Array.from(own, ([zone, price]) => {
      const seen = zones.get(zone);
      const low = Math.min(price.low, seen?.low ?? price.low);
      const high = Math.max(price.high, seen?.high ?? price.high);
      isWider ||= low < price.low || high > price.high;
      return [zone, { low, usual: price.usual, high }] as const;
    });
    spot.set(type, new Map(wider));
  }
  const known = new Set(book.sources.map((source) => source.name));
  const more = history.sources.filter((source) => !known.has(source.name));
  if (!isWider && more.length === 0) return book;
  return { ...book, spotUsdPerHour: spot, sources: [...book.sources, ...more] };
}
