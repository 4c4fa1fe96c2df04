import type { InstanceType, Offering, Overhead, RequirementSpec } from "../../karpenter/instance-type.ts";
import { type LabelFamily, labelKeys } from "../../karpenter/labels.ts";
import { anyValue, type Requirement } from "../../karpenter/requirement.ts";
import { fromSpecs, requirementOf, type Requirements } from "../../karpenter/requirements.ts";
import { type Amount, type Amounts, amountIn, type AmountTable, sumOf } from "../amounts.ts";

/** Where and how offerings can be had. Offerings that are written alike share it, so that what is found out about one is known of all. */
export interface OfferingPlace {
  readonly number: number;
  readonly requirements: Requirements;
  readonly capacityType: string;
  readonly isReserved: boolean;
  readonly reservationId: string;
}

/** An offering with its requirements read. */
export interface OfferingFacts extends Omit<OfferingPlace, "number"> {
  readonly source: Offering;
  readonly place: OfferingPlace;
  readonly price: number;
  readonly available: boolean;
}

/** An instance type with its requirements read. */
export interface TypeFacts {
  readonly source: InstanceType;
  readonly name: string;
  readonly requirements: Requirements;
  readonly offerings: readonly OfferingFacts[];
  /** Where its available offerings are, each place once. Types that are to be had in the same places share the list. */
  readonly places: readonly OfferingPlace[];
}

/** What was read before. */
interface Memory {
  readonly types: WeakMap<InstanceType, TypeFacts>;
  /** By what is written: thousands of offerings say one of a few things. */
  readonly places: Map<string, OfferingPlace>;
  /** By the numbers of their places. */
  readonly lists: Map<string, readonly OfferingPlace[]>;
}

const readBefore = new WeakMap<LabelFamily, Memory>();
/** More places than an account has; a catalogue with a new one at every turn must not fill the memory. */
const maxPlaces = 10_000;

/** Reads a type once; lists of types are handed in again and again, so this is remembered by the object itself. */
export function typeFacts(source: InstanceType, family: LabelFamily): TypeFacts {
  let memory = readBefore.get(family);
  if (memory === undefined) {
    memory = { types: new WeakMap(), places: new Map(), lists: new Map() };
    readBefore.set(family, memory);
  }
  const known = memory.types.get(source);
  if (known !== undefined) return known;
  if (memory.places.size >= maxPlaces) {
    memory.places.clear();
    memory.lists.clear();
  }
  const offerings: OfferingFacts[] = [];
  for (const offering of source.offerings) offerings.push(offeringFacts(offering, placeOf(offering, family, memory)));
  const requirements = fromSpecs(source.requirements, family);
  const facts = { source, name: source.name, requirements, offerings, places: placesOf(offerings, memory.lists) };
  memory.types.set(source, facts);
  return facts;
}

function placesOf(
  offerings: readonly OfferingFacts[],
  lists: Map<string, readonly OfferingPlace[]>,
): readonly OfferingPlace[] {
  let text = "";
  for (const { available, place } of offerings) if (available) text += `${place.number} `;
  let places = lists.get(text);
  if (places === undefined) {
    places = [...new Set(offerings.flatMap(({ available, place }) => (available ? [place] : [])))];
    lists.set(text, places);
  }
  return places;
}

function placeOf({ requirements }: Offering, family: LabelFamily, { places }: Memory): OfferingPlace {
  const text = textOf(requirements);
  let place = places.get(text);
  if (place === undefined) {
    place = offeringPlace(requirements, family, places.size);
    places.set(text, place);
  }
  return place;
}

// Nearly all of them name one value for each key, and are told apart without a general serialisation.
function textOf(specs: readonly RequirementSpec[]): string {
  let text = "";
  for (let at = 0; at < specs.length; at++) {
    const { key, operator, values, minValues } = specs[at] ?? noSpec;
    if (operator !== "In" || values?.length !== 1 || minValues !== undefined) return JSON.stringify(specs);
    text += `${key}\n${values[0] ?? ""}\n`;
  }
  return text;
}

const noSpec: RequirementSpec = { key: "", operator: "" };

function offeringFacts(source: Offering, place: OfferingPlace): OfferingFacts {
  const { requirements, capacityType, isReserved, reservationId } = place;
  return {
    source,
    place,
    requirements,
    price: source.price,
    available: source.available,
    capacityType,
    isReserved,
    reservationId,
  };
}

