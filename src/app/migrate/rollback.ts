import type { StepId } from "../../migration/step.ts";
import { usage } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { type Left, undoSteps } from "../run/undo-steps.ts";
import { isInterruption } from "../run/wait.ts";
import { JournalWriter } from "../run/writer.ts";
import { handlers } from "../handlers.ts";
import type { RunOptions } from "./run.ts";
import { undoable } from "../../migration/journal.ts";
import type { MigrationPlan } from "../../migration/plan.ts";

/** Who rolls back, and how far. */
export interface RollbackOptions extends RunOptions {
  /** Stage, counted from 1, that stays done. Default: nothing stays. */
  readonly toStage?: number;
}

/** How a rollback ended. */
export interface RollbackEnd {
  readonly kind: "rolled-back" | "interrupted";
  readonly plan: MigrationPlan;
  /** What others had changed since, and was left. */
  readonly left: readonly Left[];
  readonly undone: number;
}

/** Undoes what the plan did, newest first, to the recorded values. Safe to repeat after a kill at any point. */
export async function rollbackMigration(
  world: World,
  plan: MigrationPlan,
  options: RollbackOptions,
): Promise<RollbackEnd> {
  const only = stepsAfter(plan, options.toStage);
  const release = await world.journal.acquire(options.by);
  try {
    const journal = await JournalWriter.open(world, plan, options.by);
    const before = undoable(plan, journal.entries).length;
    try {
      const left = await undoSteps(handlers, world, journal, only);
      const rest = undoable(plan, journal.entries).length;
      if (rest === 0 && endOf(plan, journal) !== "rolled-back") {
        await journal.append({ type: "finished", outcome: "rolled-back" });
      }
      return { kind: "rolled-back", plan, left, undone: before - rest };
    } catch (error) {
      if (!isInterruption(error)) throw error;
      return { kind: "interrupted", plan, left: [], undone: before - undoable(plan, journal.entries).length };
    }
  } finally {
    await release();
  }
}

/** The steps of all stages behind the given one. */
function stepsAfter(plan: MigrationPlan, toStage: number | undefined): ReadonlySet<StepId> {
  const stay = toStage ?? 0;
  if (!Number.isInteger(stay) || stay < 0 || stay >= plan.stages.length) {
    throw usage("to-stage", `there is no stage ${stay} to roll back to`, `pass 1 to ${plan.stages.length - 1}`);
  }
  return new Set(plan.stages.slice(stay).flatMap((stage) => stage.steps.map((step) => step.id)));
}

function endOf(plan: MigrationPlan, journal: JournalWriter): "completed" | "rolled-back" | undefined {
  const last = journal.entries.findLast((entry) => entry.planId === plan.id && entry.type === "finished");
  return last?.type === "finished" ? last.outcome : undefined;
}
