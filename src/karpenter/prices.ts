import { goSort } from "./go-sort.ts";
import type { InstanceType, Offering } from "./instance-type.ts";
import { type LabelFamily, labelKeys } from "./labels.ts";
import { requirementIn } from "./requirement.ts";
import { compatible, fromSpecs, type Requirements } from "./requirements.ts";

/** Prices of instance types under requirements (Karpenter's `pkg/cloudprovider/types.go`). Unknown prices are the caller's care. */

/** Offerings that the requirements allow; well-known keys may be undefined. */
function compatibleOfferings(
  offerings: readonly Offering[],
  requirements: Requirements,
  family: LabelFamily,
): Offering[] {
  return offerings.filter((offering) =>
    compatible(requirements, fromSpecs(offering.requirements, family), family.wellKnown),
  );
}

/** Lowest price of an available offering that is allowed; infinite when there is none. */
function lowestPrice(type: InstanceType, requirements: Requirements, family: LabelFamily): number {
  const available = type.offerings.filter((offering) => offering.available);
  return compatibleOfferings(available, requirements, family).reduce(
    (least, { price }) => Math.min(least, price),
    Number.POSITIVE_INFINITY,
  );
}

/** Cheapest first; equal prices in the order Go's unstable sort gives them. */
export function orderByPrice(
  types: readonly InstanceType[],
  requirements: Requirements,
  family: LabelFamily,
): InstanceType[] {
  const priced = types.map((type) => ({ type, price: lowestPrice(type, requirements, family) }));
  goSort(priced, (a, b) => a.price < b.price);
  return priced.map(({ type }) => type);
}

/**
 * The most a launch could cost: the dearest offering of the capacity type that would be launched, reserved before spot before on-demand;
 * undefined when none is allowed.
 */
export function worstLaunchPrice(
  offerings: readonly Offering[],
  requirements: Requirements,
  family: LabelFamily,
): number | undefined {
  const allowed = compatibleOfferings(offerings, requirements, family);
  for (const capacityType of ["reserved", "spot", "on-demand"]) {
    const wanted = new Map([[labelKeys.capacityType, requirementIn(labelKeys.capacityType, [capacityType])]]);
    const prices = compatibleOfferings(allowed, wanted, family).map(({ price }) => price);
    if (prices.length > 0) return Math.max(...prices);
  }
  return undefined;
}

/** A NodeOverlay's change applied: absolute, `±x` or `±x%`, never below 0. */
export function adjustedPrice(price: number, change: string): number {
  if (change === "") return price;
  if (!/^[+-]/.test(change)) return Number(change);
  const amount = Number(change.replace(/%$/, ""));
  const adjusted = change.endsWith("%") ? price * (1 + amount / 100) : price + amount;
  return adjusted >= 0 ? adjusted : 0;
}
