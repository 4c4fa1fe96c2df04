import type { PriceBook } from "../../money/price-book.ts";
import type { Prices } from "../../ports/prices.ts";
import { loadPackedPrices } from "./catalogue.ts";

/** The list prices that come with the program, for when the account's own cannot be read. Spot prices stay unknown. */
export class CataloguePrices implements Prices {
  async read(region: string): Promise<PriceBook> {
    const packed = loadPackedPrices();
    const own = packed[region];
    const used = own ?? packed["us-east-1"];
    const name = own === undefined ? `list prices of us-east-1, standing in for ${region}` : `list prices ${region}`;
    return {
      region,
      onDemandUsdPerHour: new Map(Object.entries(used?.prices ?? {})),
      spotUsdPerHour: new Map(),
      sources: [
        {
          name,
          date: used?.generatedUpstream.slice(0, 10) ?? "unknown",
          isEstimate: own === undefined,
          ...(own === undefined ? { estimates: "region" as const } : {}),
        },
      ],
    };
  }
}
