import type { Plan } from "../../migration/step.ts";
import { Fault, withOutcome } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import { stateOf } from "../../migration/journal.ts";
import { changesOf } from "../../migration/setup/plan.ts";

/** Ctrl-C between two steps: everything so far is in the journal. */
export function stopped(command: "setup" | "install"): Fault {
  return new Fault("interrupted", "stopped as asked", {
    hint: `run \`dovetail ${command}\` again to go on`,
    retry: "now",
  });
}

/** Runs what only reads: a fault says that nothing was changed. */
export async function changingNothing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Fault ? withOutcome(error, error.outcome ?? "nothing was changed") : error;
  }
}

/** Runs the application of a plan: a fault says how far it came and how to go on. `command` is what finishes or undoes it. */
export async function changing<T>(
  of: { readonly world: Reading; readonly plan: Plan; readonly finish: string; readonly undo: string },
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw withOutcome(error, await progress(of));
  }
}

async function progress(of: {
  readonly world: Reading;
  readonly plan: Plan;
  readonly finish: string;
  readonly undo: string;
}): Promise<string> {
  const { world, plan } = of;
  const { entries } = await world.journal.read();
  const changes = changesOf(plan);
  const done = changes.filter((step) => stateOf(step.id, plan.id, entries) === "done");
  const open = changes.filter((step) => ["interrupted", "failed"].includes(stateOf(step.id, plan.id, entries)));
  if (done.length === 0 && open.length === 0) return "nothing was changed";
  const lines = [`${done.length} of ${changes.length} changes were made (${world.journal.where})`];
  for (const step of open) lines.push(`uncertain: ${step.title}; it is looked at again first`);
  lines.push(`go on with \`${of.finish}\`, or take it back with \`${of.undo}\``);
  return lines.join("\n");
}
