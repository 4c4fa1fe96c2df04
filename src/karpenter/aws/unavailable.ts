/**
 * What EC2 refused lately (karpenter-provider-aws, `pkg/cache/unavailableofferings.go`). An entry lives three minutes; whoever
 * keeps this value drops what is older.
 */
export interface UnavailableOfferings {
  /** Keys made by `poolKey`. */
  readonly pools: ReadonlySet<string>;
  readonly capacityTypes: ReadonlySet<string>;
  readonly subnets: ReadonlySet<string>;
  /** Whole zones, as releases before v1.13 noted them when a subnet ran out of addresses. */
  readonly zones: ReadonlySet<string>;
}

/** Nothing refused. */
export const nothingUnavailable: UnavailableOfferings = {
  pools: new Set(),
  capacityTypes: new Set(),
  subnets: new Set(),
  zones: new Set(),
};

/** One capacity pool, inside a placement group and its partition or of one reservation where there is one. */
export interface CapacityPool {
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly placementGroup?: string | undefined;
  readonly partition?: string | undefined;
  readonly reservation?: string | undefined;
}

/** The key of the provider's cache: `spot:m5.large:us-east-1a[:group[:partition]]`, or with a reservation's id at its end. */
export function poolKey(pool: CapacityPool): string {
  if (pool.reservation !== undefined) return [pool.capacityType, pool.type, pool.zone, pool.reservation].join(":");
  const scope = [pool.placementGroup, pool.placementGroup === undefined ? undefined : pool.partition];
  return [pool.capacityType, pool.type, pool.zone, ...scope.filter((part) => part !== undefined && part !== "")].join(
    ":",
  );
}

/** A zone is out only when every subnet there is; no subnets is no reason. */
export function isUnavailable(
  unavailable: UnavailableOfferings,
  pool: CapacityPool,
  subnetIds: readonly string[],
): boolean {
  return (
    unavailable.pools.has(poolKey(pool)) ||
    unavailable.capacityTypes.has(pool.capacityType) ||
    unavailable.zones.has(pool.zone) ||
    (subnetIds.length > 0 && subnetIds.every((id) => unavailable.subnets.has(id)))
  );
}
