import { stateOf } from "../../migration/journal.ts";
import type { Plan } from "../../migration/step.ts";
import { Fault, withOutcome } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";

/** Runs what changes the cluster: a fault then says how far it came, what is uncertain, and how to go on or back. */
export async function changing<T>(world: Reading, plan: Plan, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Fault) || error.blame !== "world") throw error;
    throw withOutcome(error, await outcome(world, plan));
  }
}

async function outcome(world: Reading, plan: Plan): Promise<string> {
  try {
    const { entries } = await world.journal.read();
    const steps = plan.stages.flatMap((stage) => stage.steps);
    const states = steps.map((step) => ({ step, state: stateOf(step.id, plan.id, entries) }));
    const begun = states.filter(
      ({ step, state }) => state !== "pending" && state !== "kept" && step.action !== "check",
    );
    if (begun.length === 0) return "nothing was changed";
    const done = begun.filter(({ state }) => state === "done").length;
    const lines = [`${done} of ${steps.length} steps were done (${world.journal.where})`];
    for (const { step, state } of begun) {
      if (state !== "interrupted" && state !== "failed" && state !== "undoing") continue;
      lines.push(`uncertain: ${step.title}; it is looked at again first`);
    }
    lines.push("go on with `dovetail resume`, or take it back with `dovetail rollback`");
    return lines.join("\n");
  } catch {
    return `how far it came is in the journal (${world.journal.where}), which cannot be read now; see \`dovetail status\` later`;
  }
}
