import { balanceOf } from "./balanced.ts";
import { budgetsAt } from "./budgets.ts";
import { drift, staticDrift } from "./drift.ts";
import { emptiness } from "./emptiness.ts";
import { Meter, type MethodContext, type MethodDecision, type StaticReplacement } from "./methods.ts";
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
  return methodNames.flatMap((method) => outcomeOf(method, world, new Meter(input.maxSimulations)) ?? []);
}

/** One look of Karpenter's disruption controller. */
export interface DisruptionPass {
  /** The first method that has a command; undefined when none has. */
  readonly acting: MethodOutcome | undefined;
  /** Methods that were asked before it and had candidates, but no command. */
  readonly idle: readonly MethodOutcome[];
  /** Simulations that consolidation made. */
  readonly simulations: number;
}

/**
 * What Karpenter would do next: its methods in their order, until one has a command.
 *
 * What it remembers between passes (nothing changed since the last look, pools it did not reach in time) is not part of a single look.
 */
export function nextDisruption(input: DisruptionInput): DisruptionPass {
  const world = readDisruptionWorld(input);
  const meter = new Meter(input.maxSimulations);
  const idle: MethodOutcome[] = [];
  for (const method of methodNames) {
    const outcome = outcomeOf(method, world, meter);
    if (outcome === undefined) continue;
    if (outcome.commands.length > 0) return { acting: outcome, idle, simulations: meter.used };
    idle.push(outcome);
  }
  return { acting: undefined, idle, simulations: meter.used };
}

function outcomeOf(method: MethodName, world: DisruptionWorld, meter: Meter): MethodOutcome | undefined {
  const { nowMs } = world.input;
  const all = candidatesAt(world, nowMs, methodClasses[method]);
  const candidates = all.filter((candidate) => isFor(method, candidate));
  if (candidates.length === 0) return undefined;
  const budgets = budgetsAt(world, nowMs, methodReasons[method]);
  const context = { world, nowMs, budgets: new Map(budgets), balance: balanceOf(all, world), meter };
  const { considered, commands, left, isCut, error } = decisionOf(method, candidates, context);
  return {
    method,
    candidates: considered,
    budgets,
    commands: commands.map((command) => shown(command, world)),
    left: left ?? new Map(),
    isCut: isCut ?? false,
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
