import { type FleetAnswer, type FleetError, isShortage, lacksSpotRole } from "./fleet-request.ts";
import type { LaunchChoice } from "./launch-choice.ts";
import type { LaunchState } from "./launch-state.ts";
import { markSubnetFull } from "./launch-subnets.ts";
import type { PlacementGroup } from "./placement-group.ts";
import { type CapacityPool, poolKey } from "./unavailable.ts";

/** Takes from EC2's answer what the next launches should know: shortages, full subnets, reservations used up. */
export function learn(
  state: LaunchState,
  answer: FleetAnswer,
  launch: {
    readonly choice: LaunchChoice;
    readonly group: PlacementGroup | undefined;
    readonly partition: string | undefined;
  },
): void {
  const { choice } = launch;
  const pools = new Set(state.unavailable.pools);
  const capacityTypes = new Set(state.unavailable.capacityTypes);
  const subnets = new Set(state.unavailable.subnets);
  for (const error of answer.errors) {
    if (error.code === "InsufficientFreeAddressesInSubnet") {
      subnets.add(error.override.subnet);
      markSubnetFull(state.addresses, error.override.subnet);
    }
    if (choice.capacityType === "reserved") continue;
    if (isShortage(error)) for (const pool of shortPools(error, launch)) pools.add(poolKey(pool));
    if (lacksSpotRole(error)) capacityTypes.add("spot");
  }
  state.unavailable = { pools, capacityTypes, subnets };
  if (choice.capacityType === "reserved") state.reservationCounts = reservationsAfter(state, answer, choice);
}

// A spread group is full for every type of the zone at once.
function shortPools(
  error: FleetError,
  { choice, group, partition }: Parameters<typeof learn>[2],
): readonly CapacityPool[] {
  const { type, zone } = error.override;
  const pool = { type, zone, capacityType: choice.capacityType };
  if (group === undefined) return [pool];
  if (error.message.includes("limit of instances in this spread placement group")) {
    return choice.types.map((one) => ({ ...pool, type: one.name, placementGroup: group.id }));
  }
  return [{ ...pool, placementGroup: group.id, partition }];
}

function reservationsAfter(state: LaunchState, answer: FleetAnswer, choice: LaunchChoice): ReadonlyMap<string, number> {
  const counts = new Map(state.reservationCounts);
  for (const error of answer.errors) {
    if (!isShortage(error) || error.message.includes("limit of instances in this spread placement group")) continue;
    const id = reservationOf(choice, error.override);
    if (id !== undefined && counts.has(id)) counts.set(id, 0);
  }
  const used = answer.launched === undefined ? undefined : reservationOf(choice, answer.launched.override);
  const left = used === undefined ? undefined : counts.get(used);
  if (used !== undefined && left !== undefined && left !== 0) counts.set(used, left - 1);
  return counts;
}

/** The one reservation that a launch keeps per type and zone. */
export function reservationOf(
  choice: LaunchChoice,
  place: { readonly type: string; readonly zone: string },
): string | undefined {
  return choice.types
    .find((type) => type.name === place.type)
    ?.offerings.find((one) => one.capacityType === "reserved" && one.zone === place.zone)?.reservationId;
}
