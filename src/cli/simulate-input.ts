import type { Command } from "commander";
import type { SimulateInput } from "../forecast/options.ts";
import type { Pools } from "../forecast/pools.ts";
import type { Prices } from "../ports/prices.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Context, SourceOptions, WorldOptions } from "./command.ts";
import { openPrices } from "./prices.ts";

/** Options that `simulate` and `explain` share. */
export type PoolOptions = SourceOptions & WorldOptions & { readonly nodepools?: string; readonly prices?: string };

/** Where NodePools and prices come from. */
export function addPoolOptions(cli: Command): void {
  cli
    .option(
      "--nodepools <path>",
      "file or folder of NodePools and EC2NodeClasses, or `cluster` (default: translate the node groups)",
    )
    .option("--prices <file>", "JSON or CSV of USD per hour, over the prices at hand");
}

/** Everything a simulation reads but its NodePools. */
export type Base = Omit<SimulateInput, "nodePools" | "nodeClasses" | "nodePoolSource"> & {
  /** Where the prices came from, to be asked again for more of them. */
  readonly priceSource: Prices;
};

/** Reads catalogue and prices for a snapshot; refuses instance types that do not exist. */
export async function inputOf(
  context: Context,
  options: PoolOptions,
  snapshot: Snapshot,
  instanceTypes?: readonly string[],
): Promise<Base> {
  const [{ loadCatalogue }, { regionOf }, { readPrices }, { defaultRelease }] = await Promise.all([
    import("../adapters/disk/catalogue.ts"),
    import("../forecast/region.ts"),
    import("../app/forecast/prices.ts"),
    import("../karpenter/releases.ts"),
  ]);
  const catalogue = loadCatalogue();
  const region = regionOf(snapshot, options.region);
  const { checkTypes } = await import("../forecast/check-types.ts");
  checkTypes(catalogue, instanceTypes);
  const priceSource = await openPrices(context, options);
  const prices = await readPrices(priceSource, region, context.host(options));
  const { discover } = await import("../app/read/discover.ts");
  const nodeGroupOf = new Map(
    discover(snapshot).nodeGroups.flatMap((group) => group.nodeNames.map((node) => [node, group.name] as const)),
  );
  return { release: defaultRelease, snapshot, catalogue, prices, priceSource, region, nodeGroupOf };
}

/** NodePools as `--nodepools` says. */
export async function poolsOf(path: string | undefined, snapshot: Snapshot): Promise<Pools> {
  const [{ poolsOfCluster, poolsOfTranslation }, { poolsOfFiles }] = await Promise.all([
    import("../forecast/pools.ts"),
    import("../app/forecast/pool-files.ts"),
  ]);
  if (path === "cluster") return poolsOfCluster(snapshot);
  if (path !== undefined) {
    const { DiskFiles } = await import("../adapters/disk/files.ts");
    return poolsOfFiles(new DiskFiles(), path);
  }
  const [{ translateSnapshot }, { instanceTypeFacts }, { loadCatalogue }] = await Promise.all([
    import("../app/translate/translate.ts"),
    import("../app/translate/types.ts"),
    import("../adapters/disk/catalogue.ts"),
  ]);
  return poolsOfTranslation(translateSnapshot(snapshot, { instanceType: instanceTypeFacts(loadCatalogue()) }));
}
