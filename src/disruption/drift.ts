import { goSort } from "../kube/go-sort.ts";
import { conditionOf } from "../kube/conditions.ts";
import type { MethodContext, MethodDecision, StaticReplacement } from "./methods.ts";
import { replacementOf } from "./replace.ts";
import { fullReservationsOf, holdsOneOf, staticPool } from "./static-pools.ts";
import type { Candidate } from "./types.ts";
import { byPoolName } from "./world.ts";

/**
 * Replaces the node that drifted first, those without pods before all others; as many new nodes as its pods need, at any price
 * (Karpenter's `drift.go`). One command a pass.
 */
export function drift(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const considered = [...candidates];
  goSort(considered, (a, b) => driftedAtMs(a) < driftedAtMs(b));
  const isBare = ({ reschedulablePods }: Candidate): boolean => reschedulablePods.length === 0;
  for (const candidate of [...considered.filter(isBare), ...considered.filter((one) => !isBare(one))]) {
    if ((context.budgets.get(candidate.pool.metadata.name) ?? 0) === 0) continue;
    const found = replacementOf(candidate, context, { gate: "TerminateFirstDrift" });
    if (found === undefined) continue;
    if ("error" in found) return { considered, commands: [], error: found.error };
    return { considered, commands: [found] };
  }
  return { considered, commands: [] };
}

/** A time that is not there is before all others, as Go's zero time is. */
function driftedAtMs({ node }: Candidate): number {
  const drifted = node.claim === undefined ? undefined : conditionOf(node.claim, "Drifted");
  const ms = Date.parse(drifted?.lastTransitionTime ?? "");
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

/**
 * Replaces drifted nodes of static pools one for one, as many as budget and node limit allow (Karpenter's `staticdrift.go`). With the gate
 * TerminateFirstDrift, nodes that leave no room for another go before it is started.
 */
export function staticDrift(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const pools = [...byPoolName(candidates)].sort(([a], [b]) => (a < b ? -1 : 1));
  const commands = pools.flatMap(([name, group]) => ofPool(group, context.budgets.get(name) ?? 0, context));
  return { considered: candidates, commands };
}

function ofPool(group: readonly Candidate[], budget: number, { world }: MethodContext): readonly StaticReplacement[] {
  const [first] = group;
  if (first === undefined || budget === 0) return [];
  const { isShrinking, room, isRefilled } = staticPool(first, world);
  if (isShrinking) return [];
  const count = Math.min(budget, group.length);
  const { behaviour, options } = world.input;
  const goesFirst = behaviour.canTerminateFirst && options.featureGates?.["TerminateFirstDrift"] === true;
  const full = goesFirst ? fullReservationsOf(first, world) : undefined;
  const leaving = (those: readonly Candidate[]): readonly StaticReplacement[] =>
    goesFirst && isRefilled ? those.map((replaces) => ({ replaces, isTerminateFirst: true })) : [];
  if (full !== undefined) {
    const holders = group.filter((one) => holdsOneOf(one, full, world));
    return leaving(holders.slice(0, count));
  }
  if (room === 0) return leaving(group.slice(0, count));
  return group.slice(0, Math.min(count, room)).map((replaces) => ({ replaces }));
}
