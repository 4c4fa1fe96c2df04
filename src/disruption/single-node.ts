import { consolidation, isCommand } from "./consolidate.ts";
import { bySavings, type MethodContext, type MethodDecision, takingTurns } from "./methods.ts";
import type { Candidate } from "./types.ts";
import { isStillValid } from "./validate.ts";

/**
 * Removes the first node that one cheaper node, or none, can replace; pools take turns (Karpenter's `singlenodeconsolidation.go`). The
 * real program stops after three minutes; this one looks until it is done.
 */
export function singleNode(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const { world, nowMs, budgets, balance } = context;
  const considered = takingTurns(bySavings(candidates));
  for (const candidate of considered) {
    if ((budgets.get(candidate.pool.metadata.name) ?? 0) === 0 || !balance.canApprove(candidate)) continue;
    const found = consolidation([candidate], world, nowMs);
    if (!isCommand(found) || !balance.approves(found)) continue;
    // A command that does not hold ends the method: what is seen now is no longer true.
    return { considered, commands: isStillValid(found, "singleNode", context) ? [found] : [] };
  }
  return { considered, commands: [] };
}
