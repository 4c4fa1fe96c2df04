// Mirrors pkg/providers/subnet/subnet.go of karpenter-provider-aws v1.14.1.
import { ceilToUnit } from "../../kube/quantity.ts";
import type { Requirements } from "../requirements.ts";
import { requirementIn } from "../requirement.ts";
import { labelKeys } from "../labels.ts";
import { hasAvailable, type LaunchType } from "./launch-type.ts";
import type { NodeClassStatus } from "./node-class.ts";

/** Free addresses as the provider knows them: what EC2 said last, and what launches since then are expected to have taken. */
export interface AddressBook {
  readonly cached: Map<string, number>;
  readonly inFlight: Map<string, number>;
}

/** The subnet of one zone in one launch. */
export interface ZonalSubnet {
  readonly id: string;
  readonly zone: string;
  /** As cached when it was chosen. */
  readonly free: number;
}

/** The subnet with most free addresses in each zone, the first of equals; takes the expected addresses off the book. */
export function chooseSubnets(
  status: NodeClassStatus,
  book: AddressBook,
  launch: { readonly types: readonly LaunchType[]; readonly capacityType: string },
): ReadonlyMap<string, ZonalSubnet> {
  const chosen = new Map<string, ZonalSubnet>();
  for (const subnet of status.subnets ?? []) {
    const free = book.cached.get(subnet.id) ?? 0;
    const before = chosen.get(subnet.zone);
    if (before !== undefined) {
      const known = book.inFlight.get(before.id) ?? before.free;
      if (known >= (book.inFlight.get(subnet.id) ?? free)) continue;
    }
    chosen.set(subnet.zone, { id: subnet.id, zone: subnet.zone, free });
  }
  for (const subnet of chosen.values()) {
    const left = book.inFlight.get(subnet.id) ?? subnet.free;
    book.inFlight.set(subnet.id, left - smallestPods(launch.types, launch.capacityType, subnet.zone));
  }
  return chosen;
}

/** Gives back what was expected of subnets that the fleet did not take, unless EC2 was asked again meanwhile. */
export function releaseSubnets(
  book: AddressBook,
  chosen: ReadonlyMap<string, ZonalSubnet>,
  launch: {
    readonly types: readonly LaunchType[];
    readonly capacityType: string;
    /** Subnets of the request. */
    readonly asked: ReadonlySet<string>;
    /** The subnet of the instance, if there is one. */
    readonly taken: string | undefined;
  },
): void {
  for (const subnet of chosen.values()) {
    if (!launch.asked.has(subnet.id) || subnet.id === launch.taken) continue;
    const left = book.inFlight.get(subnet.id);
    if (left === undefined || book.cached.get(subnet.id) !== subnet.free) continue;
    book.inFlight.set(subnet.id, left + smallestPods(launch.types, launch.capacityType, subnet.zone));
  }
}

/** A subnet that ran out is the last choice from now on. */
export function markSubnetFull(book: AddressBook, id: string): void {
  book.cached.set(id, 0);
  book.inFlight.delete(id);
}

function smallestPods(types: readonly LaunchType[], capacityType: string, zone: string): number {
  const demand: Requirements = new Map([
    [labelKeys.capacityType, requirementIn(labelKeys.capacityType, [capacityType])],
    [labelKeys.zone, requirementIn(labelKeys.zone, [zone])],
  ]);
  const pods = types
    .filter((type) => hasAvailable(type, demand))
    .map((type) => Number(ceilToUnit(type.capacity.get("pods") ?? 0n)));
  return pods.length === 0 ? 0 : Math.min(...pods);
}
