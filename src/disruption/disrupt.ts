import { balanceOf } from "./balanced.ts";
import { budgetsAt } from "./budgets.ts";
import { drift, staticDrift } from "./drift.ts";
import { emptiness } from "./emptiness.ts";
import type { MethodContext, MethodDecision, StaticReplacement } from "./methods.ts";
import { multiNode } from "./multi-node.ts";
import { isFor } from "./predicates.ts";
import { singleNode } from "./single-node.ts";
import { staticClaim } from "./static-claim.ts";
import {
  type Candidate,
  type Command,
  type DisruptionCommand,
  type DisruptionInput,
  methodClasses,
  type MethodName,
  methodNames,
  type MethodOutcome,
  methodReasons,
} from "./types.ts";
import { candidatesAt, type DisruptionWorld, readDisruptionWorld } from "./world.ts";

/** Every method asked alone, as if each had its turn on the same cluster. Methods without a candidate are left out. */
export function disruptions(input: DisruptionInput): readonly MethodOutcome[] {
  const world = readDisruptionWorld(input);
  return methodNames.flatMap((method) => outcomeOf(method, world) ?? []);
}

/**
 * What Karpenter would do next: the outcome of the first method that has a command, in its order; undefined when none has.
 *
 * What it remembers between passes (nothing changed since the last look, pools it did not reach in time) is not part of a single look.
 */
export function nextDisruption(input: DisruptionInput): MethodOutcome | undefined {
  const world = readDisruptionWorld(input);
  for (const method of methodNames) {
    const outcome = outcomeOf(method, world);
    if (outcome !== undefined && outcome.commands.length > 0) return outcome;
  }
  return undefined;
}

function outcomeOf(method: MethodName, world: DisruptionWorld): MethodOutcome | undefined {
  const { nowMs } = world.input;
  const all = candidatesAt(world, nowMs, methodClasses[method]);
  const candidates = all.filter((candidate) => isFor(method, candidate));
  if (candidates.length === 0) return undefined;
  const budgets = budgetsAt(world, nowMs, methodReasons[method]);
  const context = { world, nowMs, budgets: new Map(budgets), balance: balanceOf(all, world) };
  const { considered, commands, error } = decisionOf(method, candidates, context);
  return {
    method,
    candidates: considered,
    budgets,
    commands: commands.map((command) => shown(command, world)),
    ...(error === undefined ? {} : { error }),
  };
}

function decisionOf(method: MethodName, candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  switch (method) {
    case "emptiness":
      return emptiness(candidates, context);
    case "staticDrift":
      return staticDrift(candidates, context);
    case "drift":
      return drift(candidates, context);
    case "multiNode":
      return multiNode(candidates, context);
    case "singleNode":
      return singleNode(candidates, context);
  }
}

function shown(command: Command | StaticReplacement, world: DisruptionWorld): DisruptionCommand {
  if ("replaces" in command) {
    const { node, pool } = command.replaces;
    const replacements = [staticClaim(pool, world.scheduling.family)];
    return { decision: "replace", candidates: [node.name], replacements, existing: new Map() };
  }
  return {
    decision: command.replacements.length > 0 ? "replace" : "delete",
    candidates: command.candidates.map(({ node }) => node.name),
    replacements: command.replacements.map(({ launch, options }) => launch.claim(options)),
    existing: command.existing,
  };
}
