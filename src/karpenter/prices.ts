// Mirrors pkg/cloudprovider/types.go of karpenter v1.14.1.
import { goSort } from "../kube/go-sort.ts";
import type { KarpenterBehaviour } from "./behaviour.ts";
import { type LabelFamily, labelKeys } from "./labels.ts";
import { hasValue } from "./requirement.ts";
import { compatible, requirementOf, type Requirements } from "./requirements.ts";

/** Prices of instance types under requirements (Karpenter's `pkg/cloudprovider/types.go`). Unknown prices are the caller's care. */

/** An offering with its requirements read. */
export interface PricedOffering {
  readonly requirements: Requirements;
  /** USD per hour. */
  readonly price: number;
  /** It may be tried. */
  readonly available: boolean;
  /** It may be tried, and a machine is left where it is reserved (`Offering.Launchable`, v1.15). */
  readonly launchable: boolean;
}

/** Which offerings count where a price or a capacity type is decided. */
export type Buyable = "available" | "launchable";

/** Those that a release goes by: before v1.15 whatever is available, as a full reservation was not. */
export function buyableIn({ fullReservations }: Pick<KarpenterBehaviour, "fullReservations">): Buyable {
  return fullReservations === "fall-back" ? "launchable" : "available";
}

/** How prices are read. */
export interface Buying {
  readonly family: LabelFamily;
  readonly buyable: Buyable;
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

/**
 * Cheapest first, by what can be bought; equal prices in the order Go's unstable sort gives them (`InstanceTypes.OrderByPrice`). Types that
 * cannot be bought come last.
 */
export function orderByPrice<T extends { readonly offerings: readonly PricedOffering[] }>(
  types: readonly T[],
  requirements: Requirements,
  { family, buyable }: Buying,
): T[] {
  const priced = types.map((type) => {
    const bought = type.offerings.filter((offering) => offering[buyable]);
    return { type, price: lowestPrice(bought, requirements, family) ?? Number.POSITIVE_INFINITY };
  });
  goSort(priced, (a, b) => a.price < b.price);
  return priced.map(({ type }) => type);
}

/**
 * The most a launch could cost: the dearest offering of the capacity type that would be launched, reserved before spot before on-demand
 * (`Offerings.WorstLaunchPrice`); undefined when none can be bought under the requirements.
 */
export function worstLaunchPrice(
  offerings: readonly PricedOffering[],
  requirements: Requirements,
  { family, buyable }: Buying,
): number | undefined {
  const allowed = offerings.filter(
    (offering) => offering[buyable] && compatible(requirements, offering.requirements, family.wellKnown),
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
