import type { Step } from "../../migration/step.ts";
import type { Reading, World } from "../../ports/world.ts";
import type { Handlers } from "./handler.ts";
import { type Left, undoSteps } from "./undo-steps.ts";
import { JournalWriter } from "./writer.ts";
import { endOf, type PastPlan, pastPlans, type PlanOf } from "../../migration/history.ts";
import { stillDone, undoable } from "../../migration/journal.ts";
import { holding } from "./session.ts";
import type { Plan } from "../../migration/plan.ts";

/** What the journal says that a command made on a cluster, newest first. */
export interface MadeBefore {
  readonly plans: readonly Plan[];
  readonly steps: readonly Step[];
}

/** What was taken back, and what others had changed and was therefore left. */
export interface TakenBack {
  readonly undone: readonly Step[];
  readonly left: readonly Left[];
}

/** Finds in the journal what can be taken back of some commands' plans for a cluster. */
export async function madeBefore(
  world: Reading,
  of: { readonly commands: readonly PlanOf[]; readonly clusterName: string },
): Promise<MadeBefore> {
  const { entries } = await world.journal.read();
  const order = entries.flatMap((entry) => (entry.type === "planned" ? [entry.planId] : []));
  const plans = of.commands
    .flatMap((command): readonly PastPlan[] => pastPlans(entries, command, of.clusterName))
    .map((past) => past.plan)
    .toSorted((a, b) => order.indexOf(b.id) - order.indexOf(a.id));
  const steps: Step[] = [];
  for (const plan of plans) steps.push(...undoable(plan, entries));
  return { plans, steps };
}

/** Takes these steps back, newest first; a plan of which nothing remains is finished. Safe to kill and repeat. */
export async function takeBack(world: World, made: MadeBefore, handlers: Handlers, by: string): Promise<TakenBack> {
  const left: Left[] = [];
  const only = new Set(made.steps.map((step) => step.id));
  const [newest] = made.plans;
  if (newest === undefined) return { undone: [], left };
  await holding(world, { by, cluster: newest.cluster }, async (held) => {
    for (const plan of made.plans) {
      const journal = await JournalWriter.open(held.world, plan, by, held.caller);
      if (endOf(plan.id, journal.entries) === "rolled-back" && undoable(plan, journal.entries).length === 0) continue;
      left.push(...(await undoSteps(handlers, held.world, journal, only)));
      if (stillDone(plan, journal.entries).length === 0)
        await journal.append({ type: "finished", outcome: "rolled-back" });
    }
  });
  const stayed = new Set(left.map((one) => one.step));
  return { undone: made.steps.filter((step) => !stayed.has(step)), left };
}
