import type { InstanceType, Offering, Overhead } from "../karpenter/instance-type.ts";
import { type LabelFamily, labelKeys } from "../karpenter/labels.ts";
import { anyValue, type Requirement } from "../karpenter/requirement.ts";
import { fromSpecs, requirementOf, type Requirements } from "../karpenter/requirements.ts";
import { type Amount, type Amounts, amountIn, type AmountTable, sumOf } from "./amounts.ts";

/** An offering with its requirements read. */
export interface OfferingFacts {
  readonly source: Offering;
  readonly requirements: Requirements;
  readonly price: number;
  readonly available: boolean;
  readonly capacityType: string;
  readonly isReserved: boolean;
  readonly reservationId: string;
}

/** An instance type with its requirements read. */
export interface TypeFacts {
  readonly source: InstanceType;
  readonly name: string;
  readonly requirements: Requirements;
  readonly offerings: readonly OfferingFacts[];
}

const readBefore = new WeakMap<LabelFamily, WeakMap<InstanceType, TypeFacts>>();

/** Reads a type once; lists of types are handed in again and again, so this is remembered by the object itself. */
export function typeFacts(source: InstanceType, family: LabelFamily): TypeFacts {
  let memory = readBefore.get(family);
  if (memory === undefined) {
    memory = new WeakMap();
    readBefore.set(family, memory);
  }
  const known = memory.get(source);
  if (known !== undefined) return known;
  const offerings = source.offerings.map((offering) => offeringFacts(offering, family));
  const facts = { source, name: source.name, requirements: fromSpecs(source.requirements, family), offerings };
  memory.set(source, facts);
  return facts;
}

function offeringFacts(source: Offering, family: LabelFamily): OfferingFacts {
  const requirements: Map<string, Requirement> = fromSpecs(source.requirements, family);
  const capacityType = anyValue(requirementOf(requirements, labelKeys.capacityType));
  return {
    source,
    requirements,
    price: source.price,
    available: source.available,
    capacityType,
    isReserved: capacityType === "reserved",
    reservationId: anyValue(requirementOf(requirements, family.reservationId)),
  };
}

/** A way to have a type: what pods can use, and the available offerings that give it. Nearly always there is one. */
export interface Variant {
  readonly allocatable: Amounts;
  readonly offerings: readonly OfferingFacts[];
}

/** The plain variant first, then one for each distinct override in order of appearance (Karpenter's `AllocatableOfferingsList`). */
export function variantsOf(type: TypeFacts, table: AmountTable): readonly Variant[] {
  const groups = new Map<string, OfferingFacts[]>([["", []]]);
  for (const offering of type.offerings) {
    if (!offering.available) continue;
    const { capacityOverride, overheadOverride } = offering.source;
    const isPlain = Object.keys(capacityOverride ?? {}).length === 0 && overheadOverride === undefined;
    const key = isPlain ? "" : JSON.stringify([capacityOverride, overheadOverride]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [offering]);
    else group.push(offering);
  }
  return [...groups].map(([key, offerings]) => ({
    allocatable: allocatableOf(type, key === "" ? undefined : offerings[0]?.source, table),
    offerings,
  }));
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
  const values = new Map<number, Amount>();
  capacity.columns.forEach((column, index) => {
    const amount = capacity.values[index] ?? table.zero;
    const kept = amountIn(overhead, column);
    values.set(column, kept === undefined ? amount : amount - kept);
  });
  const memory = table.column("memory");
  capacity.columns.forEach((column, index) => {
    if (table.names[column]?.startsWith("hugepages-") !== true) return;
    const rest =
      (values.get(memory) ?? table.zero) -
      inColumn(capacity.values[index] ?? table.zero, { from: column, to: memory, table });
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
