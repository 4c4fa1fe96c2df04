import { Fault, usage } from "../../fault/fault.ts";
import { findInstallations } from "../../autoscaler/installations.ts";
import { standingMigrations } from "../../migration/history.ts";
import { type JournalEntry, stillDone, undoable } from "../../migration/journal.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import type { StepId } from "../../migration/step.ts";
import type { Reading, World } from "../../ports/world.ts";
import { handlers } from "../handlers.ts";
import { listIfServed } from "../read/served.ts";
import { holding } from "../run/session.ts";
import { type Left, undoSteps } from "../run/undo-steps.ts";
import { isInterruption, type Wait, waitUntil, withRetry } from "../run/wait.ts";
import { podReasons } from "./gates.ts";
import { JournalWriter } from "../run/writer.ts";
import type { RunOptions } from "./run.ts";

/** Who rolls back, and how far. */
export interface RollbackOptions extends RunOptions {
  /** Stage of the newest migration, counted from 1, that stays done, with every migration before it. Default: nothing stays. */
  readonly toStage?: number;
}

/** How a rollback ended. */
export interface RollbackEnd {
  readonly kind: "rolled-back" | "interrupted";
  /** The newest of those that were looked at. */
  readonly plan: MigrationPlan;
  /** Every migration that was looked at, newest first. */
  readonly plans: readonly MigrationPlan[];
  /** What others had changed since, and was left. */
  readonly left: readonly Left[];
  readonly undone: number;
  /** Why the cluster is not back although the journal knows of nothing more to undo. */
  readonly problem: string | undefined;
}

/**
 * Undoes everything of every migration that the journal knows to be done, newest first, to the recorded values. What an earlier rollback
 * left is tried again. Safe to repeat after a kill at any point.
 */
export async function rollbackMigration(
  world: World,
  newest: MigrationPlan,
  options: RollbackOptions,
): Promise<RollbackEnd> {
  const { cluster } = newest;
  return holding(world, { by: options.by, cluster }, async (held) => {
    const { entries } = await held.world.journal.read();
    const { toStage } = options;
    const plans = plansToUndo(entries, newest, toStage);
    const left: Left[] = [];
    let undone = 0;
    for (const { plan, only } of plans) {
      const journal = await JournalWriter.open(held.world, plan, options.by, held.caller);
      const before = stillDone(plan, journal.entries).length;
      try {
        left.push(...(await undoSteps(handlers, held.world, journal, only)));
        undone += before - undoable(plan, journal.entries).length;
        if (stillDone(plan, journal.entries).length === 0) {
          await journal.append({ type: "finished", outcome: "rolled-back" });
        }
      } catch (error) {
        if (!isInterruption(error)) throw error;
        undone += before - stillDone(plan, journal.entries).length;
        return {
          kind: "interrupted",
          plan: newest,
          plans: plans.map((one) => one.plan),
          left,
          undone,
          problem: undefined,
        };
      }
    }
    const oldest = plans.at(-1)?.plan;
    const problem =
      oldest === undefined
        ? await notBack(held.world)
        : toStage === undefined
          ? await worseOff(held.world, oldest)
          : undefined;
    return {
      kind: "rolled-back",
      plan: newest,
      plans: plans.map((one) => one.plan),
      left,
      undone: Math.max(0, undone),
      problem,
    };
  });
}

/** With a stage that stays, only the newest migration: those before it stay with it. */
function plansToUndo(
  entries: readonly JournalEntry[],
  newest: MigrationPlan,
  toStage: number | undefined,
): readonly { readonly plan: MigrationPlan; readonly only?: ReadonlySet<StepId> }[] {
  if (toStage !== undefined) return [{ plan: newest, only: stepsAfter(newest, toStage) }];
  return standingMigrations(entries, newest.cluster.name).map((plan) => ({ plan }));
}

/** The steps of all stages behind the given one. Throws `usage.to-stage` where the plan has none of that number. */
export function stepsAfter(plan: MigrationPlan, stay: number): ReadonlySet<StepId> {
  if (!Number.isInteger(stay) || stay < 1 || stay >= plan.stages.length) {
    throw usage("to-stage", `there is no stage ${stay} to roll back to`, `pass 1 to ${plan.stages.length - 1}`);
  }
  return new Set(plan.stages.slice(stay).flatMap((stage) => stage.steps.map((step) => step.id)));
}

// Pods that have just moved back need a moment, and a node that Cluster Autoscaler brings up for them some minutes.
const settlesMs = 5 * 60_000;

/** What is worse than before the first migration, after everything was taken back: pods that nobody brought back, zones that were lost. */
async function worseOff(world: Reading, plan: MigrationPlan): Promise<string | undefined> {
  let reasons: readonly string[] = [];
  const wait: Wait = { title: "wait until every workload is as it was", timeoutMs: settlesMs, code: "migrate.gate" };
  try {
    await waitUntil(world, wait, async () => {
      reasons = await podReasons(plan, world);
      const [first] = reasons;
      return first === undefined ? { isDone: true, value: undefined } : { isDone: false, detail: first };
    });
  } catch (error) {
    if (!isInterruption(error) && !(error instanceof Fault && error.code === "migrate.gate")) throw error;
  }
  const [first, ...more] = reasons;
  if (first === undefined) return undefined;
  return `${first}${more.length === 0 ? "" : `, and ${more.length} more`}: everything was taken back, and this is worse than before`;
}

/** Whether Karpenter is in charge of nodes and nobody else is, although nothing that we know of made it so. */
async function notBack(world: Reading): Promise<string | undefined> {
  const claims = await withRetry(world, () => listIfServed(world, "nodeclaims"));
  const deployments = await withRetry(world, () => world.cluster.list("deployments"));
  const resting = findInstallations({ deployments }, undefined).filter(({ replicas }) => replicas === 0);
  const [first] = resting;
  if (claims.length === 0 || first === undefined) return undefined;
  return (
    `Cluster Autoscaler ${first.namespace}/${first.deployment} has 0 replicas and Karpenter owns ${claims.length} nodes, ` +
    "and this journal knows of nothing to undo"
  );
}
