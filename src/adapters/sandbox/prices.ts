import type { PriceBook, Prices } from "../../ports/prices.ts";

/** Prices of the sample account's region. */
export class SandboxPrices implements Prices {
  async read(region: string): Promise<PriceBook> {
    return { region, onDemandUsdPerHour: new Map(), spotUsdPerHour: new Map(), sources: [] };
  }
}
