import { gunzipSync } from "node:zlib";
import { packedCatalogue } from "../../../catalogue/catalogue.generated.ts";
import type { StaticPrices } from "../../karpenter/aws/pricing.ts";
import type { Catalogue, CatalogueType } from "../../karpenter/aws/type-info.ts";

/** The form in which the catalogue is shipped; written by `scripts/catalogue.ts`. */
export interface PackedCatalogue {
  readonly date: string;
  readonly source: string;
  readonly types: readonly CatalogueType[];
  /** Region to its zones, and the types by the indexes of the zones that sell them (`0,2`). */
  readonly zones: Readonly<
    Record<string, { readonly zones: readonly string[]; readonly types: Readonly<Record<string, readonly string[]>> }>
  >;
  readonly prices: Readonly<Record<string, PackedPrices>>;
}

/** List prices of one region and when they were taken. */
export interface PackedPrices {
  readonly generatedUpstream: string;
  readonly currency: string;
  readonly prices: Readonly<Record<string, number>>;
}

let packed: PackedCatalogue | undefined;
let catalogue: Catalogue | undefined;

/** All EC2 instance types and where they are sold, from the facts shipped with the program. */
export function loadCatalogue(): Catalogue {
  catalogue ??= unpack(unpacked());
  return catalogue;
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

function unpack(from: PackedCatalogue): Catalogue {
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
    source: from.source,
    types: new Map(types.map((type) => [type.name, type])),
    zones: new Map(zones),
  };
}
