import { goSort } from "../kube/go-sort.ts";
import { nanoOf } from "../scheduling/amounts.ts";
import { conditionOf } from "../kube/conditions.ts";
import { simulateWithout } from "../scheduling/pass/solve.ts";
import { labelKeys } from "../karpenter/labels.ts";
import type { MethodContext, MethodDecision } from "./methods.ts";
import type { Candidate } from "./types.ts";
import { byPoolName, type DisruptionWorld } from "./world.ts";

/**
 * Replaces the node that drifted first, those without pods before all others; as many new nodes as its pods need, at any price
 * (Karpenter's `drift.go`). One command a pass.
 */
export function drift(candidates: readonly Candidate[], { world, nowMs, budgets }: MethodContext): MethodDecision {
  const considered = [...candidates];
  goSort(considered, (a, b) => driftedAtMs(a) < driftedAtMs(b));
  const isBare = ({ reschedulablePods }: Candidate): boolean => reschedulablePods.length === 0;
  for (const candidate of [...considered.filter(isBare), ...considered.filter((one) => !isBare(one))]) {
    if ((budgets.get(candidate.pool.metadata.name) ?? 0) === 0) continue;
    const { error, allNonPendingPodsScheduled, launches, existing } = simulateWithout(world.scheduling, {
      nodes: [candidate.node],
      nowMs,
      enforceConsolidateAfter: false,
    });
    if (error !== undefined) return { considered, commands: [], error };
    if (allNonPendingPodsScheduled !== true) continue;
    const replacements = launches.map((launch) => ({ launch, options: launch.options }));
    return { considered, commands: [{ candidates: [candidate], replacements, existing }] };
  }
  return { considered, commands: [] };
}

/** A time that is not there is before all others, as Go's zero time is. */
function driftedAtMs({ node }: Candidate): number {
  const drifted = node.claim === undefined ? undefined : conditionOf(node.claim, "Drifted");
  const ms = Date.parse(drifted?.lastTransitionTime ?? "");
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

/** Replaces drifted nodes of static pools one for one, as many as budget and node limit allow (Karpenter's `staticdrift.go`). */
export function staticDrift(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const { world, budgets } = context;
  const pools = [...byPoolName(candidates)].sort(([a], [b]) => (a < b ? -1 : 1));
  const commands = pools.flatMap(([name, group]) => {
    const [first] = group;
    const budget = budgets.get(name) ?? 0;
    if (first === undefined || budget === 0) return [];
    const { active, deleting } = claimCounts(name, world);
    if (active > (first.pool.spec.replicas ?? 0)) return [];
    const room = nodeLimit(first) - active - deleting;
    const count = Math.max(0, Math.min(budget, group.length, room));
    return group.slice(0, count).map((replaces) => ({ replaces }));
  });
  return { considered: candidates, commands };
}

/** The pool's limit of nodes; infinite when it has none. */
function nodeLimit({ pool }: Candidate): number {
  const limit = pool.spec.limits?.["nodes"];
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
