import type { PriceBook } from "../money/price-book.ts";

/** Prices of EC2 capacity in one region. Throws `Fault` (`prices.absent`, `aws.…`) when no book can be had at all. */
export interface Prices {
  /** `instanceTypes`: only these are asked for. Without them spot prices are those of the moment, without their spread. */
  read(region: string, instanceTypes?: readonly string[]): Promise<PriceBook>;
}
