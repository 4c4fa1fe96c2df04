import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import type { PriceBook } from "../../money/price-book.ts";

/** What EC2 sells in the world: its instance types and what they cost. Given when the world is made; nothing in it is state. */
export interface Market {
  readonly catalogue: Catalogue;
  readonly prices: PriceBook;
}
