import type { Command } from "commander";
import { decidingRelease } from "../karpenter/chosen-release.ts";
import { defaultRelease } from "../karpenter/releases.ts";
import type { SimulateOptions } from "../forecast/options.ts";
import type { Pools } from "../forecast/pools.ts";
import type { Simulation } from "../forecast/simulate.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Context, SourceOptions, WorldOptions } from "./command.ts";
import { atOnce } from "./host.ts";
import { path } from "./options.ts";
import { openPrices } from "./prices.ts";

/** Options that every command with a forecast shares. */
export type PoolOptions = SourceOptions &
  WorldOptions & { readonly nodepools?: string; readonly prices?: string; readonly karpenterVersion?: string };

/** Where NodePools and prices come from. */
export function addPoolOptions(cli: Command): void {
  cli
    .addOption(
      path(
        "--nodepools <path>",
        "file or folder of NodePools and EC2NodeClasses, or `cluster` (default: translate the node groups)",
      ),
    )
    .option(
      "--karpenter-version <version>",
      `release that decides (default: the one that runs in the cluster, else ${defaultRelease.version})`,
    )
    .addOption(path("--prices <file>", "JSON or CSV of USD per hour, over the prices at hand"));
}

/** The forecast with each of the sets of NodePools that the paths name: one simulation for each, in their order. */
export async function forecastsOf(
  context: Context,
  options: PoolOptions,
  asked: {
    readonly snapshot: Snapshot;
    readonly paths: readonly (string | undefined)[];
    readonly options?: SimulateOptions;
  },
): Promise<readonly Simulation[]> {
  const [{ loadCatalogue }, { DiskFiles }, { forecast }, { poolsFrom }] = await Promise.all([
    import("../adapters/disk/catalogue.ts"),
    import("../adapters/disk/files.ts"),
    import("../app/forecast/forecast.ts"),
    import("../app/forecast/pools.ts"),
  ]);
  const { snapshot } = asked;
  const release = decidingRelease(snapshot, options.karpenterVersion);
  const catalogue = loadCatalogue(release);
  const files = new DiskFiles();
  const host = context.host(options);
  const request = {
    snapshot,
    release,
    catalogue,
    prices: await openPrices(context, options),
    host,
    region: options.region,
    asked: asked.options ?? {},
    compute: <T>(work: () => T) => atOnce(host, work),
  };
  const sets: Pools[] = [];
  for (const path of asked.paths) sets.push(await poolsFrom(path, { snapshot, release, catalogue, files }));
  return forecast(request, sets);
}
