import { recordedAfter, recordedBefore, undoable } from "../../migration/journal.ts";
import type { Plan, Step, StepId } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import type { Handlers } from "./handler.ts";
import { handlerOf } from "./run-steps.ts";
import { interrupted, withRetry } from "./wait.ts";
import type { JournalWriter } from "./writer.ts";

/** A step whose traces stay, because others changed them since. */
export interface Left {
  readonly step: Step;
  readonly reason: string;
}

/**
 * Undoes what the plan did, newest first, restoring the recorded values. Steps that were only kept are left alone.
 * Answers what others had changed since and was therefore left. Safe to repeat after a kill at any point.
 *
 * `only` limits it to some steps. Throws `interrupted` between two steps when the host is interrupted.
 */
export async function undoSteps(
  plan: Plan,
  handlers: Handlers,
  world: World,
  journal: JournalWriter,
  only?: ReadonlySet<StepId>,
): Promise<readonly Left[]> {
  const left: Left[] = [];
  for (const step of undoable(plan, journal.entries)) {
    if (only !== undefined && !only.has(step.id)) continue;
    if (world.host.interrupted.aborted) throw interrupted();
    const handler = handlerOf(step, handlers);
    const undo = handler.undo?.bind(handler);
    if (undo === undefined) throw new Error(`step kind ${step.kind} says it can be undone but has no undo`);
    world.host.tell(`undo: ${step.title}`);
    await journal.append({ type: "undo-intent", step: step.id });
    const before = recordedBefore(step.id, plan.id, journal.entries) ?? null;
    const after = recordedAfter(step.id, plan.id, journal.entries);
    const outcome = await withRetry(world, () => undo(step, before, after, world));
    if (outcome.kind === "left") {
      left.push({ step, reason: outcome.reason });
      await journal.append({ type: "left", step: step.id, reason: outcome.reason });
    } else await journal.append({ type: "undone", step: step.id });
  }
  return left;
}
