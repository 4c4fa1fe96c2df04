import { recordedBefore } from "../../migration/journal.ts";
import type { Step } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import type { Handlers, Observation, StepHandler } from "./handler.ts";
import { isInterruption, pause, withRetry } from "./wait.ts";
import type { JournalWriter } from "./writer.ts";

/** Ends a run: everything was done, or the run stopped because the user asked, before or within `next`. */
export type RunEnd = { readonly kind: "completed" } | { readonly kind: "interrupted"; readonly next: Step };

/**
 * Runs one step to its observed end, or finds it done. Safe after a kill at any point: an interrupted step is observed
 * before it is acted again.
 *
 * Throws `Fault` with the cause when the step fails (the journal then holds `failed`), `step.blocked` when its
 * precondition does not hold.
 */
async function runStep(step: Step, handlers: Handlers, world: World, journal: JournalWriter): Promise<void> {
  const state = journal.stateOf(step);
  if (state === "done" || state === "kept") return;
  if (step.action === "keep") return journal.append({ type: "kept", step: step.id, detail: step.why });
  if (step.action === "refuse") throw new Fault("step.refused", step.title, { why: step.why });
  const handler = handlerOf(step, handlers);
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
  const recorded = recordedBefore(step.id, journal.planId, journal.entries);
  const before = recorded ?? (await withRetry(world, () => handler.record(step, world)));
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

/** Runs the steps in order, stopping between two of them, or within a wait, when the host is interrupted. */
export async function runSteps(
  steps: readonly Step[],
  handlers: Handlers,
  world: World,
  journal: JournalWriter,
): Promise<RunEnd> {
  for (const step of steps) {
    const state = journal.stateOf(step);
    if (state === "done" || state === "kept") continue;
    if (world.host.interrupted.aborted) return { kind: "interrupted", next: step };
    world.host.tell(step.title);
    try {
      await runStep(step, handlers, world, journal);
    } catch (error) {
      if (isInterruption(error)) return { kind: "interrupted", next: step };
      throw error;
    }
  }
  return { kind: "completed" };
}

/** The handler of a step's kind; a plan with an unknown kind is our bug. */
export function handlerOf(step: Step, handlers: Handlers): StepHandler {
  const handler = handlers.get(step.kind);
  if (handler === undefined) throw new Error(`no handler for step kind ${step.kind}`);
  return handler;
}

// Reads may lag behind writes for some seconds.
const lagsMs = [0, 1_000, 2_000, 4_000, 8_000, 15_000];

async function observeDone(
  step: Step,
  handler: StepHandler,
  world: World,
): Promise<Extract<Observation, { state: "done" }>["after"]> {
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

function blocked(step: Step, seen: Extract<Observation, { state: "blocked" }>): Fault {
  return new Fault("step.blocked", `${step.title}: ${seen.detail}`, seen.hint === undefined ? {} : { hint: seen.hint });
}
