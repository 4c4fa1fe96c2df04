import { gunzipSync } from "node:zlib";
import { packedCatalogue } from "../../../catalogue/catalogue.generated.ts";
import type { StaticPrices } from "../../karpenter/aws/pricing.ts";
import { minors } from "../../karpenter/behaviours.ts";
import { defaultRelease, type Release } from "../../karpenter/releases.ts";
import type { Catalogue, CatalogueType } from "../../karpenter/aws/type-info.ts";

/** The form in which the catalogue is shipped; written by `scripts/catalogue.ts`. */
export interface PackedCatalogue {
  readonly date: string;
  readonly source: string;
  readonly types: readonly CatalogueType[];
  /** Tables compiled into releases of the AWS provider, newest first: the first whole, of each other what differs from the one before. */
  readonly tables: readonly PackedTables[];
  /** Region to its zones, and the types by the indexes of the zones that sell them (`0,2`). */
  readonly zones: Readonly<
    Record<string, { readonly zones: readonly string[]; readonly types: Readonly<Record<string, readonly string[]>> }>
  >;
  readonly prices: Readonly<Record<string, PackedPrices>>;
}

/** What the tables of one release say of the types. */
export interface PackedTables {
  /** `v1.15.2`. */
  readonly version: string;
  readonly types: Readonly<Record<string, PackedRow>>;
}

/** Addresses of an interface, branch interfaces (-1: the type takes none), Mbit/s; null for what the tables lack. */
export type PackedRow = readonly [
  ipv4PerInterface: number | null,
  branchInterfaces: number | null,
  mbps: number | null,
];

/** List prices of one region and when they were taken. */
export interface PackedPrices {
  readonly generatedUpstream: string;
  readonly currency: string;
  readonly prices: Readonly<Record<string, number>>;
}

let packed: PackedCatalogue | undefined;
const catalogues = new Map<string, Catalogue>();

/**
 * All EC2 instance types and where they are sold, from the facts shipped with the program, with the tables of a Karpenter release: its own,
 * or those of the next one that are at hand. The default release's unless told.
 */
export function loadCatalogue(release: Release = defaultRelease): Catalogue {
  const tables = tablesFor(release, unpacked().tables);
  let catalogue = catalogues.get(tables.version);
  if (catalogue === undefined) {
    catalogue = unpack(unpacked(), tables);
    catalogues.set(tables.version, catalogue);
  }
  return catalogue;
}

/** Releases whose own tables are at hand, as `v1.15.2`, newest first. */
export function tabledReleases(): readonly string[] {
  return unpacked().tables.map(({ version }) => version);
}

function tablesFor({ decidedAs }: Release, all: readonly PackedTables[]): PackedTables {
  const at = (version: string): number => minors.findIndex((minor) => version.startsWith(`v${minor}.`));
  const wanted = minors.indexOf(decidedAs);
  const last = all.findLastIndex(({ version }) => at(version) >= wanted);
  // Each adds what differs to those that are newer.
  const used = all.slice(0, Math.max(last, 0) + 1);
  const version = used.at(-1)?.version ?? "";
  return { version, types: Object.fromEntries(used.flatMap(({ types }) => Object.entries(types))) };
}

/** The list prices shipped with the program, by region. */
export function loadPackedPrices(): Readonly<Record<string, PackedPrices>> {
  return unpacked().prices;
}

/** The same as Karpenter's own compiled-in tables. */
export function loadStaticPrices(): StaticPrices {
  const tables = Object.entries(unpacked().prices);
  return new Map(tables.map(([region, table]) => [region, new Map(Object.entries(table.prices))]));
}

function unpacked(): PackedCatalogue {
  // Written by our own script from checked facts.
  packed ??= JSON.parse(gunzipSync(Buffer.from(packedCatalogue, "base64")).toString("utf8")) as PackedCatalogue;
  return packed;
}

function withTables(type: CatalogueType, row: PackedRow | undefined): CatalogueType {
  const [addresses = null, branches = null, mbps = null] = row ?? [];
  return {
    ...type,
    ...(addresses === null || branches === null
      ? {}
      : {
          limits: { ipv4PerInterface: addresses, trunking: branches >= 0, branchInterfaces: Math.max(branches, 0) },
        }),
    ...(mbps === null ? {} : { networkMbps: mbps }),
  };
}

function unpack(from: PackedCatalogue, tables: PackedTables): Catalogue {
  const zones = Object.entries(from.zones).map(([region, sold]) => {
    const byType = new Map<string, readonly string[]>();
    for (const [indexes, types] of Object.entries(sold.types)) {
      const names = indexes.split(",").flatMap((index) => sold.zones[Number(index)] ?? []);
      for (const type of types) byType.set(type, names);
    }
    return [region, byType] as const;
  });
  const types = from.types.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    date: from.date,
    source: `${from.source}; VPC limits and bandwidth of karpenter-provider-aws ${tables.version}`,
    types: new Map(types.map((type) => [type.name, withTables(type, tables.types[type.name])])),
    zones: new Map(zones),
  };
}
