import type { PriceBook } from "./price-book.ts";

/** Shares of the on-demand price between which spot prices usually lie, for when no history is at hand. Shown as an estimate. */
const shares = { low: 0.25, usual: 0.4, high: 0.75 } as const;

/** A book with spot prices: its own history, or a plain share of the list price in these zones where there is none at all. */
export function withSpot(book: PriceBook, zones: readonly string[]): PriceBook {
  if (book.spotUsdPerHour.size > 0) return book;
  const spot = new Map(
    Array.from(book.onDemandUsdPerHour, ([type, price]) => {
      const range = { low: price * shares.low, usual: price * shares.usual, high: price * shares.high };
      return [type, new Map(zones.map((zone) => [zone, range]))] as const;
    }),
  );
  const name = `spot modelled as ${shares.low * 100} to ${shares.high * 100} % of list, ${shares.usual * 100} % expected`;
  const date = book.sources[0]?.date ?? "unknown";
  return {
    ...book,
    spotUsdPerHour: spot,
    sources: [...book.sources, { name, date, isEstimate: true, estimates: "spot" as const }],
  };
}
