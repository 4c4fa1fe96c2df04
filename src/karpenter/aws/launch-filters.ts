// Mirrors pkg/providers/instance/filter/filter.go of karpenter-provider-aws v1.14.1.
import { fits, type ResourceList } from "../../kube/resource-list.ts";
import type { ProviderBehaviour } from "../behaviour.ts";
import { awsLabels } from "../labels.ts";
import { compatible, hasMinValues, type Requirements } from "../requirements.ts";
import { admitsCapacityType, type LaunchOffering, type LaunchType, usable } from "./launch-type.ts";
import { awsKey } from "./type-requirements.ts";

/** What a filter leaves. An empty list ends the launch for lack of capacity. */
export interface Filtered {
  readonly filter: string;
  readonly kept: readonly LaunchType[];
  /** Names of the types it dropped. */
  readonly dropped: readonly string[];
}

/** What a launch filters by. */
export interface LaunchNeeds {
  readonly requirements: Requirements;
  readonly requests: ResourceList;
  readonly behaviour: Pick<ProviderBehaviour, "reservedFailures">;
}

type Filter = (types: readonly LaunchType[], needs: LaunchNeeds) => readonly LaunchType[];

/** The launch filters in their order (karpenter-provider-aws, `pkg/providers/instance/filter/filter.go`). */
const filters: readonly (readonly [name: string, filter: Filter])[] = [
  ["compatible-launchable-filter", compatibleLaunchable],
  ["capacity-reservation-type-filter", capacityReservationType],
  ["capacity-block-filter", capacityBlock],
  ["reserved-offering-filter", reservedOffering],
  ["exotic-instance-filter", exotic],
  ["spot-offering-filter", spotOffering],
];

/** Runs the chain up to and including the first filter that leaves nothing. */
export function filterChain(types: readonly LaunchType[], needs: LaunchNeeds): Filtered[] {
  const steps: Filtered[] = [];
  let list = types;
  for (const [name, filter] of filters) {
    const kept = filter(list, needs);
    const names = new Set(kept.map((type) => type.name));
    steps.push({
      filter: nameOf(name, needs),
      kept,
      dropped: list.map((type) => type.name).filter((one) => !names.has(one)),
    });
    if (kept.length === 0) break;
    list = kept;
  }
  return steps;
}

// Renamed when full reservations became available ones with nothing left.
function nameOf(filter: string, { behaviour }: LaunchNeeds): string {
  return behaviour.reservedFailures === "told-apart" ? filter : filter.replace("launchable", "available");
}

function compatibleLaunchable(types: readonly LaunchType[], needs: LaunchNeeds): readonly LaunchType[] {
  const { requirements: demand, requests } = needs;
  return types.filter(
    (type) =>
      compatible(demand, type.requirements, awsLabels.wellKnown) &&
      fits(requests, type.allocatable) &&
      usable(type, demand).length > 0,
  );
}

/** One request can ask for one kind of reservation only: the one with the cheapest offering. */
function capacityReservationType(
  types: readonly LaunchType[],
  { requirements: demand }: LaunchNeeds,
): readonly LaunchType[] {
  if (!admitsCapacityType(demand, "reserved")) return types;
  const chosen = cheapestKind(types, demand);
  if (chosen === undefined) return types;
  const isChosen = (one: LaunchOffering): boolean =>
    one.capacityType === "reserved" &&
    one.reservationType === chosen.reservationType &&
    one.isInterruptible === chosen.isInterruptible;
  return types
    .filter((type) => usable(type, demand).some(isChosen))
    .map((type) => ({ ...type, offerings: type.offerings.filter(isChosen) }));
}

interface ReservationKind {
  readonly reservationType: string;
  readonly isInterruptible: boolean;
  readonly price: number;
}

function cheapestKind(types: readonly LaunchType[], demand: Requirements): ReservationKind | undefined {
  let best: ReservationKind | undefined;
  for (const type of types) {
    for (const one of usable(type, demand)) {
      if (one.capacityType !== "reserved") continue;
      const isBetter =
        best === undefined || one.price < best.price || (one.price === best.price && rankOf(one) < rankOf(best));
      if (isBetter) best = one;
    }
  }
  return best;
}

