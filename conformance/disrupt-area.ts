import { disruptions } from "../src/disruption/disrupt.ts";
import type { DisruptionCommand, MethodOutcome } from "../src/disruption/types.ts";
import type { Area, Case, Context, Verdict } from "./area.ts";
import {
  canonical,
  claimOf,
  firstDifference,
  type Outcome,
  type OutcomeClaim,
  type OutcomePlacement,
  sortedClaims,
  sortedPlacements,
} from "./outcome.ts";
import { disruptionInputOf, type Scenario } from "./scenario.ts";

/** What the oracle writes down of disruption: every method asked alone. */
interface DisruptOutcome {
  readonly methods?: readonly OutcomeMethod[];
  /** The first method that has a command. */
  readonly acts?: string;
}

interface OutcomeMethod {
  readonly method: string;
  readonly candidates?: readonly { readonly node: string }[];
  readonly budgets?: Readonly<Record<string, number>>;
  readonly commands?: readonly OutcomeCommand[];
  readonly error?: string;
}

interface OutcomeCommand {
  readonly decision: string;
  readonly candidates: readonly string[];
  readonly replacements?: readonly OutcomeClaim[];
  readonly existing?: readonly OutcomePlacement[];
  readonly drainBound?: string;
}

function check(item: Case, { catalogues }: Context): Verdict {
  const scenario = item.line as unknown as Scenario;
  const { observed = [], ...first } = scenario.expect as DisruptOutcome & {
    readonly observed?: readonly DisruptOutcome[];
  };
  const input = disruptionInputOf(scenario, catalogues, item.release);
  const got = disruptOutcomeOf(disruptions(input), input.behaviour.consolidationOrder === "savings");
  if (item.stable === "exact") {
    const difference = firstDifference(first, got);
    return difference === undefined ? { outcome: "match" } : { outcome: "mismatch", difference, got };
  }
  const difference = compareMethods(
    item.stable === "set" ? observed : [canonicalDisrupt(first)],
    canonicalDisrupt(got),
  );
  return difference === undefined ? { outcome: "match" } : { outcome: "mismatch", difference, got };
}

/** Methods are asked alone, on a fresh world each: what one draws says nothing of the next, so each may match another run. */
function compareMethods(seen: readonly DisruptOutcome[], ours: DisruptOutcome): string | undefined {
  const names = new Set([...seen, ours].flatMap(({ methods = [] }) => methods.map(({ method }) => method)));
  for (const name of names) {
    const own = methodOf(ours, name);
    const differences = seen.map((one) => firstDifference(methodOf(one, name), own, name));
    if (differences.every((difference) => difference !== undefined))
      return `none of ${seen.length} outcomes: ${differences[0] ?? "nothing was observed"}`;
  }
  return undefined;
}

function methodOf({ methods = [] }: DisruptOutcome, name: string): OutcomeMethod | undefined {
  return methods.find(({ method }) => method === name);
}

/** Our answer in the oracle's words. Releases before v1.14 reckon no savings. */
function disruptOutcomeOf(outcomes: readonly MethodOutcome[], hasSavings: boolean): DisruptOutcome {
  const methods = outcomes.map(({ method, candidates, budgets, commands, error }) => ({
    method,
    candidates: candidates.map(({ node, pool, price, disruptionCost, rescheduleCost, savingsRatio }) => ({
      node: node.name,
      pool: pool.metadata.name,
      disruptionCost,
      ...(hasSavings ? { price, rescheduleCost, savingsRatio } : {}),
    })),
    ...(budgets.size === 0 ? {} : { budgets: Object.fromEntries(budgets) }),
    ...(commands.length === 0 ? {} : { commands: commands.map((command) => commandOf(command, method)) }),
    ...(error === undefined ? {} : { error }),
  }));
  const acts = methods.find(({ commands = [] }) => commands.length > 0)?.method;
  return { ...(methods.length === 0 ? {} : { methods }), ...(acts === undefined ? {} : { acts }) };
}

function commandOf(
  { decision, candidates, replacements, existing, drainBound }: DisruptionCommand,
  method: string,
): OutcomeCommand {
  return {
    decision,
    candidates: method === "emptiness" ? [...candidates].sort() : candidates,
    ...(replacements.length === 0 ? {} : { replacements: replacements.map(claimOf) }),
    ...(existing.size === 0 ? {} : { existing: [...existing].map(([node, pods]) => ({ node, pods })) }),
    ...(drainBound === undefined ? {} : { drainBound }),
  };
}

/** Orders forgotten: candidates, commands, NodeClaims, pods, instance types. */
function canonicalDisrupt({ methods, acts }: DisruptOutcome): DisruptOutcome {
  const sorted = methods?.map((one) => {
    const { candidates = [], commands } = one;
    return {
      ...one,
      candidates: [...candidates].sort((a, b) => compare(a.node, b.node)),
      ...(commands === undefined ? {} : { commands: commands.map(canonicalCommand).sort(byCandidates) }),
    };
  });
  return { ...(sorted === undefined ? {} : { methods: sorted }), ...(acts === undefined ? {} : { acts }) };
}

function canonicalCommand({ candidates, replacements, existing, ...rest }: OutcomeCommand): OutcomeCommand {
  return {
    ...rest,
    candidates: [...candidates].sort(),
    ...(replacements === undefined ? {} : { replacements: sortedClaims(replacements) }),
    ...(existing === undefined ? {} : { existing: sortedPlacements(existing) }),
  };
}

function byCandidates(a: OutcomeCommand, b: OutcomeCommand): number {
  return compare(a.candidates.join(","), b.candidates.join(","));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An answer of any scheduling area with its orders forgotten. */
export function canonicalAnswer(area: string, got: unknown): unknown {
  return area === "disrupt" ? canonicalDisrupt(got as DisruptOutcome) : canonical(got as Outcome);
}

export const disruptArea: Area = { name: "disrupt", check };
