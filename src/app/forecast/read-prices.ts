import { Fault } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import type { PriceBook } from "../../money/price-book.ts";
import type { Prices } from "../../ports/prices.ts";

/** The region's prices; undefined with a warning when there are none at all. Wrong input by the user is thrown on. */
export async function readPrices(
  prices: Prices,
  region: string,
  host: Host,
  instanceTypes?: readonly string[],
): Promise<PriceBook | undefined> {
  try {
    return await prices.read(region, instanceTypes);
  } catch (error) {
    if (!(error instanceof Fault) || error.blame === "usage") throw error;
    host.warn(`prices are unknown: ${error.message}`);
    return undefined;
  }
}
