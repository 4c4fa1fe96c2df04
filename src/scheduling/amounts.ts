// Mirrors pkg/utils/resources/resources.go of karpenter v1.14.1.
import type { QuantityText, ResourceTexts } from "../kube/objects.ts";
import { parseQuantity, type Quantity } from "../kube/quantity.ts";
import type { ResourceList } from "../kube/resource-list.ts";

/**
 * A resource amount as an integer count of its column's unit.
 *
 * A JavaScript number while every amount of the pass stays well inside 53 bits, which real clusters do; else a bigint that wears the
 * same type, so that the solver is written once. Only `+`, `-` and comparisons are used on amounts, and never with a literal.
 */
export type Amount = number;

/** A sparse list of amounts. `columns` are column numbers of the table, without repeats. */
export interface ColumnAmounts {
  readonly columns: readonly number[];
  readonly values: readonly Amount[];
}

/** How amounts are scaled: decimal places by resource (cpu 3 = milli), and whether numbers are wide enough. */
export interface Scale {
  readonly places: ReadonlyMap<string, number>;
  readonly wide: boolean;
}

/** Thousandths of a core, whole bytes and pieces: what nearly every cluster needs. */
export const initialScale: Scale = { places: new Map([["cpu", 3]]), wide: false };

/** Thrown while reading when an amount does not fit the scale; the pass starts again with a finer or wider one. */
export class Rescale extends Error {
  readonly scale: Scale;
  constructor(scale: Scale) {
    super("amounts need another scale");
    this.scale = scale;
  }
}

// Sums of up to 128 amounts of this size are still exact; larger single sums are checked where they are formed.
const largestNarrow = 2 ** 46;

/** Turns quantities into amounts, column by resource name, each text once. */
export class AmountTable {
  readonly names: string[] = [];
  readonly zero: Amount;
  readonly #scale: Scale;
  readonly #columns = new Map<string, number>();
  readonly #read: Map<QuantityText, Amount>[] = [];
  readonly #places: number[] = [];

  constructor(scale: Scale) {
    this.#scale = scale;
    this.zero = this.#amount(0n);
  }

  /** Amounts are bigints. */
  get isWide(): boolean {
    return this.#scale.wide;
  }

  /** The column of a resource, made when first mentioned. */
  column(name: string): number {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const column = this.names.length;
    this.#columns.set(name, column);
    this.names.push(name);
    this.#read.push(new Map());
    this.#places.push(this.#scale.places.get(name) ?? 0);
    return column;
  }

  /** The column of a resource that somebody has already mentioned. */
  known(name: string): number | undefined {
    return this.#columns.get(name);
  }

  read(column: number, text: QuantityText): Amount {
    const cache = this.#read[column];
    const cached = cache?.get(text);
    if (cached !== undefined) return cached;
    const amount = this.#scaled(column, nanoOf(text));
    cache?.set(text, amount);
    return amount;
  }

  list(texts: ResourceTexts | undefined): ColumnAmounts {
    const columns: number[] = [];
    const values: Amount[] = [];
    for (const name in texts) {
      const text = texts[name];
      if (text === undefined) continue;
      const column = this.column(name);
      columns.push(column);
      values.push(this.read(column, text));
    }
    return { columns, values };
  }

