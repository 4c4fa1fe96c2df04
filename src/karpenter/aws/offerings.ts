// Mirrors pkg/providers/instancetype/offering/offering.go of karpenter-provider-aws v1.14.1.
import type { ProviderBehaviour } from "../behaviour.ts";
import type { Offering, RequirementSpec } from "../instance-type.ts";
import { labelKeys } from "../labels.ts";
import { incompatibility } from "./compatibility.ts";
import {
  type NodeClassSpec,
  type NodeClassStatus,
  type ReservationStatus,
  type ZoneInfo,
  zoneInfoOf,
} from "./node-class.ts";
import { partitionsOf, type PlacementGroup } from "./placement-group.ts";
import { onDemandPrice, type PriceState, spotPrice } from "./pricing.ts";
import type { Ec2TypeInfo } from "./type-info.ts";
import { awsKey, zoneIdKey } from "./type-requirements.ts";
import { isUnavailable, type UnavailableOfferings } from "./unavailable.ts";

/** What decides the offerings of every type. */
export interface OfferingWorld {
  readonly behaviour: ProviderBehaviour;
  /** As far as the release knows it (`knownTo`). */
  readonly spec: NodeClassSpec;
  readonly status: NodeClassStatus;
  readonly prices: PriceState;
  readonly unavailable: UnavailableOfferings;
  /** Every zone of the region that sells anything. */
  readonly zones: readonly string[];
  /** Zone ids under an ARC zonal shift. */
  readonly shiftedZoneIds: ReadonlySet<string>;
  /** Instances left, by reservation id. */
  readonly reservationCounts: ReadonlyMap<string, number>;
  readonly hasReservedCapacity: boolean;
  readonly placementGroup: PlacementGroup | undefined;
}

/** The type whose offerings are asked for. */
export interface OfferedType {
  readonly info: Ec2TypeInfo;
  /** Zones of its requirements: sold there and with a subnet. */
  readonly zones: readonly string[];
  readonly capacityTypes: readonly string[];
}

/** Reserved capacity costs next to nothing, in proportion to the on-demand price. */
const reservedDivisor = 10_000_000;

/**
 * Offerings of one type in canonical order: zone, capacity type, partition; reservations last in status order. The real program
 * walks maps here.
 */
export function offeringsOf(type: OfferedType, world: OfferingWorld): Offering[] {
  const zoneInfo = zoneInfoOf(world.status, world.behaviour);
  const isCompatible = incompatibility(type.info, world) === undefined;
  const offerings: Offering[] = [];
  for (const zone of [...world.zones].sort()) {
    const info = zoneInfo.find((one) => one.zone === zone);
    for (const capacityType of [...type.capacityTypes].sort()) {
      if (capacityType === "reserved") continue;
      offerings.push(usualOffering({ type, world, zone, info, capacityType, isCompatible }));
    }
  }
  if (world.hasReservedCapacity) offerings.push(...reservedOfferings(type, world, { zoneInfo, isCompatible }));
  return partitioned(offerings, world.placementGroup);
}

function usualOffering(one: {
  readonly type: OfferedType;
  readonly world: OfferingWorld;
  readonly zone: string;
  readonly info: ZoneInfo | undefined;
  readonly capacityType: string;
  readonly isCompatible: boolean;
}): Offering {
  const { type, world, zone, info, capacityType } = one;
  const name = type.info.InstanceType;
  const price = capacityType === "spot" ? spotPrice(world.prices, name, zone) : onDemandPrice(world.prices, name);
  const pool = { type: name, zone, capacityType };
  const subnets = world.behaviour.addressShortage === "subnet" ? (info?.subnetIds ?? []) : [];
  const group = world.placementGroup?.id;
  const isOut =
    isUnavailable(world.unavailable, pool, subnets) ||
    (group !== undefined && isUnavailable(world.unavailable, { ...pool, placementGroup: group }, subnets));
  return {
    requirements: offeringRequirements({ capacityType, zone, info }, world.behaviour),
    price: price ?? 0,
    isPriceKnown: price !== undefined,
    available:
      one.isCompatible && !isOut && price !== undefined && type.zones.includes(zone) && !isShifted(world, info),
  };
}

function reservedOfferings(
  type: OfferedType,
  world: OfferingWorld,
  { zoneInfo, isCompatible }: { readonly zoneInfo: readonly ZoneInfo[]; readonly isCompatible: boolean },
): Offering[] {
  const name = type.info.InstanceType;
  const mine = (world.status.capacityReservations ?? []).filter((one) => one.instanceType === name);
  return mine.map((reservation) => {
    const zone = reservation.availabilityZone;
    const info = zoneInfo.find((one) => one.zone === zone);
    const price = onDemandPrice(world.prices, name);
    const left = world.reservationCounts.get(reservation.id) ?? 0;
    const isUsable =
      isHealthy(world, reservation, left) && type.zones.includes(zone) && reservation.state !== "expiring";
    return {
      requirements: offeringRequirements({ capacityType: "reserved", zone, info, reservation }, world.behaviour),
      price: price === undefined ? 0 : price / reservedDivisor,
      isPriceKnown: price !== undefined,
      available: isCompatible && isUsable && !isShifted(world, info),
      reservationCapacity: left,
    };
  });
}

/** Whether a reservation may be launched into, were there anything left; releases that do not tell these apart count a full one as ill. */
function isHealthy({ behaviour, unavailable }: OfferingWorld, reservation: ReservationStatus, left: number): boolean {
  if (behaviour.reservedFailures !== "told-apart") return left !== 0;
  const { id, instanceType: type, availabilityZone: zone } = reservation;
  return !isUnavailable(unavailable, { type, zone, capacityType: "reserved", reservation: id }, []);
}

function offeringRequirements(
  {
    capacityType,
    zone,
    info,
    reservation,
  }: {
    readonly capacityType: string;
    readonly zone: string;
    readonly info: ZoneInfo | undefined;
    readonly reservation?: ReservationStatus;
  },
  { hasInterruptibleReservations }: ProviderBehaviour,
): RequirementSpec[] {
  const held = (name: string, value: string | undefined): RequirementSpec =>
    value === undefined
      ? { key: awsKey(name), operator: "DoesNotExist" }
      : { key: awsKey(name), operator: "In", values: [value] };
  const specs: RequirementSpec[] = [
    { key: labelKeys.capacityType, operator: "In", values: [capacityType] },
    { key: labelKeys.zone, operator: "In", values: [zone] },
    held("capacity-reservation-id", reservation?.id),
    held("capacity-reservation-type", reservation === undefined ? undefined : (reservation.reservationType ?? "")),
  ];
  if (hasInterruptibleReservations) {
    const interruptible = reservation === undefined ? undefined : String(reservation.interruptible === true);
    specs.push(held("capacity-reservation-interruptible", interruptible));
  }
  if (info !== undefined) specs.push({ key: zoneIdKey, operator: "In", values: [info.zoneId] });
  return specs;
}

function isShifted(world: OfferingWorld, info: ZoneInfo | undefined): boolean {
  return world.behaviour.hasZonalShift && info !== undefined && world.shiftedZoneIds.has(info.zoneId);
}

function partitioned(offerings: Offering[], group: PlacementGroup | undefined): Offering[] {
  const partitions = partitionsOf(group);
  if (partitions.length === 0) return offerings;
  const key = awsKey("placement-group-partition");
  return offerings.flatMap((offering) =>
    partitions.map((partition) => ({
      ...offering,
      requirements: [...offering.requirements, { key, operator: "In", values: [partition] }],
    })),
  );
}
