import { requirementOf } from "../../karpenter/requirements.ts";
import type { Bits } from "../bits.ts";
import type { RequirementSet } from "./requirement-table.ts";
import type { TypeUniverse } from "./type-universe.ts";

/**
 * Keys whose minValues the types do not reach, with the number of values they do; undefined when all are reached, also when there are no
 * types at all (Karpenter's `SatisfiesMinValues`). Stored values count, also those a negative requirement excludes.
 */
export function shortfalls(
  universe: TypeUniverse,
  bits: Bits,
  set: RequirementSet,
): ReadonlyMap<string, number> | undefined {
  if (!set.hasMinValues) return undefined;
  return shortfallsOf(
    universe.typesIn(bits).flatMap((type) => universe.types[type] ?? []),
    set,
  );
}

/** The same for a list of types. */
export function shortfallsOf(
  types: readonly { readonly requirements: RequirementSet["all"] }[],
  set: Pick<RequirementSet, "all">,
): ReadonlyMap<string, number> | undefined {
  if (types.length === 0) return undefined;
  const missing = new Map<string, number>();
  for (const [key, { minValues }] of set.all) {
    if (minValues === undefined) continue;
    const distinct = new Set<string>();
    for (const { requirements } of types)
      for (const value of requirementOf(requirements, key).values) distinct.add(value);
    if (distinct.size < minValues) missing.set(key, distinct.size);
  }
  return missing.size === 0 ? undefined : missing;
}

/**
 * How many types from the front it takes until every key with minValues has enough values; all of them when they never have
 * (Karpenter's `SatisfiesMinValues`, first result).
 */
export function typesNeeded(
  types: readonly { readonly requirements: RequirementSet["all"] }[],
  set: Pick<RequirementSet, "all">,
): number {
  const open = new Map<string, { readonly least: number; readonly values: Set<string> }>();
  for (const [key, { minValues }] of set.all)
    if (minValues !== undefined) open.set(key, { least: minValues, values: new Set() });
  for (const [at, { requirements }] of types.entries()) {
    for (const [key, { least, values }] of open) {
      for (const value of requirementOf(requirements, key).values) values.add(value);
      if (values.size >= least) open.delete(key);
    }
    if (open.size === 0) return at + 1;
  }
  return types.length;
}
