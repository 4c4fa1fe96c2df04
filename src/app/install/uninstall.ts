import type { Step } from "../../migration/step.ts";
import { usage } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { textAt } from "../../kube/json.ts";
import { checkCluster, readCaller, readCluster } from "../read/identity.ts";
import { type MadeBefore, madeBefore, takeBack, type TakenBack } from "../run/take-back.ts";
import { handlers } from "../handlers.ts";
import { listIfServed } from "../read/served.ts";
import { patient } from "../read/patient.ts";
import { changing, type ChangeCommand } from "../run/changing.ts";

/** What becomes of nodes that Karpenter still owns. */
type NodeFate = "delete" | "keep";

/** What the user may choose about an uninstall. */
export interface UninstallOptions {
  readonly cluster?: string;
  readonly nodes?: NodeFate;
  readonly force?: boolean;
  readonly by: string;
}

/** What uninstall would take back, newest first. */
export interface PreparedUninstall extends MadeBefore {
  readonly clusterName: string;
  readonly nodes: readonly string[];
}

/**
 * Finds in the journal what install made on this cluster.
 *
 * Throws `usage.nodes-owned` while Karpenter owns nodes and nobody said what happens to them.
 */
async function prepareUninstall(world: Reading, options: UninstallOptions): Promise<PreparedUninstall> {
  const calm = patient(world);
  const cluster = await readCluster(calm, options);
  checkCluster(calm, cluster, (await readCaller(calm)).id);
  const clusterName = textAt(cluster["name"]) ?? "";
  const nodes = await ownedNodes(world);
  if (nodes.length > 0 && options.nodes === undefined) {
    const more = nodes.length > 5 ? `, and ${nodes.length - 5} more` : "";
    throw usage(
      "nodes-owned",
      `Karpenter still owns ${nodes.length} nodes: ${nodes.slice(0, 5).join(", ")}${more}`,
      "roll the migration back first; or pass --nodes delete to have Karpenter drain and remove them, " +
        "or --nodes keep to leave them without an owner",
      "without its controller nothing would replace, drain or remove them",
    );
  }
  const made = await madeBefore(world, { commands: ["install", "canary"], clusterName });
  return { ...made, clusterName, steps: made.steps.filter((step) => isWanted(step, options)), nodes };
}

/** Taking the installation back as one change; pools and node classes go while the controller still runs. */
export function uninstallChange(options: UninstallOptions): ChangeCommand<PreparedUninstall, TakenBack> {
  return {
    name: "uninstall",
    prepare: (world) => prepareUninstall(world, options),
    refusals: () => [],
    consent: ({ steps, clusterName: cluster }) => {
      if (steps.length === 0) return { kind: "nothing-to-do" };
      return { kind: "ask", question: { code: "uninstall", cluster, steps: steps.length } };
    },
    apply: (world, prepared) => takeBack(world, prepared, handlers, options.by),
    course: ({ plans }) => ({ plans, direction: "back", goOn: "dovetail uninstall" }),
  };
}

/** Takes the installation back, newest step first. */
export async function uninstall(world: World, options: UninstallOptions): Promise<TakenBack> {
  const end = await changing(uninstallChange(options), { world });
  return end.kind === "changed" ? end.outcome : { undone: [], left: [] };
}

// Kept nodes need their NodeClaims and CRDs: only the controller goes.
function isWanted(step: Step, options: UninstallOptions): boolean {
  return options.nodes !== "keep" || step.id === "install/karpenter";
}

async function ownedNodes(world: Reading): Promise<readonly string[]> {
  const claims = await listIfServed(world, "nodeclaims");
  return claims.map((claim) => claim.metadata.name).toSorted();
}