function rankOf(kind: ReservationKind): number {
  return kind.isInterruptible ? 2 : kind.reservationType === "capacity-block" ? 1 : 0;
}

/** One capacity block fits into a request: the cheapest, of its type alone. Since v1.15 a launch goes on without one where none is left. */
function capacityBlock(
  types: readonly LaunchType[],
  { requirements: demand, behaviour }: LaunchNeeds,
): readonly LaunchType[] {
  if (!admitsCapacityType(demand, "reserved")) return types;
  // The real filter looks at the very first offering: every offering carries the reservation-type label.
  if (types[0]?.offerings[0]?.reservationType !== "capacity-block") return types;
  let chosen: LaunchType | undefined;
  for (const type of types) {
    const blocks = usable(type, demand).filter(
      (one) => one.capacityType === "reserved" && one.reservationType === "capacity-block",
    );
    const cheapest = blocks.reduce<LaunchOffering | undefined>(
      (a, b) => (a === undefined || a.price > b.price ? b : a),
      undefined,
    );
    if (cheapest === undefined) continue;
    if (chosen === undefined || (chosen.offerings[0]?.price ?? 0) > cheapest.price) {
      chosen = { ...type, offerings: [cheapest] };
    }
  }
  if (chosen !== undefined) return [chosen];
  return behaviour.reservedFailures === "told-apart" ? types : [];
}

/** One reservation per type and zone: the one with most left, the first of equals. */
function reservedOffering(types: readonly LaunchType[], { requirements: demand }: LaunchNeeds): readonly LaunchType[] {
  if (!admitsCapacityType(demand, "reserved")) return types;
  const remaining: LaunchType[] = [];
  for (const type of types) {
    const byZone = new Map<string, LaunchOffering>();
    for (const one of usable(type, demand)) {
      if (one.capacityType !== "reserved") continue;
      const before = byZone.get(one.zone);
      if (before === undefined || one.reservationCapacity > before.reservationCapacity) byZone.set(one.zone, one);
    }
    if (byZone.size === 0) continue;
    // A map there; zones in order here.
    const offerings = Array.from(byZone.values()).toSorted((a, b) => (a.zone < b.zone ? -1 : 1));
    remaining.push({ ...type, offerings });
  }
  return remaining.length === 0 ? types : remaining;
}

const exoticResources = [
  "aws.amazon.com/neuron",
  "aws.amazon.com/neuroncore",
  "amd.com/gpu",
  "nvidia.com/gpu",
  "habana.ai/gaudi",
];

/** Bare metal and accelerators only where nothing else is left. */
function exotic(types: readonly LaunchType[], { requirements: demand }: LaunchNeeds): readonly LaunchType[] {
  if (hasMinValues(demand)) return types;
  const generic = types.filter((type) => {
    const sizes = type.requirements.get(awsKey("instance-size"))?.values ?? new Set<string>();
    if (Array.from(sizes).some((size) => size.includes("metal"))) return false;
    return exoticResources.every((name) => (type.capacity.get(name) ?? 0n) === 0n);
  });
  return generic.length === 0 ? types : generic;
}

/** In a mixed launch no spot offering may cost more than the cheapest on-demand one. */
function spotOffering(types: readonly LaunchType[], { requirements: demand }: LaunchNeeds): readonly LaunchType[] {
  if (hasMinValues(demand)) return types;
  if (!admitsCapacityType(demand, "on-demand") || !admitsCapacityType(demand, "spot")) return types;
  const offerings = types.flatMap((type) => usable(type, demand));
  const onDemand = offerings.filter((one) => one.capacityType === "on-demand").map((one) => one.price);
  if (onDemand.length === 0 || !offerings.some((one) => one.capacityType === "spot")) return types;
  const limit = Math.min(...onDemand);
  return types
    .map((type) => ({
      ...type,
      offerings: type.offerings.filter((one) => one.capacityType !== "spot" || one.price <= limit),
    }))
    .filter((type) => type.offerings.length > 0);
}
