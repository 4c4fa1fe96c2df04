import { textAt } from "../../kube/json.ts";
import { Fault } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { patient } from "./calls.ts";
import { setupHandlers } from "./handlers/all.ts";
import { checkCluster, readAccount, readCluster } from "./identify.ts";
import { findKarpenters } from "./karpenters.ts";
import type { SetupOptions } from "./options.ts";
import { type MadeBefore, madeBefore, takeBack, type TakenBack } from "./take-back.ts";

/** What `setup --undo` would take back, newest first. */
export interface PreparedUndo extends MadeBefore {
  readonly clusterName: string;
}

/** Finds in the journal what setup made or changed on this cluster. Throws `setup.in-use` while Karpenter is still installed. */
export async function prepareUndo(world: World, options: SetupOptions): Promise<PreparedUndo> {
  const calm = patient(world);
  const cluster = await readCluster(calm, options);
  checkCluster(calm, cluster, (await readAccount(calm)).id);
  const clusterName = textAt(cluster["name"]) ?? "";
  if (options.force !== true) await requireUninstalled(world, clusterName);
  return { clusterName, ...(await madeBefore(world, { command: "setup", clusterName, by: options.by })) };
}

/** Takes it back, newest first. Safe to kill and repeat. */
export function undoSetup(world: World, prepared: PreparedUndo, options: SetupOptions): Promise<TakenBack> {
  return takeBack(world, prepared, setupHandlers, options.by);
}

async function requireUninstalled(world: World, clusterName: string): Promise<void> {
  const [found] = await findKarpenters(world);
  if (found === undefined) return;
  throw new Fault("setup.in-use", `Karpenter still runs on ${clusterName} as ${found.namespace}/${found.deployment}`, {
    why: "without its roles and queue it could neither launch nor remove nodes",
    hint: "run `dovetail uninstall` first, or pass --force",
  });
}
