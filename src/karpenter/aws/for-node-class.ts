// Mirrors pkg/providers/instancetype/instancetype.go of karpenter-provider-aws v1.14.1.
import type { Ec2NodeClass } from "../api.ts";
import type { ProviderBehaviour } from "../behaviour.ts";
import type { InstanceType } from "../instance-type.ts";
import type { Computed } from "./capacity.ts";
import { listInstanceTypes, type ProviderWorld } from "./instance-types.ts";
import { nodeClassStatus } from "./node-class.ts";
import type { PriceState } from "./pricing.ts";
import type { ProviderSettings } from "./settings.ts";
import { type Catalogue, type CatalogueType, isEligible } from "./type-info.ts";
import type { UnavailableOfferings } from "./unavailable.ts";

/** Prices as a price book holds them: USD per hour, spot by type and zone. */
export interface PriceTable {
  readonly onDemandUsdPerHour: ReadonlyMap<string, number>;
  readonly spotUsdPerHour: ReadonlyMap<string, ReadonlyMap<string, { readonly usual: number }>>;
}

/** What is at hand about a cluster when its instance types are asked for. */
export interface InstanceTypesInput {
  readonly behaviour: ProviderBehaviour;
  readonly catalogue: Catalogue;
  readonly region: string;
  readonly nodeClass: Ec2NodeClass;
  /** What the selectors would find, for a NodeClass that has no status yet. */
  readonly subnets?: readonly { readonly id: string; readonly zone: string; readonly zoneID?: string }[];
  readonly prices: PriceTable;
  readonly unavailable?: UnavailableOfferings;
  readonly settings?: Partial<ProviderSettings>;
  readonly reservationCounts?: ReadonlyMap<string, number>;
  readonly discoveredMemory?: ReadonlyMap<string, string>;
}

/**
 * `InstanceType[]` for `solve`, from the catalogue, an EC2NodeClass and prices.
 *
 * A type without a known price stays in the list with `isPriceKnown` false and is unavailable, as in Karpenter.
 */
export function instanceTypesFor(input: InstanceTypesInput): Computed<InstanceType[]> {
  return listInstanceTypes(providerWorldFor(input));
}

/** The same facts as the provider reads them: what a launch needs. */
export function providerWorldFor(input: InstanceTypesInput): ProviderWorld {
  const nodeClass = withSubnets(input);
  const zonesOf = soldIn(input, nodeClassStatus(nodeClass).subnets?.map((subnet) => subnet.zone) ?? []);
  return {
    behaviour: input.behaviour,
    region: input.region,
    nodeClass,
    types: offeredTypes(input.catalogue, zonesOf),
    zonesOf,
    prices: priceState(input.prices),
    ...(input.settings === undefined ? {} : { settings: input.settings }),
    ...(input.unavailable === undefined ? {} : { unavailable: input.unavailable }),
    ...(input.reservationCounts === undefined ? {} : { reservationCounts: input.reservationCounts }),
    ...(input.discoveredMemory === undefined ? {} : { discoveredMemory: input.discoveredMemory }),
  };
}

function withSubnets(input: InstanceTypesInput): Ec2NodeClass {
  const { nodeClass, subnets } = input;
  const hasOwn = (nodeClassStatus(nodeClass).subnets ?? []).length > 0;
  if (hasOwn || subnets === undefined) return nodeClass;
  const rows = subnets.map((one) => ({
    id: one.id,
    zone: one.zone,
    ...(one.zoneID === undefined ? {} : { zoneID: one.zoneID }),
  }));
  return { ...nodeClass, status: { ...nodeClass.status, subnets: rows } };
}

/** Zones that sell a type. A zone that the catalogue has never heard of is taken to sell everything. */
function soldIn(input: InstanceTypesInput, subnetZones: readonly string[]): (type: string) => readonly string[] {
  const known = input.catalogue.zones.get(input.region);
  const all = Array.from(new Set(subnetZones));
  if (known === undefined) return () => all;
  const heardOf = new Set(Array.from(known.values()).flat());
  const strange = all.filter((zone) => !heardOf.has(zone));
  return (type) => {
    const zones = known.get(type) ?? [];
    return strange.length === 0 ? zones : [...zones, ...strange];
  };
}

function offeredTypes(catalogue: Catalogue, zonesOf: (type: string) => readonly string[]): readonly CatalogueType[] {
  return Array.from(catalogue.types.values()).filter((type) => isEligible(type.info) && zonesOf(type.name).length > 0);
}

function priceState(table: PriceTable): PriceState {
  const spot = Array.from(table.spotUsdPerHour, ([type, zones]) => {
    const byZone = new Map(Array.from(zones, ([zone, price]) => [zone, price.usual]));
    return [type, { fallback: 0, byZone }] as const;
  });
  return { onDemand: table.onDemandUsdPerHour, spot: new Map(spot), isSpotRefreshed: true };
}
