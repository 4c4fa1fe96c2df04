// Mirrors pkg/providers/instancetype/instancetype.go of karpenter-provider-aws v1.14.1.
import type { Ec2NodeClass } from "../api.ts";
import type { ProviderBehaviour } from "../behaviour.ts";
import type { InstanceType, RequirementSpec } from "../instance-type.ts";
import { labelKeys } from "../labels.ts";
import type { Computed } from "./capacity.ts";
import { knownTo, specOf, nodeClassStatus } from "./node-class.ts";
import { type OfferingWorld, offeringsOf } from "./offerings.ts";
import { partitionsOf, type PlacementGroup } from "./placement-group.ts";
import type { PriceState } from "./pricing.ts";
import { resolveType } from "./resolve.ts";
import { defaultSettings, type ProviderSettings } from "./settings.ts";
import type { CatalogueType } from "./type-info.ts";
import { awsKey } from "./type-requirements.ts";
import { nothingUnavailable, type UnavailableOfferings } from "./unavailable.ts";

/** Everything the AWS provider reads to list its instance types for one NodeClass. */
export interface ProviderWorld {
  readonly behaviour: ProviderBehaviour;
  readonly region: string;
  readonly nodeClass: Ec2NodeClass;
  readonly types: readonly CatalogueType[];
  /** Zones that sell a type; a type it does not answer is sold nowhere. */
  readonly zonesOf: (type: string) => readonly string[];
  readonly prices: PriceState;
  readonly settings?: Partial<ProviderSettings>;
  readonly unavailable?: UnavailableOfferings;
  readonly shiftedZoneIds?: ReadonlySet<string>;
  readonly reservationCounts?: ReadonlyMap<string, number>;
  readonly placementGroup?: PlacementGroup | undefined;
  /** Memory that real nodes of a type were seen to have; it replaces the estimate in the capacity, not in the overhead. */
  readonly discoveredMemory?: ReadonlyMap<string, string>;
}

/**
 * The list that Karpenter's scheduler and launch start from, in the order of type names (`Provider.List`). Fails like the real one when
 * the NodeClass found no subnets, and where the real one would crash.
 */
export function listInstanceTypes(world: ProviderWorld): Computed<InstanceType[]> {
  const { behaviour } = world;
  const spec = knownTo(behaviour, specOf(world.nodeClass));
  const status = nodeClassStatus(world.nodeClass);
  const settings = { ...defaultSettings, ...world.settings };
  if ((status.subnets ?? []).length === 0) return { ok: false, reason: "no subnets found" };
  const group = spec.placementGroupSelector === undefined ? undefined : world.placementGroup;
  const offered: OfferingWorld = {
    behaviour,
    spec,
    status,
    prices: world.prices,
    unavailable: world.unavailable ?? nothingUnavailable,
    zones: regionZones(world),
    shiftedZoneIds: world.shiftedZoneIds ?? new Set(),
    reservationCounts: world.reservationCounts ?? new Map(),
    hasReservedCapacity: settings.hasReservedCapacity,
    placementGroup: group,
  };
  const list: InstanceType[] = [];
  for (const type of world.types.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const zones = world.zonesOf(type.name);
    const resolved = resolveType(type, { region: world.region, behaviour, zones, spec, status, settings });
    if (!resolved.ok) return resolved;
    const it = resolved.value;
    const offerings = offeringsOf(
      {
        info: type.info,
        zones: valuesOf(it.requirements, labelKeys.zone),
        capacityTypes: valuesOf(it.requirements, labelKeys.capacityType),
      },
      offered,
    );
    const memory = world.discoveredMemory?.get(type.name);
    list.push({
      ...it,
      requirements: [...it.requirements, ...groupRequirements(group)],
      capacity: memory === undefined ? it.capacity : { ...it.capacity, memory },
      offerings,
    });
  }
  return { ok: true, value: list };
}

/** Values of an `In` requirement of a type; empty for a label it has not. */
function valuesOf(requirements: readonly RequirementSpec[], key: string): readonly string[] {
  return requirements.find((one) => one.key === key)?.values ?? [];
}

function regionZones(world: ProviderWorld): readonly string[] {
  return Array.from(new Set(world.types.flatMap((type) => world.zonesOf(type.name)))).sort();
}

function groupRequirements(group: PlacementGroup | undefined): RequirementSpec[] {
  if (group === undefined) return [];
  const partitions = partitionsOf(group);
  const specs: RequirementSpec[] = [{ key: awsKey("placement-group-id"), operator: "In", values: [group.id] }];
  if (partitions.length > 0) {
    specs.push({ key: awsKey("placement-group-partition"), operator: "In", values: partitions });
  }
  return specs;
}
