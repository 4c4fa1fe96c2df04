import type { Prices } from "../ports/prices.ts";
import type { Context, SourceOptions, WorldOptions } from "./command.ts";

type Options = SourceOptions & WorldOptions & { readonly prices?: string };

/**
 * Prices for commands that read a snapshot: the user's file over the sandbox's market, the account's own, or what is shipped. A live
 * account that refuses falls back to what is shipped and says so.
 */
export async function openPrices(context: Context, options: Options): Promise<Prices> {
  const base = await basePrices(context, options);
  if (options.prices === undefined) return base;
  const [{ FilePrices }, { DiskFiles }] = await Promise.all([
    import("../adapters/disk/prices-file.ts"),
    import("../adapters/disk/files.ts"),
  ]);
  return new FilePrices(new DiskFiles(), options.prices, base);
}

async function basePrices(context: Context, options: Options): Promise<Prices> {
  if (options.from === undefined) return (await context.world(options)).prices;
  const { CataloguePrices } = await import("../adapters/disk/catalogue-prices.ts");
  return new CataloguePrices();
}
