// Mirrors pkg/controllers/disruption/validation.go of karpenter v1.14.1.
import { budgetsAt, spend } from "./budgets.ts";
import { simulated } from "./consolidate.ts";
import type { MethodContext } from "./methods.ts";
import { isFor } from "./predicates.ts";
import { type Candidate, type Command, type MethodName, methodReasons } from "./types.ts";
import { candidatesAt, type DisruptionWorld } from "./world.ts";

/** Consolidation waits this long before it acts, and looks again. */
export const validationDelayMs = 15_000;

/** What is looked at again, by names: the world it was decided in may be gone. */
export interface Proposal {
  readonly candidates: readonly string[];
  /** For each replacement, the types it may be launched as. */
  readonly types: readonly (readonly string[])[];
}

interface Look {
  readonly world: DisruptionWorld;
  readonly nowMs: number;
}

/** Empty nodes that are still empty and within budget when looked at again, by name. */
export function stillEmpty(candidates: readonly Candidate[], context: MethodContext): readonly Candidate[] {
  if (context.world.input.validation === "none") return candidates;
  const names = candidates.map(({ node }) => node.name);
  return emptyAt(names, later(context));
}

/** Whether a consolidation would be decided again after the delay. */
export function isStillValid(command: Command, method: MethodName, context: MethodContext): boolean {
  if (context.world.input.validation === "none") return true;
  const proposal = {
    candidates: command.candidates.map(({ node }) => node.name),
    types: command.replacements.map(({ options }) => options.types.map(({ name }) => name)),
  };
  return holdsAt(proposal, method, later(context));
}

/** Those of the named nodes that are empty and within budget at an instant. */
export function emptyAt(names: readonly string[], look: Look): readonly Candidate[] {
  const budgets = budgetsAt(look.world, look.nowMs, methodReasons.emptiness);
  return stillCandidates(names, "emptiness", look).filter(({ pool }) => spend(budgets, pool.metadata.name));
}

/** Whether a consolidation would be decided at an instant: same candidates, within budget, and no other kind of result. */
export function holdsAt(proposal: Proposal, method: MethodName, look: Look): boolean {
  const { world, nowMs } = look;
  const fresh = stillCandidates(proposal.candidates, method, look);
  if (fresh.length !== proposal.candidates.length) return false;
  const budgets = budgetsAt(world, nowMs, methodReasons[method]);
  if (!fresh.every(({ pool }) => spend(budgets, pool.metadata.name))) return false;
  const { allNonPendingPodsScheduled, launches } = simulated(fresh, world, nowMs);
  if (allNonPendingPodsScheduled !== true || launches.length !== proposal.types.length) return false;
  const [expected] = proposal.types;
  const launchable = new Set(launches[0]?.options.types.map(({ name }) => name));
  return expected === undefined || expected.every((name) => launchable.has(name));
}

function later({ world, nowMs }: MethodContext): Look {
  return { world, nowMs: nowMs + validationDelayMs };
}

function stillCandidates(names: readonly string[], method: MethodName, { world, nowMs }: Look): Candidate[] {
  const wanted = new Set(names);
  return candidatesAt(world, nowMs, "graceful", wanted).filter((candidate) =>
    isFor(method, candidate, world.input.behaviour),
  );
}
