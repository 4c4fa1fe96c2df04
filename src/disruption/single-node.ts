import { consolidation, isCommand } from "./consolidate.ts";
import { inOrder, type MethodContext, type MethodDecision, takingTurns } from "./methods.ts";
import { isEmptyNode } from "./predicates.ts";
import type { Candidate, Command, NoOp } from "./types.ts";
import { isStillValid } from "./validate.ts";

/**
 * Removes the first node that one cheaper node, or none, can replace; pools take turns (Karpenter's `singlenodeconsolidation.go`). The
 * real program stops after three minutes, this one after the input's number of simulations.
 */
export function singleNode(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const considered = takingTurns(inOrder(candidates, context.world.input.behaviour));
  const left = new Map<string, NoOp>();
  for (const candidate of considered) {
    const found = commandFor(candidate, context);
    if (found === undefined) return { considered, commands: [], left, isCut: true };
    if (isCommand(found)) {
      // A command that does not hold ends the method: what is seen now is no longer true.
      return { considered, commands: isStillValid(found, "singleNode", context) ? [found] : [], left };
    }
    left.set(candidate.node.name, found);
  }
  return { considered, commands: [], left };
}

/** Undefined when simulations are used up. */
function commandFor(candidate: Candidate, context: MethodContext): Command | NoOp | undefined {
  const { world, nowMs, budgets, balance, meter } = context;
  if ((budgets.get(candidate.pool.metadata.name) ?? 0) === 0) return { kind: "budget" };
  if (isEmptyNode(candidate, world.input.behaviour)) return { kind: "empty" };
  if (!balance.canApprove(candidate)) return { kind: "not-worth-it" };
  if (!meter.spend()) return undefined;
  const found = consolidation([candidate], world, nowMs);
  return isCommand(found) && !balance.approves(found) ? { kind: "not-worth-it" } : found;
}
