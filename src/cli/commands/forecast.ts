import type { MigrationFacts } from "../../app/migrate/prepare.ts";
import type { NodePool } from "../../karpenter/api.ts";
import { instanceTypeOf } from "../../kube/node.ts";
import type { Json } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { clusterRelease } from "../../karpenter/cluster-release.ts";
import { isHeld, release } from "../../karpenter/hold.ts";
import { defaultRelease, type Release } from "../../karpenter/releases.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/**
 * What Karpenter would run for these pods with the pools that wait: the migration's gate and `verify` compare with it.
 * Undefined, with a warning, where it cannot be known.
 */
export async function forecastFor(world: World, facts: MigrationFacts): Promise<Json | undefined> {
  const { snapshot } = facts;
  const region = snapshot.account?.region ?? world.cloud.region;
  const [{ loadCatalogue }, { simulate }, { poolsOfCluster }] = await Promise.all([
    import("../../adapters/disk/catalogue.ts"),
    import("../../forecast/simulate.ts"),
    import("../../forecast/pools.ts"),
  ]);
  try {
    const { nodePools, nodeClasses } = poolsOfCluster(snapshot);
    const { outcome } = simulate({
      release: releaseFor(world, snapshot),
      snapshot,
      nodePools: nodePools.map((pool) => (isHeld(pool) ? release(pool) : pool)),
      nodeClasses,
      nodePoolSource: "cluster",
      catalogue: loadCatalogue(),
      prices: await world.prices.read(region, typesOf(nodePools, facts)).catch(() => undefined),
      region,
      nodeGroupOf: new Map(facts.groups.flatMap((group) => group.nodeNames.map((node) => [node, group.name]))),
    });
    const { totals } = outcome.karpenter;
    return { nodes: totals.nodes, usdPerHour: totals.computeUsdPerHour.expected ?? null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    world.host.warn(`no forecast: ${error.message}`);
    return undefined;
  }
}

// The promise is made for the Karpenter that will keep it.
function releaseFor(world: World, { objects }: Snapshot): Release {
  const found = clusterRelease(objects);
  if (found.kind === "known") return found.release;
  if (found.kind === "unknown") {
    const why =
      found.version === undefined ? "names no release" : `is of ${found.version}, which Dovetail does not know`;
    world.host.warn(
      `the controller's image ${found.image} ${why}: the forecast is made as Karpenter ${defaultRelease.version}`,
    );
  }
  return defaultRelease;
}

/** The types that any pool may launch, and those of the nodes there are; undefined when a pool leaves the choice to Karpenter. */
function typesOf(pools: readonly NodePool[], facts: MigrationFacts): readonly string[] | undefined {
  const types = new Set((facts.snapshot.objects.nodes ?? []).flatMap((node) => instanceTypeOf(node) ?? []));
  for (const pool of pools) {
    const named = pool.spec.template.spec.requirements?.find(
      (one) => one.key === "node.kubernetes.io/instance-type" && one.operator === "In",
    );
    if (named?.values === undefined) return undefined;
    for (const type of named.values) types.add(type);
  }
  return [...types].toSorted();
}
