// Mirrors pkg/providers/instance/instance.go of karpenter-provider-aws v1.14.1.
import { hasValue } from "../requirement.ts";
import { type Requirements, requirementOf } from "../requirements.ts";
import { type Filtered, filterChain, type LaunchNeeds } from "./launch-filters.ts";
import { truncate } from "./launch-truncate.ts";
import { admitsCapacityType, type LaunchType, usable, withCapacityType } from "./launch-type.ts";
import { awsKey } from "./type-requirements.ts";

/** What one launch asks for. */
export interface LaunchDemand extends LaunchNeeds {
  readonly minValuesPolicy: "Strict" | "BestEffort";
}

/** What Karpenter puts into one CreateFleet request; what EC2 takes of it is EC2's own choice. */
export interface LaunchChoice {
  readonly steps: readonly Filtered[];
  /** In price order, cut to what a request may hold. */
  readonly types: readonly LaunchType[];
  readonly capacityType: string;
  readonly tenancy: string;
}

/** The choice, or why there is none: a filter left nothing, or the cut broke minValues. */
export type Chosen =
  | { readonly ok: true; readonly choice: LaunchChoice }
  | { readonly ok: false; readonly steps: readonly Filtered[]; readonly brokenMinValues?: readonly string[] };

/** Filters, cuts and settles the capacity type, as `Provider.Create` does before it asks EC2. */
export function chooseLaunch(types: readonly LaunchType[], demand: LaunchDemand): Chosen {
  const steps = filterChain(types, demand);
  const kept = steps.at(-1)?.kept ?? [];
  if (kept.length === 0) return { ok: false, steps };
  const cut = truncate(kept, demand.requirements, demand.minValuesPolicy);
  if (!cut.ok) return { ok: false, steps, brokenMinValues: cut.labels };
  return {
    ok: true,
    choice: {
      steps,
      types: cut.types,
      capacityType: launchCapacityType(cut.types, demand.requirements),
      tenancy: tenancyOf(demand.requirements),
    },
  };
}

/** Reserved before spot before on-demand, whichever is admitted and to be had. */
function launchCapacityType(types: readonly LaunchType[], demand: Requirements): string {
  for (const capacityType of ["reserved", "spot"]) {
    if (!admitsCapacityType(demand, capacityType)) continue;
    const wanted = withCapacityType(demand, capacityType);
    if (types.some((type) => usable(type, wanted).length > 0)) return capacityType;
  }
  return "on-demand";
}

function tenancyOf(demand: Requirements): string {
  const wanted = requirementOf(demand, awsKey("instance-tenancy"));
  return ["default", "dedicated"].find((tenancy) => hasValue(wanted, tenancy)) ?? "default";
}

/** One line of a CreateFleet request before the subnet is known. */
export interface FleetOffer {
  readonly type: string;
  readonly zone: string;
  readonly price: number;
}

/**
 * Offers of a request, one per type and zone: available, of the launch's capacity type, and of the one reservation where the
 * template is made for one.
 */
export function fleetOffers(
  types: readonly LaunchType[],
  demand: Requirements,
  launch: { readonly capacityType: string; readonly reservationId?: string },
): FleetOffer[] {
  const wanted = withCapacityType(demand, launch.capacityType);
  const seen = new Set<string>();
  const offers: FleetOffer[] = [];
  for (const type of types) {
    for (const one of usable(type, wanted)) {
      if (launch.reservationId !== undefined && launch.reservationId !== one.reservationId) continue;
      const key = `${type.name}/${one.zone}`;
      if (seen.has(key)) continue;
      seen.add(key);
      offers.push({ type: type.name, zone: one.zone, price: one.price });
    }
  }
  return offers;
}

/**
 * The cheapest offer, by type name and zone where several cost the same: what `lowest-price` takes when all can be had. Undefined of
 * none.
 */
export function cheapestOffer<T extends FleetOffer>(offers: readonly T[]): T | undefined {
  return offers.reduce<T | undefined>(
    (best, one) => (best === undefined || isCheaper(one, best) ? one : best),
    undefined,
  );
}

function isCheaper(a: FleetOffer, b: FleetOffer): boolean {
  if (a.price !== b.price) return a.price < b.price;
  if (a.type !== b.type) return a.type < b.type;
  return a.zone < b.zone;
}
