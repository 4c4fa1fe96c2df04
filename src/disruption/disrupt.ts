// Mirrors pkg/controllers/disruption/controller.go of karpenter v1.14.1.
import type { DisruptionClass } from "../scheduling/pods/candidates.ts";
import { balanceOf } from "./balanced.ts";
import { budgetsAt } from "./budgets.ts";
import { drift, staticDrift } from "./drift.ts";
import { emptiness } from "./emptiness.ts";
import { Meter, type MethodContext, type MethodDecision, type StaticReplacement } from "./methods.ts";
import { multiNode } from "./multi-node.ts";
import { goDurationText } from "../kube/go-duration.ts";
import { isFor } from "./predicates.ts";
import { repair, repairs } from "./repair.ts";
import { singleNode } from "./single-node.ts";
import { staticClaim } from "./static-claim.ts";
import { emptyAt, holdsAt } from "./validate.ts";
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
  const look = lookAt(readDisruptionWorld(input));
  return methodNames.flatMap((method) => outcomeOf(method, look, new Meter(input.maxSimulations)) ?? []);
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
 * What it remembers between passes (nothing changed since the last look, pools it did not reach in time) is not part of a single look: who
 * keeps such a memory asks only the methods that have reason to look.
 */
export function nextDisruption(input: DisruptionInput, methods: readonly MethodName[] = methodNames): DisruptionPass {
  const look = lookAt(readDisruptionWorld(input));
  const meter = new Meter(input.maxSimulations);
  const idle: MethodOutcome[] = [];
  for (const method of methods) {
    const outcome = outcomeOf(method, look, meter);
    if (outcome === undefined) continue;
    if (outcome.commands.length > 0) return { acting: outcome, idle, simulations: meter.used };
    idle.push(outcome);
  }
  return { acting: undefined, idle, simulations: meter.used };
}

/**
 * What is left of a command when it is looked at again, some time after it was decided (Karpenter's `validation.go`): of empty nodes those
 * that still are, of a consolidation all or nothing. Drift is not looked at again. Undefined when nothing is left.
 */
export function validated(
  input: DisruptionInput,
  method: MethodName,
  command: DisruptionCommand,
): DisruptionCommand | undefined {
  if (methodClasses[method] !== "graceful") return command;
  const look = { world: readDisruptionWorld(input), nowMs: input.nowMs };
  if (method !== "emptiness") {
    const types = command.replacements.map(({ instanceTypes }) => instanceTypes);
    return holdsAt({ candidates: command.candidates, types }, method, look) ? command : undefined;
  }
  const candidates = emptyAt(command.candidates, look).map(({ node }) => node.name);
  return candidates.length === 0 ? undefined : { ...command, candidates };
}

/** Whether a budget kept the method from looking at a candidate: then it has reason to look again although nothing changed. */
export function isHeldByBudget({ method, candidates, budgets }: MethodOutcome): boolean {
  const wanted = new Map<string, number>();
  for (const { pool } of candidates) wanted.set(pool.metadata.name, (wanted.get(pool.metadata.name) ?? 0) + 1);
  return Array.from(wanted).some(([pool, count]) => {
    const allowed = budgets.get(pool) ?? 0;
    return method === "singleNode" ? allowed === 0 : allowed < count;
  });
}

/** What the methods of one look share. */
interface Look {
  readonly world: DisruptionWorld;
  /** Found when a method first asks: most ask for the same. */
  readonly candidates: (how: DisruptionClass) => readonly Candidate[];
}

function lookAt(world: DisruptionWorld): Look {
  const found = new Map<DisruptionClass, readonly Candidate[]>();
  return {
    world,
    candidates: (how) => {
      const known = found.get(how) ?? candidatesAt(world, world.input.nowMs, how);
      found.set(how, known);
      return known;
    },
  };
}

function outcomeOf(method: MethodName, { world, ...look }: Look, meter: Meter): MethodOutcome | undefined {
  const { nowMs, behaviour } = world.input;
  if (method === "repair" && !repairs(world.input)) return undefined;
  const all = look.candidates(methodClasses[method]);
  const candidates = all.filter((candidate) => isFor(method, candidate, behaviour));
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
    case "repair":
      return repair(candidates, context);
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
  const bound = command.drainBound === undefined ? {} : { drainBound: goDurationText(command.drainBound) };
  const isFirst = command.isTerminateFirst === true;
  if ("replaces" in command) {
    const { node, pool } = command.replaces;
    const replacements = isFirst ? [] : [staticClaim(pool, world.scheduling.family)];
    const decision = isFirst ? "terminate-first" : "replace";
    return { decision, candidates: [node.name], replacements, existing: new Map(), ...bound };
  }
  const decision = command.replacements.length > 0 ? "replace" : "delete";
  return {
    decision: isFirst ? "terminate-first" : decision,
    candidates: command.candidates.map(({ node }) => node.name),
    replacements: command.replacements.map(({ launch, options }) => launch.claim(options)),
    existing: command.existing,
    ...bound,
  };
}
