import { recordedBefore } from "../../migration/journal.ts";
import type { AfterOf, StepKind } from "../../migration/kinds.ts";
import { type ActingStep, isActing, type Step } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import type { Acts, ActsOf, Handlers, Observation } from "./handler.ts";
import { placeOf, planNews } from "./news.ts";
import { isInterruption, pause, withRetry } from "./wait.ts";
import type { JournalWriter } from "./writer.ts";

/** Ends a run: everything was done, or the run stopped because the user asked, before or within `next`. */
export type RunEnd = { readonly kind: "completed" } | { readonly kind: "interrupted"; readonly next: Step };

/** Runs the steps in order, stopping between two of them, or within a wait, when the host is interrupted. */
export async function runSteps(
  steps: readonly Step[],
  handlers: Handlers,
  world: World,
  journal: JournalWriter,
): Promise<RunEnd> {
  for (const step of steps) {
    const state = journal.stateOf(step.id);
    if (state === "done" || state === "kept") continue;
    const end = await runAgain(step, handlers, world, journal);
    if (end.kind === "interrupted") return end;
  }
  return { kind: "completed" };
}

/** Runs one step, also when it was done before and the world is no longer as it left it. */
export async function runAgain(step: Step, handlers: Handlers, world: World, journal: JournalWriter): Promise<RunEnd> {
  if (world.host.interrupted.aborted) return { kind: "interrupted", next: step };
  const about = { plan: planNews(journal.plan), step };
  world.host.tell({ kind: "step-began", ...about, place: placeOf(step, journal.plan) });
  try {
    if (isActing(step)) await runStep(step, handlers, world, journal);
    else await standStill(step, journal);
    const outcome = journal.stateOf(step.id) === "kept" ? "kept" : "done";
    world.host.tell({ kind: "step-ended", ...about, outcome });
  } catch (error) {
    if (isInterruption(error)) {
      world.host.tell({ kind: "step-ended", ...about, outcome: "interrupted" });
      return { kind: "interrupted", next: step };
    }
    if (error instanceof Fault) world.host.tell({ kind: "step-ended", ...about, outcome: "failed", code: error.code });
    throw error;
  }
  return { kind: "completed" };
}

async function standStill(step: Step, journal: JournalWriter): Promise<void> {
  if (step.action === "refuse") throw new Fault("step.refused", step.title, { why: step.why });
  await journal.append({ type: "kept", step: step.id, detail: step.why });
}

/**
 * Runs one step to its observed end, or finds it done. Safe after a kill at any point: an interrupted step is observed
 * before it is acted again.
 *
 * Throws `Fault` with the cause when the step fails (the journal then holds `failed`), `step.blocked` when its
 * precondition does not hold.
 */
async function runStep<K extends StepKind>(
  step: ActingStep<K>,
  handlers: ActsOf<StepKind>,
  world: World,
  journal: JournalWriter,
): Promise<void> {
  const handler: Acts<K> = handlers[step.kind];
  const state = journal.stateOf(step.id);
  const seen = await withRetry(world, () => handler.observe(step, world));
  const wasStarted = state === "interrupted" || state === "failed";
  if (seen.state === "done") {
    await journal.append(
      wasStarted
        ? { type: "done", step: step.id, after: seen.after }
        : { type: "kept", step: step.id, detail: seen.detail },
    );
    return;
  }
  if (seen.state === "blocked") throw blocked(step, seen);
  const recorded = recordedBefore(step, journal.plan.id, journal.entries);
  // A null that was recorded is a value: there was nothing.
  const before = recorded === undefined ? await withRetry(world, () => handler.record(step, world)) : recorded;
  await journal.append({ type: "intent", step: step.id, before });
  try {
    await withRetry(world, () => handler.act(step, before, world));
    await journal.append({ type: "done", step: step.id, after: await observeDone(step, handler, world) });
  } catch (error) {
    // An interruption leaves the intent open: resume observes and goes on.
    if (error instanceof Fault && !isInterruption(error)) {
      await journal.append({ type: "failed", step: step.id, code: error.code, message: error.message });
    }
    throw error;
  }
}

// Reads may lag behind writes for some seconds.
const lagsMs = [0, 1_000, 2_000, 4_000, 8_000, 15_000];

async function observeDone<K extends StepKind>(
  step: ActingStep<K>,
  handler: Acts<K>,
  world: Reading,
): Promise<AfterOf<K>> {
  let detail = "";
  for (const lagMs of lagsMs) {
    if (lagMs > 0) await pause(world, lagMs);
    const seen = await withRetry(world, () => handler.observe(step, world));
    if (seen.state === "done") return seen.after;
    detail = seen.detail;
  }
  throw new Fault("step.unobserved", `${step.title}: done, but the world does not show it: ${detail}`, {
    why: "a step counts only when its end is seen",
    hint: "run the command again: it looks first and then goes on",
    retry: "later",
  });
}

function blocked(step: { readonly title: string }, seen: Extract<Observation<StepKind>, { state: "blocked" }>): Fault {
  return new Fault("step.blocked", `${step.title}: ${seen.detail}`, seen.hint === undefined ? {} : { hint: seen.hint });
}
