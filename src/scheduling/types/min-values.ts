// Mirrors pkg/cloudprovider/types.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { hasValue, type Requirement } from "../../karpenter/requirement.ts";
import { requirementOf, type Requirements } from "../../karpenter/requirements.ts";
import type { Bits } from "../bits.ts";
import type { RequirementSet } from "./requirement-table.ts";
import type { TypeUniverse } from "./type-universe.ts";

/** Which values count towards a minimum: all that a type has, or (from v1.15 on) those that the claim still allows. */
type Counted = KarpenterBehaviour["minValuesCount"];

interface Typed {
  readonly requirements: Requirements;
}

/**
 * Keys whose minValues the types do not reach, with the number of values they do; undefined when all are reached, also when there are no
 * types at all (Karpenter's `SatisfiesMinValues`, `cloudprovider/types.go`).
 */
export function shortfalls(
  universe: TypeUniverse,
  bits: Bits,
  set: RequirementSet,
  counted: Counted,
): ReadonlyMap<string, number> | undefined {
  if (!set.hasMinValues) return undefined;
  return shortfallsOf(
    universe.typesIn(bits).flatMap((type) => universe.types[type] ?? []),
    set,
    counted,
  );
}

/** The same for a list of types. Undefined when nothing is short, and of no types at all. */
export function shortfallsOf(
  types: readonly Typed[],
  set: Pick<RequirementSet, "all">,
  counted: Counted,
): ReadonlyMap<string, number> | undefined {
  if (types.length === 0) return undefined;
  const missing = new Map<string, number>();
  for (const requirement of set.all.values()) {
    const { key, minValues } = requirement;
    if (minValues === undefined) continue;
    const distinct = new Set<string>();
    for (const type of types) addValues(distinct, type, requirement, counted);
    if (distinct.size < minValues) missing.set(key, distinct.size);
  }
  return missing.size === 0 ? undefined : missing;
}

/**
 * How many types from the front it takes until every key with minValues has enough values; all of them when they never have
 * (Karpenter's `SatisfiesMinValues`, first result).
 */
export function typesNeeded(types: readonly Typed[], set: Pick<RequirementSet, "all">, counted: Counted): number {
  const open = new Map<Requirement, Set<string>>();
  for (const requirement of set.all.values()) if (requirement.minValues !== undefined) open.set(requirement, new Set());
  for (const [at, type] of types.entries()) {
    for (const [requirement, values] of open) {
      addValues(values, type, requirement, counted);
      if (values.size >= (requirement.minValues ?? 0)) open.delete(requirement);
    }
    if (open.size === 0) return at + 1;
  }
  return types.length;
}

// Stored values count, also those a negative requirement of the type excludes.
function addValues(values: Set<string>, { requirements }: Typed, asked: Requirement, counted: Counted): void {
  for (const value of requirementOf(requirements, asked.key).values)
    if (counted === "all" || hasValue(asked, value)) values.add(value);
}
