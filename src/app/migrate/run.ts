import { Fault, usage } from "../../fault/fault.ts";
import { endOf, hasBegun, pastPlans } from "../../migration/history.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import { holding } from "../run/session.ts";
import { areGatesOpen, progressOf } from "../../migration/progress.ts";
import { type Step, isOf } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import { runAgain, runSteps } from "../run/run-steps.ts";
import { isInterruption, withRetry } from "../run/wait.ts";
import { JournalWriter } from "../run/writer.ts";
import { type ClosedGate, passGates } from "./gates.ts";
import { handlers } from "../handlers.ts";
import { guardOf } from "./guard.ts";
import { type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";
import type { Accepted } from "../../migration/shift/options.ts";
import { acceptLosses } from "./accept.ts";
import { adjusted, keepMore } from "./keep.ts";
import { isHandedBack } from "./handlers/hand-over.ts";
import { stillSuspended } from "./rebalancing.ts";
import { planNews } from "../run/news.ts";

/** How a run of a migration ended. A step that fails throws its `Fault` instead. */
export type MigrationEnd =
  /** `notes` say what stays different for a reason, each with the command that ends it. */
  | { readonly kind: "completed"; readonly notes: readonly string[] }
  /** By Ctrl-C, or because a colleague asked. `next` is what resume begins with. */
  | { readonly kind: "interrupted" | "paused"; readonly next: Step | undefined }
  | { readonly kind: "gate-closed"; readonly closed: ClosedGate };

/** Who runs the migration. */
export interface RunOptions {
  /** `user@host`, for the journal. */
  readonly by: string;
  /** Nodes that may stay by now, by group: more than the plan said. */
  readonly keep?: ReadonlyMap<string, number>;
  /** Lost zones that are let be by now, with why. */
  readonly accept?: readonly Accepted[];
}

/** Runs a plan from its first step, or goes on with it. The journal is held for this run alone. */
export async function runMigration(world: World, plan: MigrationPlan, options: RunOptions): Promise<MigrationEnd> {
  return holding(world, { by: options.by, cluster: plan.cluster }, async (held) => {
    const journal = await JournalWriter.open(held.world, plan, options.by, held.caller);
    requireOpen(plan, journal.entries);
    // A request from before this run began was meant for another.
    await held.world.journal.takePauseRequest?.();
    if (progressOf(plan, journal.entries).isPaused) await journal.append({ type: "resumed" });
    held.watch(guardOf(world, journal));
    await keepMore(held.world, journal, options.keep ?? new Map<string, number>());
    await acceptLosses(journal, options.accept ?? []);
    return runStages(held.world, journal);
  });
}

/** Looked at again under the lock: somebody may have taken it back since, or begun another. */
function requireOpen(plan: MigrationPlan, entries: readonly JournalEntry[]): void {
  const { cluster } = plan;
  if (endOf(plan.id, entries) === "rolled-back") throw rolledBack(cluster.name);
  const other = pastPlans(entries, "migrate", cluster.name).findLast(
    (past) => past.plan.id !== plan.id && past.end === undefined && hasBegun(past.plan.id, entries),
  );
  if (other === undefined) return;
  throw new Fault("journal.moved", `the cluster was changed by ${other.plan.id} since this plan was made`, {
    why: "that migration is unfinished, and two would not know of each other's changes",
    hint: "look with `dovetail status`, then go on with `dovetail resume`, or undo it with `dovetail rollback`",
    outcome: "nothing was changed",
  });
}

/** There is nothing to go on with. */
export function rolledBack(cluster: string): Fault {
  return usage(
    "nothing-to-resume",
    `the migration of ${cluster} was rolled back`,
    "begin a new one with `dovetail migrate`",
  );
}

async function runStages(world: World, journal: JournalWriter<MigrationPlan>): Promise<MigrationEnd> {
  const { plan } = journal;
  const again = [...stepsOfKind(plan, "migrate/hand-over"), ...stepsOfKind(plan, "migrate/sweep")];
  const doneBefore = new Set(again.filter((step) => isOver(step, journal)).map((step) => step.id));
  for (const [i, stage] of plan.stages.entries()) {
    const place = { number: i + 1, of: plan.stages.length };
    const isDone = stage.steps.every((step) => isOver(step, journal)) && areGatesOpen(stage, plan.id, journal.entries);
    if (!isDone) world.host.tell({ kind: "stage-began", plan: planNews(plan), stage, place });
    for (const planned of stage.steps) {
      const step = adjusted(planned, journal);
      tellWave(step, world, journal);
      if (await isPauseAsked(world, journal)) return { kind: "paused", next: step };
      const isAgain = doneBefore.has(step.id) && (await isPending(step, world));
      const end = await (isAgain
        ? runAgain(step, handlers, world, journal)
        : runSteps([step], handlers, world, journal));
      if (end.kind === "interrupted") return end;
    }
    if (areGatesOpen(stage, plan.id, journal.entries)) continue;
    try {
      const closed = await passGates(stage, { world, journal });
      if (closed !== undefined) return { kind: "gate-closed", closed };
    } catch (error) {
      if (isInterruption(error)) return { kind: "interrupted", next: undefined };
      throw error;
    }
  }
  if (endOf(plan.id, journal.entries) === undefined) {
    await journal.append({ type: "finished", outcome: "completed" });
  }
  return { kind: "completed", notes: await stillSuspended(world, plan) };
}

function isOver(step: Step, journal: JournalWriter): boolean {
  return ["done", "kept"].includes(journal.stateOf(step.id));
}

/** Whether somebody held a NodePool, or a node joined its group, since an earlier run had done the step. */
async function isPending(step: Step, world: World): Promise<boolean> {
  if (isOf(step, "migrate/hand-over")) return isHandedBack(step, world);
  if (!isOf(step, "migrate/sweep")) return false;
  return (await withRetry(world, () => handlers["migrate/sweep"].observe(step, world))).state === "pending";
}

/** Each wave begins with the room for it. */
function tellWave(step: Step, world: World, journal: JournalWriter): void {
  if (!isOf(step, "migrate/surge") || journal.stateOf(step.id) === "done") return;
  const nodes = step.params.nodes.map((node) => node.name);
  world.host.tell({ kind: "wave", plan: planNews(journal.plan), group: step.params.group, nodes });
}

async function isPauseAsked(world: World, journal: JournalWriter): Promise<boolean> {
  const by = await world.journal.takePauseRequest?.();
  if (by === undefined) return false;
  world.host.tell({ kind: "paused", by });
  await journal.append({ type: "paused" });
  return true;
}
