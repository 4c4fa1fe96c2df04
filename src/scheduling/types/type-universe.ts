import type { HostPort } from "../../kube/host-ports.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { type Buyable, buyableIn } from "../../karpenter/prices.ts";
import { agree, type Requirement } from "../../karpenter/requirement.ts";
import { type Amount, type ColumnAmounts, type AmountTable, nanoOf } from "../amounts.ts";
import { type Bits, bitsOf, intersectInto, members } from "../bits.ts";
import { ResourceColumn } from "./resource-column.ts";
import type { Requirements } from "../../karpenter/requirements.ts";
import type { RequirementTable, RequirementSet } from "./requirement-table.ts";
import { type OfferingPlace, type TypeFacts, type Variant, variantsOf } from "./type-facts.ts";

/** Types of a template that the same daemons will run on (Karpenter's `DaemonOverheadGroup`). */
export interface DaemonGroup {
  readonly types: readonly TypeFacts[];
  /** What those daemons ask for; undefined when there are none. */
  readonly overhead: ColumnAmounts | undefined;
  /** How many of them have an address of their own. */
  readonly addresses: number;
  /** Ports by daemon: key and ports. */
  readonly ports: readonly { readonly key: string; readonly ports: readonly HostPort[] }[];
}

/** What a requirement set leaves of the types. */
export interface RequirementMasks {
  /** The type's own requirements allow it. */
  readonly compatible: Bits;
  /** An available offering allows it. */
  readonly offered: Bits;
  /** Both, and the type can hold its daemons. */
  readonly both: Bits;
}

/** What a universe is made with. */
export interface UniverseContext {
  readonly table: AmountTable;
  readonly sets: RequirementTable;
  readonly behaviour: KarpenterBehaviour;
}

/**
 * The instance types of one template as bits, in the order filtering leaves them: group by group.
 *
 * A bit is a variant of a type (see `Variant`). Finding the types that still fit is a few dozen word operations: one mask for the
 * requirement set, remembered by set, and one for each resource, found by binary search among masks that were made when first needed.
 */
export class TypeUniverse {
  readonly types: readonly TypeFacts[];
  readonly groups: readonly DaemonGroup[];
  readonly size: number;
  /** Bits of each group. */
  readonly groupBits: readonly Bits[];
  readonly all: Bits;
  readonly hasReserved: boolean;
  /** Some type says how many volumes attach to it. */
  readonly hasVolumeLimits: boolean;
  readonly #variants: Variant[] = [];
  readonly #typeOf: number[] = [];
  /** Every type has one variant: bits are types. */
  readonly isPlain: boolean;
  /** Bits that can hold their daemons. */
  readonly usable: Bits;
  readonly #free = new Map<number, ResourceColumn<Amount>>();
  readonly #masks = new Map<number, RequirementMasks>();
  readonly #byRequirement = new Map<Requirement, Bits>();
  readonly #capacities = new Map<string, ResourceColumn<bigint>>();
  readonly #prices = new Map<number, Float64Array>();
  #numbers: ReadonlyMap<TypeFacts, number> | undefined;
  readonly #table: AmountTable;
  readonly #sets: RequirementTable;
  readonly #placesOf: (readonly OfferingPlace[])[] = [];

  readonly #buyable: Buyable;

  constructor(groups: readonly DaemonGroup[], { table, sets, behaviour }: UniverseContext) {
    this.#table = table;
    this.#sets = sets;
    this.#buyable = buyableIn(behaviour);
    this.groups = groups;
    this.types = groups.flatMap(({ types }) => types);
    const groupOf: number[] = [];
    let types = 0;
    groups.forEach((group, at) => {
      for (const type of group.types) {
        const index = types++;
        for (const variant of variantsOf(type, table, behaviour.offeringOverrides)) {
          this.#variants.push(variant);
          this.#typeOf.push(index);
          groupOf.push(at);
          this.#placesOf.push(variant.places);
        }
      }
    });
    this.size = this.#variants.length;
    this.isPlain = this.size === this.types.length;
    this.all = bitsOf(this.size, () => true);
    this.groupBits = groups.map((_, at) => bitsOf(this.size, (bit) => groupOf[bit] === at));
    this.hasReserved = this.types.some(({ offerings }) => offerings.some(({ isReserved }) => isReserved));
    this.hasVolumeLimits = this.types.some(({ source }) => source.volumeLimits !== undefined);
    this.usable = this.#readResources(groupOf);
  }

