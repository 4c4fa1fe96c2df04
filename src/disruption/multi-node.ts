import { spend } from "./budgets.ts";
import { consolidation, isCommand, withoutSameType } from "./consolidate.ts";
import { inOrder, type MethodContext, type MethodDecision } from "./methods.ts";
import { isEmptyNode } from "./predicates.ts";
import type { Candidate, Command } from "./types.ts";
import { isStillValid } from "./validate.ts";

/** A batch of more would take too long; it is found by halving, so that the last one tried may have one node more. */
const maxBatch = 100;

/**
 * Removes as many of the most rewarding nodes at once as one cheaper node, or none, can replace (Karpenter's `multinodeconsolidation.go`).
 * The real program stops after a minute, this one after the input's number of simulations; what was found until then stands.
 */
export function multiNode(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const considered = inOrder(candidates, context.world.input.behaviour);
  const { behaviour } = context.world.input;
  // Empty nodes are passed over and use no budget; from v1.14 on there is none among them.
  const disruptable = considered.filter(
    (candidate) => !isEmptyNode(candidate, behaviour) && spend(context.budgets, candidate.pool.metadata.name),
  );
  const found = largestBatch(disruptable, context);
  if ("error" in found) return { considered, commands: [], error: found.error };
  const { command, isCut } = found;
  const commands = command !== undefined && isStillValid(command, "multiNode", context) ? [command] : [];
  return { considered, commands, isCut };
}

/** Halving: a batch that works is tried larger, one that does not smaller. Whether larger ones work is not a matter of size alone. */
function largestBatch(
  candidates: readonly Candidate[],
  context: MethodContext,
): { readonly command: Command | undefined; readonly isCut: boolean } | { readonly error: string } {
  let command: Command | undefined;
  let least = 1;
  let most = candidates.length <= maxBatch ? candidates.length - 1 : maxBatch;
  while (least <= most) {
    if (!context.meter.spend()) return { command, isCut: true };
    const middle = Math.floor((least + most) / 2);
    const found = consolidation(candidates.slice(0, middle + 1), context.world, context.nowMs);
    if (!isCommand(found) && found.kind === "failed") return { error: found.error };
    const valid = isCommand(found) ? withoutSameType(found, context.world) : found;
    if (isCommand(valid) && context.balance.approves(valid)) {
      command = valid;
      least = middle + 1;
    } else most = middle - 1;
  }
  return { command, isCut: false };
}
