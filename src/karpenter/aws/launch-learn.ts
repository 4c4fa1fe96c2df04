// Mirrors pkg/providers/instance/instance.go of karpenter-provider-aws v1.14.1.
import type { ProviderBehaviour } from "../behaviour.ts";
import { type FleetAnswer, type FleetError, isShortage, isSpreadLimit, lacksSpotRole } from "./fleet-request.ts";
import type { LaunchChoice } from "./launch-choice.ts";
import type { LaunchState } from "./launch-state.ts";
import { markSubnetFull } from "./launch-subnets.ts";
import type { PlacementGroup } from "./placement-group.ts";
import { type CapacityPool, poolKey } from "./unavailable.ts";

/** The launch that EC2 answered. */
interface AnsweredLaunch {
  readonly behaviour: ProviderBehaviour;
  readonly choice: LaunchChoice;
  readonly group: PlacementGroup | undefined;
  readonly partition: string | undefined;
}

/**
 * Takes from EC2's answer what the next launches should know: shortages, full subnets, reservations used up
 * (karpenter-provider-aws, `instance/instance.go`, updateUnavailableOfferingsCache).
 */
export function learn(state: LaunchState, answer: FleetAnswer, launch: AnsweredLaunch): void {
  const { behaviour, choice } = launch;
  const pools = new Set(state.unavailable.pools);
  const capacityTypes = new Set(state.unavailable.capacityTypes);
  const subnets = new Set(state.unavailable.subnets);
  const zones = new Set(state.unavailable.zones);
  for (const error of answer.errors) {
    if (error.code === "InsufficientFreeAddressesInSubnet") {
      if (behaviour.addressShortage === "zone") zones.add(error.override.zone);
      else {
        subnets.add(error.override.subnet);
        markSubnetFull(state.addresses, error.override.subnet);
      }
    }
    if (choice.capacityType === "reserved") {
      for (const pool of illReservations(error, launch)) pools.add(poolKey(pool));
      continue;
    }
    if (isShortage(error, behaviour)) for (const pool of shortPools(error, launch)) pools.add(poolKey(pool));
    if (lacksSpotRole(error)) capacityTypes.add("spot");
  }
  state.unavailable = { pools, capacityTypes, subnets, zones };
  if (choice.capacityType === "reserved") state.reservationCounts = reservationsAfter(state, answer, launch);
}

// A spread group is full for every type of the zone at once.
function shortPools(error: FleetError, { choice, group, partition }: AnsweredLaunch): readonly CapacityPool[] {
  const { type, zone } = error.override;
  const pool = { type, zone, capacityType: choice.capacityType };
  if (group === undefined) return [pool];
  if (isSpreadLimit(error)) {
    return choice.types.map((one) => ({ ...pool, type: one.name, placementGroup: group.id }));
  }
  return [{ ...pool, placementGroup: group.id, partition }];
}

const fullCode = "ReservationCapacityExceeded";

// One that EC2 refused for another reason than being full may be well again after a while; its siblings are none the worse.
function illReservations(error: FleetError, { behaviour, choice }: AnsweredLaunch): readonly CapacityPool[] {
  if (behaviour.reservedFailures !== "told-apart" || !isShortage(error, behaviour) || isSpreadLimit(error)) return [];
  if (error.code === fullCode) return [];
  const { type, zone } = error.override;
  return [{ type, zone, capacityType: "reserved", reservation: reservationOf(choice, error.override) }];
}

function countsAsFull(error: FleetError, behaviour: ProviderBehaviour): boolean {
  switch (behaviour.reservedFailures) {
    case "any":
      return true;
    case "shortage":
      return isShortage(error, behaviour) && !isSpreadLimit(error);
    case "told-apart":
      return error.code === fullCode;
  }
}

function reservationsAfter(
  state: LaunchState,
  answer: FleetAnswer,
  { behaviour, choice }: AnsweredLaunch,
): ReadonlyMap<string, number> {
  const counts = new Map(state.reservationCounts);
  for (const error of answer.errors) {
    if (!countsAsFull(error, behaviour)) continue;
    const id = reservationOf(choice, error.override);
    if (id !== undefined && counts.has(id)) counts.set(id, 0);
  }
  const used = answer.launched === undefined ? undefined : reservationOf(choice, answer.launched.override);
  const left = used === undefined ? undefined : counts.get(used);
  if (used !== undefined && left !== undefined && left !== 0) counts.set(used, left - 1);
  return counts;
}

/** The one reservation that a launch keeps per type and zone. Undefined when the type has no reserved offering in the zone. */
export function reservationOf(
  choice: LaunchChoice,
  place: { readonly type: string; readonly zone: string },
): string | undefined {
  return choice.types
    .find((type) => type.name === place.type)
    ?.offerings.find((one) => one.capacityType === "reserved" && one.zone === place.zone)?.reservationId;
}
