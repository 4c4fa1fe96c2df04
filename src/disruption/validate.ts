import { budgetsAt, spend } from "./budgets.ts";
import { simulated } from "./consolidate.ts";
import type { MethodContext } from "./methods.ts";
import { isFor } from "./predicates.ts";
import { type Candidate, type Command, type MethodName, methodReasons } from "./types.ts";
import { candidatesAt } from "./world.ts";

/** Consolidation waits this long before it acts, and looks again. */
const validationDelayMs = 15_000;

/** Empty nodes that are still empty and within budget when looked at again, by name. */
export function stillEmpty(candidates: readonly Candidate[], context: MethodContext): readonly Candidate[] {
  const { world } = context;
  if (world.input.validation === "none") return candidates;
  const laterMs = context.nowMs + validationDelayMs;
  const budgets = budgetsAt(world, laterMs, methodReasons.emptiness);
  return stillCandidates(candidates, "emptiness", { ...context, nowMs: laterMs }).filter(({ pool }) =>
    spend(budgets, pool.metadata.name),
  );
}

/** Whether a consolidation would be decided again: same candidates, within budget, and no other kind of result. */
export function isStillValid(command: Command, method: MethodName, context: MethodContext): boolean {
  if (context.world.input.validation === "none") return true;
  const later = { ...context, nowMs: context.nowMs + validationDelayMs };
  const fresh = stillCandidates(command.candidates, method, later);
  if (fresh.length !== command.candidates.length) return false;
  const budgets = budgetsAt(later.world, later.nowMs, methodReasons[method]);
  if (!fresh.every(({ pool }) => spend(budgets, pool.metadata.name))) return false;
  const { allNonPendingPodsScheduled, launches } = simulated(fresh, later.world, later.nowMs);
  if (allNonPendingPodsScheduled !== true || launches.length !== command.replacements.length) return false;
  const [expected] = command.replacements;
  const launchable = new Set(launches[0]?.options.types.map(({ name }) => name));
  return expected === undefined || expected.options.types.every(({ name }) => launchable.has(name));
}

function stillCandidates(
  candidates: readonly Candidate[],
  method: MethodName,
  { world, nowMs }: Pick<MethodContext, "world" | "nowMs">,
): Candidate[] {
  const names = new Set(candidates.map(({ node }) => node.name));
  return candidatesAt(world, nowMs, "graceful").filter(
    (candidate) => names.has(candidate.node.name) && isFor(method, candidate),
  );
}
