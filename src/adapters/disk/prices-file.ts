import { isObject } from "../../kube/json.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Files } from "../../ports/files.ts";
import { nearest } from "../../fault/nearest.ts";
import type { PriceBook } from "../../money/price-book.ts";
import type { Prices } from "../../ports/prices.ts";

type Range = { readonly low: number; readonly usual: number; readonly high: number };

/**
 * Prices that the user wrote down (`--prices FILE`), over a book that fills in what the file does not name.
 *
 * CSV: a header `instanceType,onDemand` or `instanceType,zone,spot[,spotLow,spotHigh]`, USD per hour, one row each; both kinds may follow
 * each other in one file, each under its own header. JSON: `{"date": "2026-08-20", "onDemand": {"m5.large": 0.096}, "spot": {"m5.large":
 * {"us-east-1a": 0.04}}}`, where a spot price may be `{"low": …, "usual": …, "high": …}`.
 */
export class FilePrices implements Prices {
  readonly #files: Files;
  readonly #path: string;
  readonly #base: Prices;

  constructor(files: Files, path: string, base: Prices) {
    this.#files = files;
    this.#path = path;
    this.#base = base;
  }

  async read(region: string, instanceTypes?: readonly string[]): Promise<PriceBook> {
    const found = await this.#files.stat(this.#path);
    if (found === undefined) throw usage("prices", `${this.#path} does not exist`, "pass a JSON or CSV file of prices");
    const text = new TextDecoder().decode(await this.#files.read(this.#path));
    const own = parsePrices(this.#path, text);
    const date = own.date ?? new Date(found.modifiedMs).toISOString().slice(0, 10);
    const source = { name: this.#path, date, isEstimate: false };
    const base = await this.#baseBook(region, instanceTypes);
    if (base === undefined) {
      return { region, onDemandUsdPerHour: own.onDemand, spotUsdPerHour: own.spot, sources: [source] };
    }
    const missing = Array.from(base.onDemandUsdPerHour.keys()).some((type) => !own.onDemand.has(type));
    return {
      region,
      onDemandUsdPerHour: new Map([...base.onDemandUsdPerHour, ...own.onDemand]),
      spotUsdPerHour: overZones(base.spotUsdPerHour, own.spot),
      sources: [source, ...(missing ? base.sources : [])],
    };
  }

  async #baseBook(region: string, instanceTypes?: readonly string[]): Promise<PriceBook | undefined> {
    try {
      return await this.#base.read(region, instanceTypes);
    } catch (error) {
      // The user's own file is enough; only faults of the world may be passed over.
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }
}

/** A zone that the file does not name keeps its price. */
function overZones(base: PriceBook["spotUsdPerHour"], own: OwnPrices["spot"]): PriceBook["spotUsdPerHour"] {
  const all = new Map(base);
  for (const [type, zones] of own) all.set(type, new Map([...(base.get(type) ?? []), ...zones]));
  return all;
}

interface OwnPrices {
  readonly date: string | undefined;
  readonly onDemand: ReadonlyMap<string, number>;
  readonly spot: ReadonlyMap<string, ReadonlyMap<string, Range>>;
}

/** Reads either form; a malformed price is a usage fault with its line or key. */
function parsePrices(path: string, text: string): OwnPrices {
  const own = /^\s*[{[]/.test(text) ? parseJson(path, text) : parseCsv(path, text);
  if (own.onDemand.size + own.spot.size === 0) throw usage("prices", `${path} holds no price`, howTo);
  return own;
}

const howTo = [
  'write JSON such as {"onDemand": {"m5.large": 0.096}, "spot": {"m5.large": {"us-east-1a": 0.04}}},',
  "or CSV with the header instanceType,onDemand",
].join(" ");
const members = ["date", "onDemand", "spot"] as const;

function parseJson(path: string, text: string): OwnPrices {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usage("prices", `${path}: ${error instanceof Error ? error.message : "not JSON"}`, "correct the file");
  }
  if (!isObject(value)) throw usage("prices", `${path} holds a list where an object belongs`, howTo);
  const unknown = Object.keys(value).find((key) => !members.some((member) => member === key));
  if (unknown !== undefined) {
    const close = nearest(unknown, members);
    throw usage(
      "prices",
      `${path}: there is nothing named ${unknown}`,
      close === undefined ? howTo : `did you mean ${close}?`,
    );
  }
  const { date, onDemand = {}, spot = {} } = value;
  if (date !== undefined && typeof date !== "string") throw usage("prices", `${path}: date is no text`, howTo);
  const zones = (type: string, row: unknown): readonly [string, ReadonlyMap<string, Range>] => [
    type,
    new Map(
      entriesOf(path, `spot.${type}`, row).map(([zone, price]) => [zone, rangeOf(path, `spot.${type}.${zone}`, price)]),
    ),
  ];
  return {
    date,
    onDemand: new Map(
      entriesOf(path, "onDemand", onDemand).map(([type, price]) => [type, priceOf(path, `onDemand.${type}`, price)]),
    ),
    spot: new Map(entriesOf(path, "spot", spot).map(([type, row]) => zones(type, row))),
  };
}

function entriesOf(path: string, place: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (isObject(value)) return Object.entries(value);
  throw usage("prices", `${path}: ${place} is no object of prices by name`, howTo);
}

function rangeOf(path: string, place: string, price: unknown): Range {
  if (!isObject(price)) {
    const usual = priceOf(path, place, price);
    return { low: usual, usual, high: usual };
  }
  const { low, usual, high } = price;
  const middle = priceOf(path, `${place}.usual`, usual);
  const range = {
    low: low === undefined ? middle : priceOf(path, `${place}.low`, low),
    usual: middle,
    high: high === undefined ? middle : priceOf(path, `${place}.high`, high),
  };
  if (range.low <= middle && middle <= range.high) return range;
  throw usage(
    "prices",
    `${path}: ${place}: ${range.low}, ${middle}, ${range.high} do not rise`,
    "write low, usual, high in order",
  );
}

function parseCsv(path: string, text: string): OwnPrices {
  const onDemand = new Map<string, number>();
  const spot = new Map<string, Map<string, Range>>();
  let header: readonly string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const cells = line.split(",").map((cell) => cell.trim());
    const place = `line ${i + 1}`;
    if (line.trim() === "" || line.startsWith("#")) continue;
    if (cells[0]?.toLowerCase() === "instancetype") {
      header = cells.map((cell) => cell.toLowerCase());
      continue;
    }
    const cell = (name: string): string | undefined => cells[header.indexOf(name)];
    const type = cell("instancetype");
    if (type === undefined) {
      throw usage(
        "prices",
        `${path}: ${place} comes before a header`,
        "begin with `instanceType,onDemand` or `instanceType,zone,spot`",
      );
    }
    const price = cell("ondemand");
    if (price !== undefined && price !== "") onDemand.set(type, priceOf(path, place, price));
    const zone = cell("zone");
    const usual = cell("spot");
    if (zone === undefined || usual === undefined || usual === "") continue;
    const zones = spot.get(type) ?? new Map<string, Range>();
    zones.set(zone, rangeOf(path, place, { usual, low: cell("spotlow"), high: cell("spothigh") }));
    spot.set(type, zones);
  }
  return { date: undefined, onDemand, spot };
}

function priceOf(path: string, place: string, price: unknown): number {
  const value = typeof price === "string" && price !== "" ? Number(price) : price;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw usage(
    "prices",
    `${path}: ${place}: ${JSON.stringify(price) ?? "nothing"} is no price`,
    "write USD per hour as a plain number, or leave the row out",
  );
}
