import type { Json } from "../../kube/objects.ts";
import { recordedAfter, recordedBefore, undoable } from "../../migration/journal.ts";
import type { RestorableKind } from "../../migration/kinds.ts";
import type { ActingStep, Step, StepId } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import type { Handlers, Restores, RestoresOf, UndoOutcome } from "./handler.ts";
import { planNews } from "./news.ts";
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
  handlers: Handlers,
  world: World,
  journal: JournalWriter,
  only?: ReadonlySet<StepId>,
): Promise<readonly Left[]> {
  const left: Left[] = [];
  const { plan } = journal;
  const steps = undoable(plan, journal.entries).filter((step) => only === undefined || only.has(step.id));
  for (const [i, step] of steps.entries()) {
    if (world.host.interrupted.aborted) throw interrupted();
    const about = { plan: planNews(plan), step };
    const before = intendedFrom(step, journal);
    world.host.tell({ kind: "undo-began", ...about, place: { number: i + 1, of: steps.length }, before });
    await journal.append({ type: "undo-intent", step: step.id });
    const outcome = await undoStep(step, handlers, world, journal);
    if (outcome.kind === "left") {
      const { reason } = outcome;
      left.push({ step, reason });
      await journal.append({ type: "left", step: step.id, reason });
      world.host.tell({ kind: "undo-ended", ...about, outcome: "left", reason });
    } else {
      await journal.append({ type: "undone", step: step.id });
      world.host.tell({ kind: "undo-ended", ...about, outcome: "undone" });
    }
  }
  return left;
}

async function undoStep<K extends RestorableKind>(
  step: ActingStep<K>,
  handlers: RestoresOf<RestorableKind>,
  world: World,
  journal: JournalWriter,
): Promise<UndoOutcome> {
  const handler: Restores<K> = handlers[step.kind];
  const before = recordedBefore(step, journal.plan.id, journal.entries);
  if (before === undefined) throw new Error(`step ${step.id} is to be undone and recorded nothing`);
  const after = recordedAfter(step, journal.plan.id, journal.entries);
  return withRetry(world, () => handler.undo(step, before, after, world));
}

function intendedFrom(step: Step, journal: JournalWriter): Json {
  const intent = journal.entries.findLast(
    (entry) => entry.type === "intent" && entry.step === step.id && entry.planId === journal.plan.id,
  );
  return intent?.type === "intent" ? intent.before : null;
}