function offeringPlace(specs: readonly RequirementSpec[], family: LabelFamily, number: number): OfferingPlace {
  const requirements: Map<string, Requirement> = fromSpecs(specs, family);
  const capacityType = anyValue(requirementOf(requirements, labelKeys.capacityType));
  return {
    number,
    requirements,
    capacityType,
    isReserved: capacityType === "reserved",
    reservationId: anyValue(requirementOf(requirements, family.reservationId)),
  };
}

/** A way to have a type: what pods can use, and where available offerings give it. Nearly always there is one. */
export interface Variant {
  readonly allocatable: Amounts;
  readonly places: readonly OfferingPlace[];
}

/** The plain variant first, then one for each distinct override in order of appearance (Karpenter's `AllocatableOfferingsList`). */
export function variantsOf(type: TypeFacts, table: AmountTable): readonly Variant[] {
  let others: Map<string, OfferingFacts[]> | undefined;
  for (const offering of type.offerings) {
    if (!offering.available || isPlain(offering)) continue;
    const { capacityOverride, overheadOverride } = offering.source;
    const key = JSON.stringify([capacityOverride, overheadOverride]);
    others ??= new Map();
    const group = others.get(key);
    if (group === undefined) others.set(key, [offering]);
    else group.push(offering);
  }
  const allocatable = allocatableOf(type, undefined, table);
  if (others === undefined) return [{ allocatable, places: type.places }];
  const plain = type.offerings.filter((offering) => offering.available && isPlain(offering));
  const variants: Variant[] = [{ allocatable, places: plain.map(({ place }) => place) }];
  for (const offerings of others.values()) {
    const places = offerings.map(({ place }) => place);
    variants.push({ allocatable: allocatableOf(type, offerings[0]?.source, table), places });
  }
  return variants;
}

function isPlain({ source: { capacityOverride, overheadOverride } }: OfferingFacts): boolean {
  if (overheadOverride !== undefined) return false;
  return capacityOverride === undefined || Object.keys(capacityOverride).length === 0;
}

/** What a type has before anything is kept. */
function capacityOf(type: TypeFacts, table: AmountTable): Amounts {
  return table.list(type.source.capacity);
}

/** Capacity less overhead; hugepages are taken out of memory, which never falls below nothing by that. */
function allocatableOf(type: TypeFacts, override: Offering | undefined, table: AmountTable): Amounts {
  const own = capacityOf(type, table);
  const capacity =
    override?.capacityOverride === undefined ? own : sumOf(table, [own, table.list(override.capacityOverride)]);
  const overhead = sumOf(table, [
    ...overheads(type.source.overhead, table),
    ...overheads(override?.overheadOverride, table),
  ]);
  const { columns } = capacity;
  const values: Amount[] = [];
  let hasHugePages = false;
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at] ?? 0;
    const amount = capacity.values[at] ?? table.zero;
    const kept = amountIn(overhead, column);
    values.push(kept === undefined ? amount : amount - kept);
    hasHugePages ||= isHugePages(column, table);
  }
  return hasHugePages ? withoutHugePages({ columns, values }, capacity, table) : { columns, values };
}

function isHugePages(column: number, table: AmountTable): boolean {
  return table.names[column]?.startsWith("hugepages-") === true;
}

function withoutHugePages(allocatable: Amounts, capacity: Amounts, table: AmountTable): Amounts {
  const values = new Map(allocatable.columns.map((column, at) => [column, allocatable.values[at] ?? table.zero]));
  const memory = table.column("memory");
  capacity.columns.forEach((column, at) => {
    if (!isHugePages(column, table)) return;
    const rest =
      (values.get(memory) ?? table.zero) -
      inColumn(capacity.values[at] ?? table.zero, { from: column, to: memory, table });
    values.set(memory, rest < table.zero ? table.zero : rest);
  });
  return { columns: [...values.keys()], values: [...values.values()] };
}

// Columns may count in different units.
function inColumn(amount: Amount, { from, to, table }: { from: number; to: number; table: AmountTable }): Amount {
  return table.fromNano(to, table.nano(from, amount));
}

function overheads(overhead: Overhead | undefined, table: AmountTable): Amounts[] {
  return [overhead?.kubeReserved, overhead?.systemReserved, overhead?.evictionThreshold].map((texts) =>
    table.list(texts),
  );
}
