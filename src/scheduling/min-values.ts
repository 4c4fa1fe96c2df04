import { requirementOf } from "../karpenter/requirements.ts";
import type { Bits } from "./bits.ts";
import type { RequirementSet } from "./requirement-book.ts";
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
