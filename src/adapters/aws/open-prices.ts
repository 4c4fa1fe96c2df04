import type { Cloud } from "../../ports/cloud.ts";
import type { Host } from "../../ports/host.ts";
import type { Prices } from "../../ports/prices.ts";
import { CataloguePrices } from "../disk/catalogue-prices.ts";
import { AwsPrices } from "./prices.ts";

/** The account's own prices, with those shipped standing in for what it refuses. */
export function awsPrices(cloud: Cloud, host: Host): Prices {
  return new AwsPrices({
    cloud,
    fallback: new CataloguePrices(),
    nowMs: () => Date.now(),
    warn: (operation, problem) =>
      host.tell({ kind: "warning", warning: { code: "prices-refused", operation, problem } }),
  });
}
