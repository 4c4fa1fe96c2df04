// Our own: the real program has no such file.
import type { InstanceType, Offering, Overhead, RequirementSpec } from "../../karpenter/instance-type.ts";
import { type LabelFamily, labelKeys } from "../../karpenter/labels.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { anyValue, type Requirement } from "../../karpenter/requirement.ts";
import type { Buyable } from "../../karpenter/prices.ts";
import { fromSpecs, requirementOf, type Requirements } from "../../karpenter/requirements.ts";
import { type Amount, type ColumnAmounts, amountIn, type AmountTable, replaced, sumOf } from "../amounts.ts";

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
  /** It may be tried. */
  readonly available: boolean;
  /** It may be tried and a machine is left: a reservation can be healthy and full (Karpenter's `Offering.Launchable`, v1.15). */
  readonly launchable: boolean;
}

/** An instance type with its requirements read. */
export interface TypeFacts {
  readonly source: InstanceType;
  readonly name: string;
  readonly requirements: Requirements;
  readonly offerings: readonly OfferingFacts[];
  /** Where its available offerings are, each place once. Types that are to be had in the same places share the list. */
  readonly places: readonly OfferingPlace[];
  /** The same of its launchable offerings: nearly always the same list. */
  readonly launchablePlaces: readonly OfferingPlace[];
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
  const places = placesOf(offerings, "available", memory.lists);
  const isFull = offerings.some(({ available, launchable }) => available && !launchable);
  const launchablePlaces = isFull ? placesOf(offerings, "launchable", memory.lists) : places;
  const facts = { source, name: source.name, requirements, offerings, places, launchablePlaces };
  memory.types.set(source, facts);
  return facts;
}

function placesOf(
  offerings: readonly OfferingFacts[],
  which: Buyable,
  lists: Map<string, readonly OfferingPlace[]>,
): readonly OfferingPlace[] {
  let text = "";
  for (const offering of offerings) if (offering[which]) text += `${offering.place.number} `;
  let places = lists.get(text);
  if (places === undefined) {
    places = [...new Set(offerings.flatMap((offering) => (offering[which] ? [offering.place] : [])))];
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
    launchable: source.available && (!isReserved || (source.reservationCapacity ?? 0) > 0),
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
  readonly allocatable: ColumnAmounts;
  readonly places: readonly OfferingPlace[];
}

/**
 * The plain variant first, then one for each distinct override in order of appearance (Karpenter's `AllocatableOfferingsList`). Releases
 * before v1.14 know no overrides, and so one variant of every type.
 */
export function variantsOf(
  type: TypeFacts,
  table: AmountTable,
  overrides: KarpenterBehaviour["offeringOverrides"],
): readonly Variant[] {
  if (overrides === "ignored") return [{ allocatable: allocatableOf(type, table), places: type.places }];
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
  const allocatable = allocatableOf(type, table);
  if (others === undefined) return [{ allocatable, places: type.places }];
  const plain = type.offerings.filter((offering) => offering.available && isPlain(offering));
  const variants: Variant[] = [{ allocatable, places: plain.map(({ place }) => place) }];
  for (const offerings of others.values()) {
    const places = offerings.map(({ place }) => place);
    const [first] = offerings;
    if (first === undefined) continue;
    variants.push({ allocatable: allocatableOf(type, table, { offering: first.source, how: overrides }), places });
  }
  return variants;
}

function isPlain({ source: { capacityOverride, overheadOverride } }: OfferingFacts): boolean {
  if (overheadOverride !== undefined) return false;
  return capacityOverride === undefined || Object.keys(capacityOverride).length === 0;
}

/** An offering that changes its type's amounts, and how. */
interface Override {
  readonly offering: Offering;
  readonly how: "added" | "replacing";
}

/** Added to the type's own until v1.14; from v1.15 on the value of each key it names (`computeAllocatable`). */
function overridden(
  own: ColumnAmounts,
  by: ColumnAmounts,
  override: Override | undefined,
  table: AmountTable,
): ColumnAmounts {
  if (by.columns.length === 0) return own;
  return override?.how === "replacing" ? replaced(own, by) : sumOf(table, [own, by]);
}

/** Capacity less overhead; hugepages are taken out of memory, which never falls below nothing by that. */
function allocatableOf(type: TypeFacts, table: AmountTable, override?: Override): ColumnAmounts {
  const own = table.list(type.source.capacity);
  const ownOverhead = sumOf(table, overheads(type.source.overhead, table));
  const capacity = overridden(own, table.list(override?.offering.capacityOverride), override, table);
  const overhead = overridden(
    ownOverhead,
    sumOf(table, overheads(override?.offering.overheadOverride, table)),
    override,
    table,
  );
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

function withoutHugePages(allocatable: ColumnAmounts, capacity: ColumnAmounts, table: AmountTable): ColumnAmounts {
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

function overheads(overhead: Overhead | undefined, table: AmountTable): ColumnAmounts[] {
  return [overhead?.kubeReserved, overhead?.systemReserved, overhead?.evictionThreshold].map((texts) =>
    table.list(texts),
  );
}