  // Free amounts are what is left beside the group's daemons; a type whose daemons do not fit can never be used.
  #readResources(groupOf: readonly number[]): Bits {
    const { zero } = this.#table;
    const amounts = new Map<number, Amount[]>();
    const columnOf = (column: number): Amount[] => {
      let list = amounts.get(column);
      if (list === undefined) {
        list = [];
        for (let bit = 0; bit < this.size; bit++) list.push(zero);
        amounts.set(column, list);
      }
      return list;
    };
    const usable = bitsOf(this.size, () => true);
    for (let bit = 0; bit < this.size; bit++) {
      const { columns, values } = this.#variants[bit]?.allocatable ?? nothing;
      for (let at = 0; at < columns.length; at++) {
        const amount = values[at] ?? zero;
        columnOf(columns[at] ?? 0)[bit] = amount;
        if (amount < zero) clearBit(usable, bit);
      }
      const overhead = this.groups[groupOf[bit] ?? 0]?.overhead ?? nothing;
      for (let at = 0; at < overhead.columns.length; at++) {
        const list = columnOf(overhead.columns[at] ?? 0);
        const free = (list[bit] ?? zero) - (overhead.values[at] ?? zero);
        list[bit] = free;
        if (free < zero) clearBit(usable, bit);
      }
    }
    for (const [column, list] of amounts) this.#free.set(column, new ResourceColumn(list, zero));
    return usable;
  }

  /** Whole capacity of a resource by bit, in exact billionths. */
  capacityColumn(name: string): ResourceColumn<bigint> {
    let found = this.#capacities.get(name);
    if (found === undefined) {
      found = new ResourceColumn(this.#capacitiesOf(name), 0n);
      this.#capacities.set(name, found);
    }
    return found;
  }

  // Texts that the table has read need not be read again.
  #capacitiesOf(name: string): bigint[] {
    const column = this.#table.known(name);
    return this.#typeOf.map((type) => {
      const text = this.types[type]?.source.capacity[name];
      if (text === undefined) return 0n;
      return column === undefined ? nanoOf(text) : this.#table.nano(column, this.#table.read(column, text));
    });
  }

  /** Bits whose free amount of a resource is at least this. */
  fitting(column: number, amount: Amount): Bits {
    if (amount <= this.#table.zero) return this.all;
    return this.#free.get(column)?.atLeast(amount) ?? none(this.size);
  }

  /** Greatest free amount of a resource among some bits. */
  mostFree(column: number, bits: Bits): Amount {
    return this.#free.get(column)?.most(bits) ?? this.#table.zero;
  }

  /** Bits of the types to which so many volumes of a driver can be attached. Asked for few pods, and so found anew each time. */
  attaching(driver: string, count: number): Bits {
    return this.whereType((type) => count <= (this.types[type]?.source.volumeLimits?.[driver] ?? count));
  }

  masks(set: RequirementSet): RequirementMasks {
    const known = this.#masks.get(set.id);
    if (known !== undefined) return known;
    const compatible = bitsOf(this.size, () => true);
    for (const requirement of set.all.values()) intersectInto(compatible, this.#compatibleWith(requirement));
    const isOffered = this.#offeredIn(set);
    const offered = bitsOf(this.size, (bit) => isOffered(this.#placesOf[bit] ?? []));
    const both = compatible.slice();
    intersectInto(both, offered);
    intersectInto(both, this.usable);
    const masks = { compatible, offered, both };
    this.#masks.set(set.id, masks);
    return masks;
  }

  /** Whether a set allows one of some places. Lists of places are few and shared, and each is looked at once. */
  #offeredIn(set: RequirementSet): (places: readonly OfferingPlace[]) => boolean {
    const known = new Map<readonly OfferingPlace[], boolean>();
    return (places) => {
      let found = known.get(places);
      if (found === undefined) {
        found = places.some(({ requirements }) => this.#allows(set, requirements));
        known.set(places, found);
      }
      return found;
    };
  }

  #allows(set: RequirementSet, offering: Requirements): boolean {
    return this.#sets.conflict(set, this.#sets.of(offering)) === undefined;
  }

  #compatibleWith(requirement: Requirement): Bits {
    const known = this.#byRequirement.get(requirement);
    if (known !== undefined) return known;
    const ofType = this.types.map(({ requirements }) => {
      const own = requirements.get(requirement.key);
      return own === undefined || agree(own, requirement);
    });
    const bits = bitsOf(this.size, (bit) => ofType[this.#typeOf[bit] ?? 0] === true);
    this.#byRequirement.set(requirement, bits);
    return bits;
  }

  /** A type is kept whole: if one variant is left, all its variants stay eligible. */
  whole(bits: Bits): Bits {
    if (this.isPlain) return bits;
    const kept = new Set(members(bits).map((bit) => this.#typeOf[bit]));
    return bitsOf(this.size, (bit) => kept.has(this.#typeOf[bit]));
  }

  /** Bits of the types for which something holds, by type number. */
  whereType(holds: (type: number) => boolean): Bits {
    return bitsOf(this.size, (bit) => holds(this.#typeOf[bit] ?? 0));
  }

  /** Type numbers, ascending, each once. */
  typesIn(bits: Bits): number[] {
    return this.isPlain ? members(bits) : [...new Set(members(bits).map((bit) => this.#typeOf[bit] ?? 0))];
  }

  /** The types with these numbers, in their order. */
  typesAt(numbers: readonly number[]): TypeFacts[] {
    const found: TypeFacts[] = [];
    for (let at = 0; at < numbers.length; at++) {
      const type = this.types[numbers[at] ?? -1];
      if (type !== undefined) found.push(type);
    }
    return found;
  }

  /** Lowest price by type number over offerings that can be bought and that the set allows; infinite where there is none. */
  prices(set: RequirementSet): Float64Array {
    const known = this.#prices.get(set.id);
    if (known !== undefined) return known;
    const prices = new Float64Array(this.types.length).fill(Number.POSITIVE_INFINITY);
    for (let at = 0; at < this.types.length; at++) {
      for (const offering of this.types[at]?.offerings ?? []) {
        const { requirements, price } = offering;
        if (offering[this.#buyable] && price < (prices[at] ?? 0) && this.#allows(set, requirements)) prices[at] = price;
      }
    }
    this.#prices.set(set.id, prices);
    return prices;
  }

  /** The lowest of these prices over some of the types; undefined where there is none. */
  lowestPrice(set: RequirementSet, types: readonly TypeFacts[]): number | undefined {
    this.#numbers ??= new Map(this.types.map((type, at) => [type, at]));
    const prices = this.prices(set);
    let lowest = Number.POSITIVE_INFINITY;
    for (const type of types) {
      const price = prices[this.#numbers.get(type) ?? -1];
      if (price !== undefined && price < lowest) lowest = price;
    }
    return lowest === Number.POSITIVE_INFINITY ? undefined : lowest;
  }
}

const nothing: ColumnAmounts = { columns: [], values: [] };

function clearBit(bits: Bits, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) & ~(1 << (index & 31));
}

function none(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5);
}
