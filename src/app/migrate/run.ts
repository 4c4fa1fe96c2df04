import { areGatesOpen, progressOf } from "../../migration/progress.ts";
import type { Plan, Step } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import { runSteps } from "../run/run-steps.ts";
import { isInterruption } from "../run/wait.ts";
import { JournalWriter } from "../run/writer.ts";
import { type ClosedGate, passGates } from "./gates.ts";
import { migrateHandlers } from "./handlers/all.ts";

/** How a run of a migration ended. A step that fails throws its `Fault` instead. */
export type MigrationEnd =
  | { readonly kind: "completed" }
  /** By Ctrl-C, or because a colleague asked. `next` is what resume begins with. */
  | { readonly kind: "interrupted" | "paused"; readonly next: Step | undefined }
  | { readonly kind: "gate-closed"; readonly closed: ClosedGate };

/** Who runs the migration. */
export interface RunOptions {
  /** `user@host`, for the journal. */
  readonly by: string;
}

/** Runs a plan from its first step, or goes on with it. The journal is held for this run alone. */
export async function runMigration(world: World, plan: Plan, options: RunOptions): Promise<MigrationEnd> {
  const release = await world.journal.acquire(options.by);
  try {
    const journal = await JournalWriter.open(world, plan.id, options.by);
    if (!journal.entries.some((entry) => entry.planId === plan.id && entry.type === "planned")) {
      await journal.append({ type: "planned", plan });
    }
    // A request from before this run began was meant for another.
    await world.journal.takePauseRequest?.();
    if (progressOf(plan, journal.entries).isPaused) await journal.append({ type: "resumed" });
    return await runStages(plan, world, journal);
  } finally {
    await release();
  }
}

async function runStages(plan: Plan, world: World, journal: JournalWriter): Promise<MigrationEnd> {
  for (const stage of plan.stages) {
    for (const step of stage.steps) {
      if (await isPauseAsked(world, journal)) return { kind: "paused", next: step };
      const end = await runSteps([step], migrateHandlers, world, journal);
      if (end.kind === "interrupted") return end;
    }
    if (areGatesOpen(stage, plan.id, journal.entries)) continue;
    try {
      const closed = await passGates(stage, { plan, world, journal });
      if (closed !== undefined) return { kind: "gate-closed", closed };
    } catch (error) {
      if (isInterruption(error)) return { kind: "interrupted", next: undefined };
      throw error;
    }
  }
  if (!journal.entries.some((entry) => entry.planId === plan.id && entry.type === "finished")) {
    await journal.append({ type: "finished", outcome: "completed" });
  }
  return { kind: "completed" };
}

async function isPauseAsked(world: World, journal: JournalWriter): Promise<boolean> {
  const by = await world.journal.takePauseRequest?.();
  if (by === undefined) return false;
  world.host.tell(`paused, as ${by} asked`);
  await journal.append({ type: "paused" });
  return true;
}
