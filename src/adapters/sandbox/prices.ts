import type { PriceBook } from "../../money/price-book.ts";
import type { Prices } from "../../ports/prices.ts";
import type { Market } from "../../twin/world/market.ts";
import { Random } from "../../twin/time/random.ts";
import { loadCatalogue, loadPackedPrices } from "../disk/catalogue.ts";

let book: PriceBook | undefined;

/** What is sold in the sandbox's region. */
export function sandboxMarket(): Market {
  return { catalogue: loadCatalogue(), prices: sandboxPriceBook() };
}

/** The prices of the sandbox's region: list prices as shipped, and a spot market of its own. */
function sandboxPriceBook(): PriceBook {
  book ??= makeBook("us-east-1");
  return book;
}

/** Prices of the sample account's region. */
export class SandboxPrices implements Prices {
  async read(region: string): Promise<PriceBook> {
    return { ...sandboxPriceBook(), region };
  }
}

function makeBook(region: string): PriceBook {
  const packed = loadPackedPrices()[region];
  const onDemand = new Map(Object.entries(packed?.prices ?? {}));
  const spot = new Map(
    [...(loadCatalogue().zones.get(region) ?? [])].flatMap(([type, zones]) => {
      const list = onDemand.get(type);
      const isSold = loadCatalogue().types.get(type)?.info.SupportedUsageClasses?.includes("spot") !== false;
      return list === undefined || !isSold
        ? []
        : [[type, new Map(zones.map((zone) => [zone, spotPrice(type, zone, list)]))] as const];
    }),
  );
  return {
    region,
    onDemandUsdPerHour: onDemand,
    spotUsdPerHour: spot,
    sources: [
      { name: `list prices ${region}`, date: packed?.generatedUpstream.slice(0, 10) ?? "unknown", isEstimate: false },
      { name: "the sandbox's spot market", date: "2026-08-24", isEstimate: true },
    ],
  };
}

// A market that stays still: each pool has its own share of the list price, from 30 to 48 per cent.
function spotPrice(
  type: string,
  zone: string,
  list: number,
): { readonly low: number; readonly usual: number; readonly high: number } {
  const share = 0.3 + 0.18 * Random.of(`${type} ${zone}`).fraction();
  const cents = (factor: number): number => Math.round(list * share * factor * 10_000) / 10_000;
  return { low: cents(0.92), usual: cents(1), high: cents(1.15) };
}
