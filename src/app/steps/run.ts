import {
  type JournalEntry,
  type JournalEvent,
  recordedAfter,
  recordedBefore,
  type StepState,
  stateOf,
} from "../../migration/journal.ts";
import type { Plan, Step } from "../../migration/step.ts";
import { Fault } from "../../ports/fault.ts";
import type { World } from "../../ports/world.ts";
import type { Handlers, StepHandler } from "./handler.ts";

/** Ends a run: everything was done, or the run stopped between two steps because the user asked. */
export type RunEnd = { readonly kind: "completed" } | { readonly kind: "interrupted"; readonly next: Step };

/** Sits between the runner and the journal: numbers the entries and keeps the fold at hand. */
export class JournalWriter {
  readonly #world: World;
  readonly #planId: string;
  readonly #by: string;
  #entries: JournalEntry[];

  private constructor(world: World, planId: string, by: string, entries: readonly JournalEntry[]) {
    this.#world = world;
    this.#planId = planId;
    this.#by = by;
    this.#entries = [...entries];
  }

  static async open(world: World, planId: string, by: string): Promise<JournalWriter> {
    const { entries, warnings } = await world.journal.read();
    for (const warning of warnings) world.host.warn(warning);
    return new JournalWriter(world, planId, by, entries);
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  get planId(): string {
    return this.#planId;
  }

  async append(event: JournalEvent): Promise<void> {
    const at = new Date(this.#world.clock.nowMs()).toISOString();
    const head = { seq: (this.#entries.at(-1)?.seq ?? 0) + 1, at, planId: this.#planId, by: this.#by };
    const entry: JournalEntry = { ...head, ...event };
    await this.#world.journal.append(entry);
    this.#entries.push(entry);
  }

  stateOf(step: Step): StepState {
    return stateOf(step.id, this.#planId, this.#entries);
  }
}

/**
 * Runs one step to its observed end, or finds it done. Safe after a kill at any point: an interrupted step is observed before it
 * is acted again.
 *
 * Throws `Fault` with the cause when the step fails (the journal then holds `failed`), `step.blocked` when its precondition does not hold.
 */
export async function runStep(step: Step, handlers: Handlers, world: World, journal: JournalWriter): Promise<void> {
  const state = journal.stateOf(step);
  if (state === "done" || state === "kept") return;
  if (step.action === "keep") return journal.append({ type: "kept", step: step.id, detail: step.why });
  if (step.action === "refuse") throw new Fault("step.refused", step.title, { why: step.why, blame: "world" });
  const handler = handlerOf(step, handlers);
  const seen = await handler.observe(step, world);
  const wasStarted = state === "interrupted" || state === "failed";
  if (seen.state === "done") {
    await journal.append(
      wasStarted
        ? { type: "done", step: step.id, after: seen.after }
        : { type: "kept", step: step.id, detail: seen.detail },
    );
    return;
  }
  if (seen.state === "blocked") {
    throw new Fault(
      "step.blocked",
      `${step.title}: ${seen.detail}`,
      seen.hint === undefined ? {} : { hint: seen.hint },
    );
  }
  const before = recordedBefore(step.id, journal.planId, journal.entries) ?? (await handler.record(step, world));
  await journal.append({ type: "intent", step: step.id, before });
  try {
    await handler.act(step, before, world);
    const after = await handler.observe(step, world);
    if (after.state !== "done")
      throw new Fault("step.unobserved", `${step.title}: ${after.detail}`, { retry: "later" });
    await journal.append({ type: "done", step: step.id, after: after.after });
  } catch (error) {
    if (error instanceof Fault)
      await journal.append({ type: "failed", step: step.id, code: error.code, message: error.message });
    throw error;
  }
}

/** Runs all steps of the given stages in order, stopping between steps when the host is interrupted. */
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
    await runStep(step, handlers, world, journal);
  }
  return { kind: "completed" };
}

/**
 * Undoes what the plan did, newest first, restoring the recorded values. Steps that were only kept are left alone.
 * Answers what others had changed since and was therefore left.
 */
export async function undoSteps(
  plan: Plan,
  handlers: Handlers,
  world: World,
  journal: JournalWriter,
): Promise<readonly { readonly step: Step; readonly reason: string }[]> {
  const left: { step: Step; reason: string }[] = [];
  for (const step of startedSteps(plan, journal).toReversed()) {
    const state = journal.stateOf(step);
    if (state === "undone" || state === "left") continue;
    if (step.undo !== "restore") continue;
    const handler = handlerOf(step, handlers);
    if (handler.undo === undefined) throw new Error(`step kind ${step.kind} says it can be undone but has no undo`);
    world.host.tell(`undo: ${step.title}`);
    await journal.append({ type: "undo-intent", step: step.id });
    const before = recordedBefore(step.id, plan.id, journal.entries) ?? null;
    const outcome = await handler.undo(step, before, recordedAfter(step.id, plan.id, journal.entries), world);
    if (outcome.kind === "left") {
      left.push({ step, reason: outcome.reason });
      await journal.append({ type: "left", step: step.id, reason: outcome.reason });
    } else await journal.append({ type: "undone", step: step.id });
  }
  return left;
}

/** Steps that wrote an intent, in the order of their first intent. */
function startedSteps(plan: Plan, journal: JournalWriter): readonly Step[] {
  const byId = new Map(plan.stages.flatMap((stage) => stage.steps).map((step) => [step.id, step]));
  const started = new Set<Step>();
  for (const entry of journal.entries) {
    if (entry.planId !== plan.id || entry.type !== "intent") continue;
    const step = byId.get(entry.step);
    if (step !== undefined) started.add(step);
  }
  return [...started];
}

function handlerOf(step: Step, handlers: Handlers): StepHandler {
  const handler = handlers.get(step.kind);
  if (handler === undefined) throw new Error(`no handler for step kind ${step.kind}`);
  return handler;
}
