import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { textAt } from "../../kube/json.ts";
import { handlers } from "../handlers.ts";
import { checkCluster, readCaller, readCluster } from "../read/identity.ts";
import { karpentersOf } from "../../karpenter/installations.ts";
import type { SetupOptions } from "../../migration/setup/options.ts";
import { type MadeBefore, madeBefore, takeBack, type TakenBack } from "../run/take-back.ts";
import { patient } from "../read/patient.ts";
import { changing, type ChangeCommand } from "../run/changing.ts";

/** What `setup --undo` would take back, newest first. */
export interface PreparedUndo extends MadeBefore {
  readonly clusterName: string;
}

/** Finds in the journal what setup made or changed on this cluster. Throws `setup.in-use` while Karpenter is still installed. */
async function prepareUndo(world: Reading, options: SetupOptions): Promise<PreparedUndo> {
  const calm = patient(world);
  const cluster = await readCluster(calm, options);
  checkCluster(calm, cluster, (await readCaller(calm)).id);
  const clusterName = textAt(cluster["name"]) ?? "";
  if (options.force !== true) await requireUninstalled(world, clusterName);
  return { clusterName, ...(await madeBefore(world, { commands: ["setup"], clusterName })) };
}

/** The undo of setup as one change. */
export function undoSetupChange(options: SetupOptions): ChangeCommand<PreparedUndo, TakenBack> {
  return {
    name: "the undo of setup",
    prepare: (world) => prepareUndo(world, options),
    refusals: () => [],
    consent: ({ steps, clusterName: cluster }) => {
      if (steps.length === 0) return { kind: "nothing-to-do" };
      return { kind: "ask", question: { code: "undo-setup", cluster, steps: steps.length } };
    },
    apply: (world, prepared) => takeBack(world, prepared, handlers, options.by),
    course: ({ plans }) => ({ plans, direction: "back", goOn: "dovetail setup --undo" }),
  };
}

/** Takes setup back, newest step first. */
export async function undoSetup(world: World, options: SetupOptions): Promise<TakenBack> {
  const end = await changing(undoSetupChange(options), { world });
  return end.kind === "changed" ? end.outcome : { undone: [], left: [] };
}

async function requireUninstalled(world: Reading, clusterName: string): Promise<void> {
  const [found] = karpentersOf({ deployments: await world.cluster.list("deployments") });
  if (found === undefined) return;
  throw new Fault("setup.in-use", `Karpenter still runs on ${clusterName} as ${found.namespace}/${found.name}`, {
    why: "without its roles and queue it could neither launch nor remove nodes",
    hint: "run `dovetail uninstall` first, or pass --force",
  });
}