  /** The same for amounts that were computed exactly. */
  exact(list: ResourceList): ColumnAmounts {
    const columns: number[] = [];
    const values: Amount[] = [];
    for (const [name, nano] of list) {
      const column = this.column(name);
      columns.push(column);
      values.push(this.#scaled(column, nano));
    }
    return { columns, values };
  }

  fromNano(column: number, nano: bigint): Amount {
    return this.#scaled(column, nano);
  }

  #scaled(column: number, nano: bigint): Amount {
    const unit = 10n ** BigInt(9 - (this.#places[column] ?? 0));
    if (nano % unit !== 0n) this.#finer(column, nano);
    const value = nano / unit;
    if (!this.#scale.wide && (value > BigInt(largestNarrow) || value < -BigInt(largestNarrow))) this.widen();
    return this.#amount(value);
  }

  #finer(column: number, nano: bigint): never {
    let places = 9;
    while (places > 0 && nano % 10n ** BigInt(9 - places + 1) === 0n) places--;
    throw new Rescale({ ...this.#scale, places: new Map([...this.#scale.places, [this.names[column] ?? "", places]]) });
  }

  /** Gives up on numbers for this pass. */
  widen(): never {
    throw new Rescale({ ...this.#scale, wide: true });
  }

  /** Checks a sum formed outside the solver's own bounds. */
  checked(sum: Amount): Amount {
    if (!this.#scale.wide && (sum > largestNarrow * 32 || sum < -largestNarrow * 32)) this.widen();
    return sum;
  }

  #amount(value: bigint): Amount {
    // The one place where a bigint takes the type of a number; see `Amount`.
    return this.#scale.wide ? (value as unknown as Amount) : Number(value);
  }

  /** Plain decimal in base units. */
  text(column: number, amount: Amount): string {
    const places = this.#places[column] ?? 0;
    return places === 0 ? String(amount) : decimalText(String(amount), places);
  }

  /** Exact value in billionths. */
  nano(column: number, amount: Amount): bigint {
    return BigInt(amount) * 10n ** BigInt(9 - (this.#places[column] ?? 0));
  }
}

/** A quantity in billionths. What cannot be read counts as 0: the loaders have reported it by then. */
export function nanoOf(text: QuantityText): Quantity {
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value : 0n;
}

/** A count of decimal fractions as plain text. */
function decimalText(integer: string, places: number): string {
  const isNegative = integer.startsWith("-");
  const digits = (isNegative ? integer.slice(1) : integer).padStart(places + 1, "0");
  const point = digits.length - places;
  let end = digits.length;
  while (end > point && digits[end - 1] === "0") end--;
  const fraction = end > point ? `.${digits.slice(point, end)}` : "";
  return `${isNegative ? "-" : ""}${digits.slice(0, point)}${fraction}`;
}

/** Sums by column, in order of first mention. */
export function sumOf(table: AmountTable, lists: readonly ColumnAmounts[]): ColumnAmounts {
  return fold(lists, (a, b) => table.checked(a + b));
}

/** Greatest by column over the union of columns. */
export function maxOf(lists: readonly ColumnAmounts[]): ColumnAmounts {
  return fold(lists, (a, b) => (b > a ? b : a));
}

/** `own`, but for the columns that `by` has: those are its. */
export function replaced(own: ColumnAmounts, by: ColumnAmounts): ColumnAmounts {
  return fold([own, by], (_, b) => b);
}

/** Least by column over the columns that both have. */
export function minOf(a: ColumnAmounts, b: ColumnAmounts): ColumnAmounts {
  const columns: number[] = [];
  const values: Amount[] = [];
  a.columns.forEach((column, index) => {
    const other = b.values[b.columns.indexOf(column)];
    const value = a.values[index];
    if (other === undefined || value === undefined) return;
    columns.push(column);
    values.push(other < value ? other : value);
  });
  return { columns, values };
}

function fold(lists: readonly ColumnAmounts[], combine: (a: Amount, b: Amount) => Amount): ColumnAmounts {
  const columns: number[] = [];
  const values: Amount[] = [];
  for (const list of lists) {
    for (let index = 0; index < list.columns.length; index++) {
      const column = list.columns[index];
      const value = list.values[index];
      if (column === undefined || value === undefined) continue;
      const at = columns.indexOf(column);
      const before = values[at];
      if (before === undefined) {
        columns.push(column);
        values.push(value);
      } else values[at] = combine(before, value);
    }
  }
  return { columns, values };
}

/** What a list says of one column. Undefined when it says nothing of it. */
export function amountIn(list: ColumnAmounts, column: number): Amount | undefined {
  const index = list.columns.indexOf(column);
  return index < 0 ? undefined : list.values[index];
}
