import type { PriceBook } from "./price-book.ts";
import type { Commitments } from "./commitments.ts";
import type { PricedNode } from "./types.ts";

/** What a one-year standard reservation without upfront payment saves, roughly; said among the assumptions. */
export const assumedReservedPercent = 37;

/** What reserved instances come to for a fleet, in USD per hour. Undefined where a price is not known. */
export interface ReservedUse {
  /** On-demand use at list price that they cover, that of capacity reservations included. */
  readonly coveredUsdPerHour: number | undefined;
  /** Paid for them, used or not. */
  readonly paidUsdPerHour: number | undefined;
  /** Part of what is paid that covers nothing. */
  readonly idleUsdPerHour: number | undefined;
}

type Machine = Pick<PricedNode, "instanceType" | "capacityType">;

/** Without any. */
const none: ReservedUse = { coveredUsdPerHour: 0, paidUsdPerHour: 0, idleUsdPerHour: 0 };

/**
 * Regional reserved instances of Linux cover on-demand use of their family in any size, by AWS's normalisation factors; those of
 * accelerated and high-memory families cover their own size only.
 */
export function reservedUse(nodes: readonly Machine[], options: Commitments, book: PriceBook | undefined): ReservedUse {
  const reserved = options.reservedInstances ?? [];
  if (reserved.length === 0) return none;
  const rate = 1 - (options.reservedDiscountPercent ?? assumedReservedPercent) / 100;
  const pools = new Map<string, { units: number; listUsd: number | undefined }>();
  for (const { instanceType, count } of reserved) {
    const price = book?.onDemandUsdPerHour.get(instanceType);
    const pool = pools.get(poolOf(instanceType)) ?? { units: 0, listUsd: 0 };
    pools.set(poolOf(instanceType), {
      units: pool.units + count * unitsOf(instanceType),
      listUsd: pool.listUsd === undefined || price === undefined ? undefined : pool.listUsd + count * price,
    });
  }
  const used = usedUnits(nodes);
  let [covered, paid, idle] = [0, 0, 0];
  for (const [name, { units, listUsd }] of pools) {
    if (listUsd === undefined)
      return { coveredUsdPerHour: undefined, paidUsdPerHour: undefined, idleUsdPerHour: undefined };
    const share = units === 0 ? 0 : Math.min(units, used.get(name) ?? 0) / units;
    covered += listUsd * share;
    paid += listUsd * rate;
    idle += listUsd * rate * (1 - share);
  }
  return { coveredUsdPerHour: covered, paidUsdPerHour: paid, idleUsdPerHour: idle };
}

function usedUnits(nodes: readonly Machine[]): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const { instanceType, capacityType } of nodes) {
    if (instanceType === undefined || capacityType === "spot") continue;
    const pool = poolOf(instanceType);
    used.set(pool, (used.get(pool) ?? 0) + unitsOf(instanceType));
  }
  return used;
}

// AWS gives no size flexibility to accelerated, HPC and U families; bare metal is held to its own size here too.
const isSizeBound = /^(gr?\d|p\d|inf|trn|hpc|dl|f\d|vt|u-|u7)/;

function poolOf(instanceType: string): string {
  const [family = instanceType, size = ""] = instanceType.split(".");
  return isSizeBound.test(family) || size.startsWith("metal") ? instanceType : family;
}

const smallUnits: Readonly<Record<string, number>> = {
  nano: 0.25,
  micro: 0.5,
  small: 1,
  medium: 2,
  large: 4,
  xlarge: 8,
};

/** AWS's normalisation factor of a size; 1 where the type only covers itself. */
function unitsOf(instanceType: string): number {
  const size = instanceType.split(".")[1] ?? "";
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  return times === undefined ? (smallUnits[size] ?? 1) : Number(times) * 8;
}
