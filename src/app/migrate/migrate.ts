import { nameOfSubject } from "./blockers.ts";
import type { MigrationOptions } from "../../migration/shift/options.ts";
import { Fault } from "../../fault/fault.ts";
import type { MigrationContext } from "../../migration/contexts.ts";
import type { PlanRefusal } from "../../migration/setup/facts.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import type { Reading, World } from "../../ports/world.ts";
import { type ChangeCommand, type ChangeEnd, changing } from "../run/changing.ts";
import { requireOwn } from "../run/same-cluster.ts";
import { lastMigration, lastStanding, type MigrationFacts, prepareMigration } from "./prepare.ts";
import { type RollbackEnd, rollbackMigration, type RollbackOptions, stepsAfter } from "./rollback.ts";
import { type MigrationEnd, rolledBack, runMigration, type RunOptions } from "./run.ts";

/** A migration's plan and how its run ended. */
export interface MigrationOutcome {
  readonly plan: MigrationPlan;
  readonly end: MigrationEnd;
}

/** Where a cut-over's facts come from: read when it is prepared, or read before. */
export type FactsOf = (world: Reading) => Promise<MigrationFacts>;

/** The cut-over as one change. Throws what its plan cannot be made for, and whatever a step throws. */
export function migrateChange(
  factsOf: FactsOf,
  request: RunOptions & { readonly options: MigrationOptions },
): ChangeCommand<MigrationPlan, MigrationEnd> {
  return {
    name: "the migration",
    prepare: async (world) => prepareMigration(world, await factsOf(world), request.options),
    refusals: ({ context }) => (context.blockers ?? []).map(refusalOf),
    consent: ({ cluster }) => ({ kind: "ask", question: { code: "migrate", cluster: cluster.name } }),
    apply: (world, plan) => runMigration(world, plan, request),
    course: (plan) => ({ plans: [plan], direction: "forward", ...ways }),
  };
}

/** What is in the way of a plan, with the words that would accept it. */
function refusalOf({ code, subject, pods, reason, fix }: Blocker): PlanRefusal {
  const name = nameOfSubject(subject);
  const more = pods.length > 1 ? ` and ${pods.length - 1} more` : "";
  return {
    reason: `${code}: ${reason} (${pods[0] ?? subject}${more})`,
    fix: `${fix}; or accept it: --accept ${code}=${name} --reason TEXT`,
  };
}

type Blocker = NonNullable<MigrationContext["blockers"]>[number];

const ways = { goOn: "dovetail resume", takeBack: "dovetail rollback" };

/**
 * Going on with the newest migration where it stopped, as one change. Throws `usage.no-migration`, or `usage.nothing-to-resume` when it
 * is over.
 */
export function resumeChange(
  request: RunOptions & { readonly cluster?: string },
): ChangeCommand<MigrationPlan, MigrationEnd> {
  return {
    name: "the migration",
    prepare: async (world) => {
      const { plan, end } = await lastMigration(world, request.cluster);
      await requireOwn(world, plan.cluster);
      if (end === "rolled-back") throw rolledBack(plan.cluster.name);
      return plan;
    },
    refusals: () => [],
    consent: () => ({ kind: "given" }),
    apply: (world, plan) => runMigration(world, plan, request),
    course: (plan) => ({ plans: [plan], direction: "forward", ...ways }),
  };
}

/** The way back of the newest migration as one change; `toStage` keeps the stages up to that one. */
export function rollbackChange(
  request: RollbackOptions & { readonly cluster?: string },
): ChangeCommand<MigrationPlan, RollbackEnd> {
  return {
    name: "the rollback",
    prepare: async (world) => {
      const { plan } = await lastStanding(world, request.cluster);
      await requireOwn(world, plan.cluster);
      if (request.toStage !== undefined) stepsAfter(plan, request.toStage);
      return plan;
    },
    refusals: () => [],
    consent: ({ cluster }) => ({ kind: "ask", question: { code: "rollback", cluster: cluster.name } }),
    apply: (world, plan) => rollbackMigration(world, plan, request),
    course: (plan) => ({ plans: [plan], direction: "back", goOn: "dovetail rollback" }),
  };
}

/** Plans, shows, asks and runs, for those who have the facts. */
export async function migrate(
  world: World,
  facts: MigrationFacts,
  request: RunOptions & { readonly options: MigrationOptions; readonly show?: (plan: MigrationPlan) => void },
): Promise<MigrationOutcome> {
  const { show } = request;
  const change = migrateChange(() => Promise.resolve(facts), request);
  return ended(await changing(change, { world, ...(show === undefined ? {} : { show }) }));
}

/** Goes on with the newest migration. */
export async function resume(
  world: World,
  request: RunOptions & { readonly cluster?: string },
): Promise<MigrationOutcome> {
  return ended(await changing(resumeChange(request), { world }));
}

/** Undoes the newest migration. */
export async function rollback(
  world: World,
  request: RollbackOptions & { readonly cluster?: string },
): Promise<RollbackEnd> {
  return ended(await changing(rollbackChange(request), { world })).end;
}

function ended<E>(end: ChangeEnd<MigrationPlan, E>): { readonly plan: MigrationPlan; readonly end: E } {
  if (end.kind === "refused") {
    const [{ reason, fix }, ...others] = end.refusals;
    const more = others.length === 0 ? "" : ` (and ${others.length} more, see the plan)`;
    throw new Fault("migrate.refused", `${reason}${more}`, { hint: fix, outcome: "nothing was changed" });
  }
  if (end.kind !== "changed") throw new Error(`a migration always has something to do, and it was ${end.kind}`);
  return { plan: end.prepared, end: end.outcome };
}
