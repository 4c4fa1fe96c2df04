import type { MigrationOptions } from "../../migration/shift/options.ts";
import type { Plan } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { lastMigration, type MigrationFacts, prepareMigration } from "./prepare.ts";
import { type RollbackEnd, rollbackMigration, type RollbackOptions } from "./rollback.ts";
import { type MigrationEnd, runMigration, type RunOptions } from "./run.ts";

/** A migration's plan and how its run ended. */
export interface MigrationOutcome {
  readonly plan: Plan;
  readonly end: MigrationEnd;
}

/** Plans, shows, asks for the cluster's name and runs: what the command line, the demo and scripts call. */
export async function migrate(
  world: World,
  facts: MigrationFacts,
  request: RunOptions & { readonly options: MigrationOptions; readonly show?: (plan: Plan) => void },
): Promise<MigrationOutcome> {
  const plan = await prepareMigration(world, facts, request.options);
  request.show?.(plan);
  const word = plan.cluster.name;
  const question = `this moves ${word} from Cluster Autoscaler to Karpenter`;
  const isWanted = await world.host.confirm(question, { flag: `--confirm ${word}`, word });
  if (!isWanted) throw new Fault("declined", "the migration was declined", { why: "nothing was changed" });
  return { plan, end: await runMigration(world, plan, { by: request.by }) };
}

/**
 * Goes on with the newest migration where it stopped. Throws `usage.no-migration`, or `usage.nothing-to-resume` when
 * it is over.
 */
export async function resume(
  world: World,
  request: RunOptions & { readonly cluster?: string },
): Promise<MigrationOutcome> {
  const { plan, end } = await lastMigration(world, request.cluster);
  if (end === "rolled-back") {
    throw new Fault("usage.nothing-to-resume", `the migration of ${plan.cluster.name} was rolled back`, {
      hint: "begin a new one with `dovetail migrate`",
    });
  }
  return { plan, end: await runMigration(world, plan, { by: request.by }) };
}

/** Undoes the newest migration after asking for the cluster's name; `toStage` keeps the stages up to that one. */
export async function rollback(
  world: World,
  request: RollbackOptions & { readonly cluster?: string },
): Promise<RollbackEnd> {
  const { plan } = await lastMigration(world, request.cluster);
  const word = plan.cluster.name;
  const question = `this brings ${word} back to Cluster Autoscaler and its node groups`;
  const isWanted = await world.host.confirm(question, { flag: `--confirm ${word}`, word });
  if (!isWanted) throw new Fault("declined", "the rollback was declined", { why: "nothing was changed" });
  return rollbackMigration(world, plan, request);
}
