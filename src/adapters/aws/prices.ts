import { isObject, objectAt, objectsAt, textAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { Cloud } from "../../ports/cloud.ts";
import { Fault } from "../../fault/fault.ts";
import type { PriceBook, PriceSource } from "../../money/price-book.ts";
import type { Prices } from "../../ports/prices.ts";

type Range = { readonly low: number; readonly usual: number; readonly high: number };
type OnDemand = ReadonlyMap<string, number>;
type SpotBook = ReadonlyMap<string, ReadonlyMap<string, Range>>;

const hourMs = 3_600_000;
/** Spot prices move slowly: a day shows their spread, and a region's day is tens of pages where its week is hundreds. */
const historyHours = 24;

/** Where the two price APIs are asked, and what stands in for the one that refuses. */
export interface AwsPricesOptions {
  /** The account in the cluster's region. The Pricing API is asked in its own region by the same. */
  readonly cloud: Cloud;
  readonly fallback: Prices;
  readonly nowMs: () => number;
  /** Told once when an API refuses. */
  readonly warn: (operation: string, problem: string) => void;
}

/** On-demand prices from pricing:GetProducts and spot prices from ec2:DescribeSpotPriceHistory; either falls back with a warning. */
export class AwsPrices implements Prices {
  readonly #options: AwsPricesOptions;
  readonly #books = new Map<string, { readonly atMs: number; readonly book: Promise<PriceBook> }>();
  readonly #lists = new Map<string, { readonly atMs: number; readonly list: Promise<OnDemand | undefined> }>();

  constructor(options: AwsPricesOptions) {
    this.#options = options;
  }

  /** Asked once an hour at most: gates and waits look at prices often. */
  read(region: string, instanceTypes?: readonly string[]): Promise<PriceBook> {
    const now = this.#options.nowMs();
    const key = [region, ...(instanceTypes ?? []).toSorted()].join(" ");
    const kept = this.#books.get(key);
    if (kept !== undefined && now - kept.atMs < hourMs) return kept.book;
    const book = this.#ask(region, instanceTypes);
    this.#books.set(key, { atMs: now, book });
    return book;
  }

  async #ask(region: string, instanceTypes: readonly string[] | undefined): Promise<PriceBook> {
    const date = new Date(this.#options.nowMs()).toISOString().slice(0, 10);
    const fallback = await this.#options.fallback.read(region);
    const list = await this.#listOf(region);
    const spot = await this.#orWarn("ec2:DescribeSpotPriceHistory", () => this.#spot(instanceTypes));
    const sources: PriceSource[] = [];
    if (list !== undefined) sources.push({ name: `Pricing API ${region}`, date, isEstimate: false });
    else sources.push(...fallback.sources);
    if (spot !== undefined) sources.push({ name: spotSource(instanceTypes), date, isEstimate: false });
    return {
      region,
      onDemandUsdPerHour: new Map([...(list === undefined ? fallback.onDemandUsdPerHour : []), ...(list ?? [])]),
      spotUsdPerHour: spot ?? fallback.spotUsdPerHour,
      sources,
    };
  }

  // The list is the same whatever types the spot history is asked for.
  #listOf(region: string): Promise<OnDemand | undefined> {
    const now = this.#options.nowMs();
    const kept = this.#lists.get(region);
    if (kept !== undefined && now - kept.atMs < hourMs) return kept.list;
    const list = this.#orWarn("pricing:GetProducts", () => this.#onDemand(region));
    this.#lists.set(region, { atMs: now, list });
    return list;
  }

  async #orWarn<T>(operation: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#options.warn(operation, error.message);
      return undefined;
    }
  }

  async #onDemand(region: string): Promise<OnDemand> {
    const prices = new Map<string, number>();
    const kinds = [
      ["Shared", "Compute Instance"],
      ["Dedicated", "Compute Instance (bare metal)"],
    ] as const;
    for (const [tenancy, family] of kinds) {
      const filters = filtersOf({
        regionCode: region,
        serviceCode: "AmazonEC2",
        preInstalledSw: "NA",
        operatingSystem: "Linux",
        capacitystatus: "Used",
        marketoption: "OnDemand",
        tenancy,
        productFamily: family,
      });
      const items = await this.#options.cloud.allNames(
        "pricing:GetProducts",
        { ServiceCode: "AmazonEC2", Filters: filters, FormatVersion: "aws_v1" },
        "PriceList",
      );
      for (const item of items) addProduct(prices, item);
    }
    if (prices.size === 0) throw new Fault("prices.absent", `the Pricing API knows no on-demand price in ${region}`);
    return prices;
  }

  // A day of every type and zone is tens of pages: the spread is asked for only of the types that matter.
  async #spot(instanceTypes: readonly string[] | undefined): Promise<SpotBook> {
    const backMs = instanceTypes === undefined ? 0 : historyHours * hourMs;
    const rows = await this.#options.cloud.all(
      "ec2:DescribeSpotPriceHistory",
      {
        ProductDescriptions: ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"],
        StartTime: new Date(this.#options.nowMs() - backMs).toISOString(),
        ...(instanceTypes === undefined ? {} : { InstanceTypes: [...instanceTypes] }),
      },
      "SpotPriceHistory",
    );
    const book = spotBook(rows);
    if (book.size === 0) throw new Fault("prices.absent", "the spot price history is empty");
    return book;
  }
}

function spotSource(instanceTypes: readonly string[] | undefined): string {
  return instanceTypes === undefined ? "spot prices of the moment" : "spot price history of 24 hours";
}

function filtersOf(fields: Readonly<Record<string, string>>): JsonObject[] {
  return Object.entries(fields).map(([Field, Value]) => ({ Field, Type: "TERM_MATCH", Value }));
}

/** Adds what one text of a price list says. Throws `aws.InvalidResponse` for a text that is no product. */
function addProduct(prices: Map<string, number>, text: string): void {
  const product = parsedProduct(text);
  const type = textAt(product, "product", "attributes", "instanceType");
  for (const term of Object.values(objectAt(product, "terms", "OnDemand"))) {
    for (const dimension of Object.values(objectAt(term, "priceDimensions"))) {
      const price = Number(textAt(dimension, "pricePerUnit", "USD"));
      if (type !== undefined && price > 0) prices.set(type, price);
    }
  }
}

function parsedProduct(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below, as for every other text that is no product.
  }
  throw new Fault("aws.InvalidResponse", `pricing:GetProducts lists ${JSON.stringify(text.slice(0, 60))} as a product`);
}

/** Low, latest and high of every pool. */
function spotBook(rows: readonly JsonObject[]): SpotBook {
  const pools = new Map<string, Map<string, { low: number; usual: number; high: number; at: string }>>();
  for (const row of objectsAt(rows)) {
    const [type, zone, price] = [
      textAt(row["InstanceType"]),
      textAt(row["AvailabilityZone"]),
      Number(row["SpotPrice"]),
    ];
    const at = textAt(row["Timestamp"]) ?? "";
    if (type === undefined || zone === undefined || !(price > 0)) continue;
    const zones = pools.get(type) ?? new Map<string, { low: number; usual: number; high: number; at: string }>();
    const before = zones.get(zone);
    zones.set(zone, {
      low: Math.min(before?.low ?? price, price),
      high: Math.max(before?.high ?? price, price),
      ...(before === undefined || at > before.at ? { usual: price, at } : { usual: before.usual, at: before.at }),
    });
    pools.set(type, zones);
  }
  return pools;
}
