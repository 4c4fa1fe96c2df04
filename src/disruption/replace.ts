// Mirrors pkg/controllers/disruption/consolidation.go of karpenter v1.14.1.
import { simulateWithout } from "../scheduling/pass/solve.ts";
import type { MethodContext } from "./methods.ts";
import { reservationHeldBy } from "./static-pools.ts";
import type { Candidate, Command } from "./types.ts";

/** How a node that must go is replaced. */
export interface Replacing {
  /** The gate that lets it go before its replacement is there. */
  readonly gate: "TerminateFirstDrift" | "TerminateFirstRepair";
  /** Pods that cannot be evicted now need a place too. */
  readonly includesBlockedPods?: boolean;
}

/**
 * What replaces one node whose pods all find a place, whatever it costs; undefined when they do not.
 *
 * A node in a reservation may be the only place for its pods: there is no machine for them until it has gone. With the gate on, the pass
 * is made again as if its machine were free and no other capacity would do (Karpenter's `SimulateSchedulingWithReservedFallback`, v1.15);
 * if all pods are placed then, the node goes first.
 */
export function replacementOf(
  candidate: Candidate,
  { world, nowMs }: MethodContext,
  { gate, includesBlockedPods = false }: Replacing,
): Command | { readonly error: string } | undefined {
  const removal = { nodes: [candidate.node], nowMs, enforceConsolidateAfter: false, includesBlockedPods };
  const first = simulateWithout(world.scheduling, removal);
  if (first.error !== undefined) return { error: first.error };
  const candidates = [candidate];
  if (first.allNonPendingPodsScheduled === true) {
    const replacements = first.launches.map((launch) => ({ launch, options: launch.options }));
    return { candidates, replacements, existing: first.existing };
  }
  const { behaviour, options } = world.input;
  const credit = reservationHeldBy(candidate, world);
  if (!behaviour.canTerminateFirst || options.featureGates?.[gate] !== true || credit === undefined) return undefined;
  const { allNonPendingPodsScheduled, existing } = simulateWithout(world.scheduling, { ...removal, credit });
  return allNonPendingPodsScheduled === true
    ? { candidates, replacements: [], existing, isTerminateFirst: true }
    : undefined;
}
