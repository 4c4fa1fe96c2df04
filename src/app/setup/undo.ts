import type { Plan, Step } from "../../migration/step.ts";
import { Fault } from "../../ports/fault.ts";
import type { World } from "../../ports/world.ts";
import { type Left, undoable, undoSteps } from "../steps/undo.ts";
import { JournalWriter } from "../steps/writer.ts";
import { patient, textAt } from "./calls.ts";
import { setupHandlers } from "./handlers/all.ts";
import { pastPlans } from "./history.ts";
import { checkCluster, readAccount, readCluster } from "./identify.ts";
import { findKarpenters } from "./karpenters.ts";
import type { SetupOptions } from "./options.ts";

/** What `setup --undo` would take back, newest first. */
export interface PreparedUndo {
  readonly clusterName: string;
  readonly plans: readonly Plan[];
  readonly steps: readonly Step[];
}

/** What it took back, and what others had changed and was therefore left. */
export interface UndoneSetup {
  readonly undone: readonly Step[];
  readonly left: readonly Left[];
}

/** Finds in the journal what setup made or changed on this cluster. Throws `setup.in-use` while Karpenter is still installed. */
export async function prepareUndo(world: World, options: SetupOptions): Promise<PreparedUndo> {
  const calm = patient(world);
  const cluster = await readCluster(calm, options);
  checkCluster(calm, cluster, (await readAccount(calm)).id);
  const clusterName = textAt(cluster["name"]);
  if (options.force !== true) await requireUninstalled(world, clusterName);
  const { entries } = await world.journal.read();
  const plans = pastPlans(entries, "setup", clusterName)
    .filter((past) => past.end !== "rolled-back")
    .map((past) => past.plan)
    .toReversed();
  const steps: Step[] = [];
  for (const plan of plans) steps.push(...undoable(plan, await JournalWriter.open(world, plan.id, options.by)));
  return { clusterName, plans, steps };
}

/** Takes it back, newest first. Safe to kill and repeat. */
export async function undoSetup(world: World, prepared: PreparedUndo, options: SetupOptions): Promise<UndoneSetup> {
  const left: Left[] = [];
  const release = await world.journal.acquire(options.by);
  try {
    for (const plan of prepared.plans) {
      const journal = await JournalWriter.open(world, plan.id, options.by);
      left.push(...(await undoSteps(plan, setupHandlers, world, journal)));
      await journal.append({ type: "finished", outcome: "rolled-back" });
    }
  } finally {
    await release();
  }
  const stayed = new Set(left.map((one) => one.step));
  return { undone: prepared.steps.filter((step) => !stayed.has(step)), left };
}

async function requireUninstalled(world: World, clusterName: string): Promise<void> {
  const [found] = await findKarpenters(world);
  if (found === undefined) return;
  throw new Fault("setup.in-use", `Karpenter still runs on ${clusterName} as ${found.namespace}/${found.deployment}`, {
    why: "without its roles and queue it could neither launch nor remove nodes",
    hint: "run `dovetail uninstall` first, or pass --force",
  });
}
