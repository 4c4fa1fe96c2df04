// Mirrors pkg/controllers/disruption/staticdrift.go of karpenter v1.14.1.
import { labelKeys } from "../karpenter/labels.ts";
import { compatible } from "../karpenter/requirements.ts";
import { templateRequirements } from "../karpenter/template-basis.ts";
import { isConditionTrue } from "../kube/conditions.ts";
import { nanoOf } from "../scheduling/amounts.ts";
import type { Candidate } from "./types.ts";
import type { DisruptionWorld } from "./world.ts";

/** What a pool with a fixed number of nodes allows its drifted or ill ones (Karpenter's `NodePoolState` and `staticdrift.go`). */
export interface StaticPool {
  /** More nodes are there than it wants: they are taken away first. */
  readonly isShrinking: boolean;
  /** Nodes that may still be started beside those there. */
  readonly room: number;
  /** A node that goes will be replaced afterwards: the pool is ready and stays. */
  readonly isRefilled: boolean;
}

/** Reads a static pool as it stands. */
export function staticPool({ pool }: Candidate, world: DisruptionWorld): StaticPool {
  const { active, deleting } = claimCounts(pool.metadata.name, world);
  return {
    isShrinking: active > (pool.spec.replicas ?? 0),
    room: Math.max(0, nodeLimit(pool.spec.limits?.["nodes"]) - active - deleting),
    isRefilled: isConditionTrue(pool, "Ready") && pool.metadata.deletionTimestamp === undefined,
  };
}

/**
 * Reservations that alone could hold another node of the pool, and have no machine left (`staticReservations`, v1.15); undefined when
 * something else is offered, or one of them still has some. Those that are unhealthy besides are left out.
 */
export function fullReservationsOf({ pool }: Candidate, world: DisruptionWorld): ReadonlySet<string> | undefined {
  const { family } = world.scheduling;
  const wanted = templateRequirements(pool, family);
  const offered = new Set<string>();
  for (const type of world.typesByPool.get(pool.metadata.name)?.values() ?? []) {
    if (!compatible(wanted, type.requirements, family.wellKnown)) continue;
    for (const offering of type.offerings) {
      if (!compatible(wanted, offering.requirements, family.wellKnown)) continue;
      if (!offering.isReserved || offering.launchable) return undefined;
      if (offering.available) offered.add(offering.reservationId);
    }
  }
  return offered;
}

/** Whether the candidate's going gives a machine back to one of some reservations. */
export function holdsOneOf(candidate: Candidate, reservations: ReadonlySet<string>, world: DisruptionWorld): boolean {
  return reservations.has(reservationHeldBy(candidate, world) ?? "");
}

/** The reservation a candidate runs in; undefined for one that was not reserved. */
export function reservationHeldBy(
  { capacityType, node }: Candidate,
  { scheduling: { family } }: DisruptionWorld,
): string | undefined {
  const id = node.labels[family.reservationId] ?? "";
  return capacityType === "reserved" && id !== "" ? id : undefined;
}

/** Infinite when the pool has no limit. */
function nodeLimit(limit: string | number | undefined): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  const nano = nanoOf(limit);
  return Number(nano / 1_000_000_000n) + (nano % 1_000_000_000n > 0n ? 1 : 0);
}

function claimCounts(pool: string, { input, scheduling }: DisruptionWorld) {
  const going = new Set<string>();
  for (const { claim, isDeleting } of scheduling.state.nodes)
    if (claim !== undefined && isDeleting) going.add(claim.metadata.name);
  const own = (input.objects.nodeclaims ?? []).filter(({ metadata }) => metadata.labels?.[labelKeys.nodePool] === pool);
  const deleting = own.filter(({ metadata }) => going.has(metadata.name)).length;
  return { active: own.length - deleting, deleting };
}
