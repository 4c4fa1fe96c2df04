import { goSort } from "../kube/go-sort.ts";
import { type LabelFamily, labelKeys } from "./labels.ts";
import { hasValue } from "./requirement.ts";
import { compatible, requirementOf, type Requirements } from "./requirements.ts";

/** Prices of instance types under requirements (Karpenter's `pkg/cloudprovider/types.go`). Unknown prices are the caller's care. */

/** An offering with its requirements read. */
export interface PricedOffering {
  readonly requirements: Requirements;
  /** USD per hour. */
  readonly price: number;
  readonly available: boolean;
}

/** Lowest price of an offering that the requirements allow, well-known keys being open; undefined when none is. */
export function lowestPrice(
  offerings: readonly PricedOffering[],
  requirements: Requirements,
  family: LabelFamily,
): number | undefined {
  let least: number | undefined;
  for (const { price, requirements: offered } of offerings) {
    if (least !== undefined && price >= least) continue;
    if (compatible(requirements, offered, family.wellKnown)) least = price;
  }
  return least;
}

/** Cheapest available first; equal prices in the order Go's unstable sort gives them. */
export function orderByPrice<T extends { readonly offerings: readonly PricedOffering[] }>(
  types: readonly T[],
  requirements: Requirements,
  family: LabelFamily,
): T[] {
  const priced = types.map((type) => {
    const available = type.offerings.filter((offering) => offering.available);
    return { type, price: lowestPrice(available, requirements, family) ?? Number.POSITIVE_INFINITY };
  });
  goSort(priced, (a, b) => a.price < b.price);
  return priced.map(({ type }) => type);
}

/**
 * The most a launch could cost: the dearest available offering of the capacity type that would be launched, reserved before spot before
 * on-demand; undefined when none is allowed.
 */
export function worstLaunchPrice(
  offerings: readonly PricedOffering[],
  requirements: Requirements,
  family: LabelFamily,
): number | undefined {
  const allowed = offerings.filter(
    (offering) => offering.available && compatible(requirements, offering.requirements, family.wellKnown),
  );
  for (const capacityType of ["reserved", "spot", "on-demand"]) {
    const prices = allowed
      .filter((offering) => hasValue(requirementOf(offering.requirements, labelKeys.capacityType), capacityType))
      .map(({ price }) => price);
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
