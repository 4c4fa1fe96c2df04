import { spend } from "./budgets.ts";
import { inOrder, type MethodContext, type MethodDecision } from "./methods.ts";
import type { Candidate } from "./types.ts";
import { stillEmpty } from "./validate.ts";

/** Deletes every empty node that the budgets let go, all at once (Karpenter's `emptiness.go`). */
export function emptiness(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const considered = inOrder(candidates, context.world.input.behaviour);
  const going = considered.filter(({ pool }) => spend(context.budgets, pool.metadata.name));
  const kept = going.length === 0 ? [] : stillEmpty(going, context);
  const commands = kept.length === 0 ? [] : [{ candidates: kept, replacements: [], existing: new Map() }];
  return { considered, commands };
}
