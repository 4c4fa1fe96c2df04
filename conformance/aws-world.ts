import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Ec2NodeClass } from "../src/karpenter/api.ts";
import type { ProviderWorld } from "../src/karpenter/aws/instance-types.ts";
import type { PlacementGroup } from "../src/karpenter/aws/placement-group.ts";
import { initialPrices, type PriceState, refreshOnDemand, refreshSpot } from "../src/karpenter/aws/pricing.ts";
import type { ProviderSettings } from "../src/karpenter/aws/settings.ts";
import type { CatalogueType } from "../src/karpenter/aws/type-info.ts";
import { poolKey } from "../src/karpenter/aws/unavailable.ts";
import { behaviourOf, type Minor } from "../src/karpenter/behaviours.ts";
import type { Labels } from "../src/kube/objects.ts";
import { firstRecorded } from "./release-of.ts";

/** A line of `catalogue.jsonl.gz`. */
export interface CatalogueLine {
  readonly name: string;
  readonly eligible: boolean;
  readonly zones: readonly string[];
  readonly info: CatalogueType["info"];
  readonly limits?: NonNullable<CatalogueType["limits"]>;
  readonly mbps?: number;
}

/** The region whose zone offerings the recordings use. */
export const region = "us-west-2";

const catalogues = new Map<Minor, ReadonlyMap<string, CatalogueLine>>();

/** The instance types all recordings refer to by name, from the vectors kept in this repository, with the static tables of a release. */
export function recordedTypes(release: Minor): ReadonlyMap<string, CatalogueLine> {
  let catalogue = catalogues.get(release);
  if (catalogue === undefined) {
    // A release's own file holds the types that its tables describe otherwise than the first recorded one's.
    const folders = release === firstRecorded ? ["aws"] : ["aws", `aws-${release}`];
    catalogue = new Map(folders.flatMap((folder) => catalogueLines(folder).map((row) => [row.name, row])));
    catalogues.set(release, catalogue);
  }
  return catalogue;
}

function catalogueLines(folder: string): readonly CatalogueLine[] {
  const path = join(import.meta.dirname, "../test/vectors", folder, "catalogue.jsonl.gz");
  if (!existsSync(path)) return [];
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n").slice(1);
  return lines.map((line) => JSON.parse(line) as CatalogueLine);
}

/** A recorded type in the engine's shape. */
export function recordedType(name: string, release: Minor): CatalogueType {
  const line = recordedTypes(release).get(name);
  if (line === undefined) throw new Error(`the recordings name an instance type that their catalogue lacks: ${name}`);
  return {
    name,
    info: line.info,
    ...(line.limits === undefined ? {} : { limits: line.limits }),
    ...(line.mbps === undefined ? {} : { networkMbps: line.mbps }),
  };
}

/** The `settings` of a recorded world: absent means upstream's default. */
export interface RecordedSettings {
  readonly vmMemoryOverheadPercent?: number;
  readonly reservedENIs?: number;
  readonly noReservedCapacity?: boolean;
  readonly minValuesPolicy?: "Strict" | "BestEffort";
}

export function settingsOf(recorded: RecordedSettings | undefined): Partial<ProviderSettings> {
  return {
    ...(recorded?.vmMemoryOverheadPercent === undefined
      ? {}
      : { vmMemoryOverheadPercent: recorded.vmMemoryOverheadPercent }),
    reservedEnis: recorded?.reservedENIs ?? 0,
    hasReservedCapacity: recorded?.noReservedCapacity !== true,
    minValuesPolicy: recorded?.minValuesPolicy ?? "Strict",
  };
}

/** `world` of the offerings, launch and drift files. */
export interface RecordedWorld {
  readonly settings?: RecordedSettings;
  readonly types: readonly string[];
  readonly onDemand?: Readonly<Record<string, number>>;
  readonly spot?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly ice?: readonly { type: string; zone: string; capacityType: string; placementGroup?: string }[];
  readonly iceCapacityTypes?: readonly string[];
  readonly iceSubnets?: readonly string[];
  readonly shiftedZoneIDs?: readonly string[];
  readonly reservationCounts?: Readonly<Record<string, number>>;
  readonly subnetIPs?: Readonly<Record<string, number>>;
  readonly placementGroup?: PlacementGroup & { readonly name?: string };
  readonly discoveredMemory?: Labels;
  readonly refusals?: readonly { type?: string; zone?: string; subnet?: string; code: string; text?: string }[];
  readonly clusterDNS?: string;
  readonly ready?: string;
  readonly nodeClass: Ec2NodeClass;
}

/** Prices after the refreshes a world names, over the static prices of its line. */
export function pricesOf(world: RecordedWorld, staticPrices: Labels): PriceState {
  const table = new Map(Object.entries(staticPrices).map(([type, price]) => [type, Number(price)]));
  let prices = initialPrices(new Map([[region, table]]), region);
  if (world.onDemand !== undefined) {
    const answer = { ok: true, value: new Map(Object.entries(world.onDemand)) } as const;
    prices = refreshOnDemand(prices, { region, isIsolated: false }, answer).prices;
  }
  if (world.spot !== undefined) prices = refreshSpot(prices, { ok: true, value: spotAnswer(world.spot) }).prices;
  return prices;
}

/** The spot history as the API words it: six decimals. */
export function spotAnswer(
  spot: Readonly<Record<string, Readonly<Record<string, number>>>>,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const zones = (row: Readonly<Record<string, number>>): Map<string, number> =>
    new Map(Object.entries(row).map(([zone, price]) => [zone, Number(price.toFixed(6))]));
  return new Map(Object.entries(spot).map(([type, row]) => [type, zones(row)]));
}

/** A recorded world in the engine's shape, as a release sees it. */
export function providerWorld(world: RecordedWorld, staticPrices: Labels, release: Minor): ProviderWorld {
  const { placementGroup: group } = world;
  const selector = (world.nodeClass.spec as { placementGroupSelector?: { id?: string; name?: string } })
    .placementGroupSelector;
  const isFound = group !== undefined && (selector?.id === group.id || selector?.name === group.name);
  const behaviour = behaviourOf(release);
  // A release without placement groups notes the shortage of one as everybody's.
  const ice = (world.ice ?? []).map(({ placementGroup: scope, ...pool }) =>
    scope === undefined || !behaviour.nodeClassFields.includes("placementGroupSelector")
      ? pool
      : { ...pool, placementGroup: scope },
  );
  return {
    behaviour,
    region,
    nodeClass: world.nodeClass,
    types: world.types.map((name) => recordedType(name, release)),
    zonesOf: (type) => recordedTypes(release).get(type)?.zones ?? [],
    prices: pricesOf(world, staticPrices),
    settings: settingsOf(world.settings),
    unavailable: {
      pools: new Set(ice.map(poolKey)),
      capacityTypes: new Set(world.iceCapacityTypes),
      subnets: new Set(world.iceSubnets),
      zones: new Set(),
    },
    shiftedZoneIds: new Set(world.shiftedZoneIDs),
    reservationCounts: new Map(Object.entries(world.reservationCounts ?? {})),
    placementGroup: isFound ? group : undefined,
    discoveredMemory: new Map(Object.entries(world.discoveredMemory ?? {})),
  };
}
