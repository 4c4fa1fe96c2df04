// Mirrors pkg/providers/instance/instance.go of karpenter-provider-aws v1.14.1.
import type { RequirementSpec } from "../instance-type.ts";
import type { InstanceType, Offering } from "../instance-type.ts";
import { awsLabels, labelKeys } from "../labels.ts";
import { compatible, fromSpecs, type Requirements, requirementOf } from "../requirements.ts";
import { anyValue, hasValue, requirementIn } from "../requirement.ts";
import { goSort } from "../../kube/go-sort.ts";
import { merge, parseResources, type ResourceList, subtract } from "../../kube/resource-list.ts";
import type { ResourceTexts } from "../../kube/objects.ts";

/** An offering made ready for the launch: its requirements parsed, its labels at hand. */
export interface LaunchOffering {
  readonly price: number;
  readonly available: boolean;
  /** Available, and not a reservation that has nothing left. */
  readonly launchable: boolean;
  readonly reservationCapacity: number;
  readonly requirements: Requirements;
  readonly zone: string;
  readonly capacityType: string;
  readonly reservationId: string;
  /** Empty for what is not reserved. */
  readonly reservationType: string;
  readonly isInterruptible: boolean;
}

/** An instance type made ready for the launch. Filters replace its offerings. */
export interface LaunchType {
  readonly name: string;
  readonly requirements: Requirements;
  readonly specs: readonly RequirementSpec[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly offerings: readonly LaunchOffering[];
}

/** The list of the provider as a launch reads it. */
export function launchTypes(types: readonly InstanceType[]): LaunchType[] {
  return types.map((type) => ({
    name: type.name,
    requirements: fromSpecs(type.requirements, awsLabels),
    specs: type.requirements,
    capacity: amountsOf(type.capacity),
    allocatable: launchAllocatable(type),
    offerings: type.offerings.map(launchOffering),
  }));
}

/** Capacity less what the system keeps. */
export function launchAllocatable(type: Omit<InstanceType, "offerings">): ResourceList {
  const { kubeReserved, systemReserved, evictionThreshold } = type.overhead ?? {};
  const kept = merge(amountsOf(kubeReserved), amountsOf(systemReserved), amountsOf(evictionThreshold));
  return subtract(amountsOf(type.capacity), kept);
}

/** Quantities that the provider itself made; what cannot be read counts as nothing. */
function amountsOf(texts: ResourceTexts | undefined): ResourceList {
  const parsed = parseResources(texts);
  return parsed.ok ? parsed.value : new Map();
}

function launchOffering(offering: Offering): LaunchOffering {
  const requirements = fromSpecs(offering.requirements, awsLabels);
  const value = (key: string): string => anyValue(requirementOf(requirements, key));
  const prefix = "karpenter.k8s.aws/capacity-reservation-";
  const left = offering.reservationCapacity ?? 0;
  const isReserved = hasValue(requirementOf(requirements, labelKeys.capacityType), "reserved");
  return {
    price: offering.price,
    available: offering.available,
    launchable: offering.available && (!isReserved || left > 0),
    reservationCapacity: left,
    requirements,
    zone: value(labelKeys.zone),
    capacityType: value(labelKeys.capacityType),
    reservationId: value(`${prefix}id`),
    reservationType: value(`${prefix}type`),
    isInterruptible: value(`${prefix}interruptible`) === "true",
  };
}

/**
 * Offerings that can be launched now and that the demand admits, in their order. Releases before v1.15 ask for availability only, which is
 * the same there: a full reservation is not available.
 */
export function usable(type: LaunchType, demand: Requirements): LaunchOffering[] {
  return type.offerings.filter((one) => one.launchable && admits(demand, one));
}

/** Whether anything that the demand admits is in good health, launchable or not. */
export function hasAvailable(type: LaunchType, demand: Requirements): boolean {
  return type.offerings.some((one) => one.available && admits(demand, one));
}

/** Whether a demand and an offering go together; labels the demand does not name do not matter. */
function admits(demand: Requirements, offering: LaunchOffering): boolean {
  return compatible(demand, offering.requirements, awsLabels.wellKnown);
}

/** Whether a demand leaves a capacity type open. One that says nothing leaves all open. */
export function admitsCapacityType(demand: Requirements, capacityType: string): boolean {
  return hasValue(requirementOf(demand, labelKeys.capacityType), capacityType);
}

/** The demand with its capacity type replaced. */
export function withCapacityType(demand: Requirements, capacityType: string): Requirements {
  return new Map([...demand, [labelKeys.capacityType, requirementIn(labelKeys.capacityType, [capacityType])]]);
}

/** Cheapest first by Go's unstable sort: ties end where the real program leaves them. */
export function launchTypesByPrice(types: readonly LaunchType[], demand: Requirements): LaunchType[] {
  const priced = types.map((type) => {
    const prices = usable(type, demand).map((offering) => offering.price);
    return { type, price: prices.length === 0 ? Number.MAX_VALUE : Math.min(...prices) };
  });
  goSort(priced, (a, b) => a.price < b.price);
  return priced.map(({ type }) => type);
}
