import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { textAt } from "../../kube/json.ts";
import { setupHandlers } from "./handlers/all.ts";
import { checkCluster, readCaller, readCluster } from "../read/identity.ts";
import { karpentersOf } from "../../karpenter/installations.ts";
import type { SetupOptions } from "../../migration/setup/options.ts";
import { type MadeBefore, madeBefore, takeBack, type TakenBack } from "../run/take-back.ts";
import { patient } from "../read/patient.ts";

/** What `setup --undo` would take back, newest first. */
export interface PreparedUndo extends MadeBefore {
  readonly clusterName: string;
}

/** Finds in the journal what setup made or changed on this cluster. Throws `setup.in-use` while Karpenter is still installed. */
export async function prepareUndo(world: Reading, options: SetupOptions): Promise<PreparedUndo> {
  const calm = patient(world);
  const cluster = await readCluster(calm, options);
  checkCluster(calm, cluster, (await readCaller(calm)).id);
  const clusterName = textAt(cluster["name"]) ?? "";
  if (options.force !== true) await requireUninstalled(world, clusterName);
  return { clusterName, ...(await madeBefore(world, { command: "setup", clusterName })) };
}

/** Takes it back, newest first. Safe to kill and repeat. */
export function undoSetup(world: World, prepared: PreparedUndo, options: SetupOptions): Promise<TakenBack> {
  return takeBack(world, prepared, setupHandlers, options.by);
}

async function requireUninstalled(world: Reading, clusterName: string): Promise<void> {
  const [found] = karpentersOf({ deployments: await world.cluster.list("deployments") });
  if (found === undefined) return;
  throw new Fault("setup.in-use", `Karpenter still runs on ${clusterName} as ${found.namespace}/${found.name}`, {
    why: "without its roles and queue it could neither launch nor remove nodes",
    hint: "run `dovetail uninstall` first, or pass --force",
  });
}
