import type { Step } from "../../migration/step.ts";
import { usage } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { textAt } from "../../kube/json.ts";
import { checkCluster, readCaller, readCluster } from "../read/identity.ts";
import { type MadeBefore, madeBefore, takeBack, type TakenBack } from "../run/take-back.ts";
import { handlers } from "../handlers.ts";
import { isKarpenterNode } from "../../kube/node.ts";
import { isDaemonPod, isMirrorPod } from "../../kube/pod.ts";
import { pastPlans } from "../../migration/history.ts";
import { stillDone } from "../../migration/journal.ts";
import { ownerNameOf, podName } from "../../migration/shift/movable.ts";
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
  /** What runs on those nodes, where they are to be deleted. */
  readonly pods: readonly { readonly owner: string; readonly count: number }[];
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
  await refuseMigrated(world, clusterName);
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
  const steps = made.steps.filter((step) => isWanted(step, options));
  return { ...made, clusterName, steps, nodes, pods: options.nodes === "delete" ? await podsByOwner(world) : [] };
}

/** A migrated cluster has nobody else who brings capacity: its way back comes first. */
async function refuseMigrated(world: Reading, clusterName: string): Promise<void> {
  const { entries } = await world.journal.read();
  const [plan] = pastPlans(entries, "migrate", clusterName)
    .map((past) => past.plan)
    .filter((one) => stillDone(one, entries).length > 0)
    .toReversed();
  if (plan === undefined) return;
  throw usage(
    "migrated",
    `${clusterName} was migrated by ${plan.id}, and that was not rolled back`,
    "run `dovetail rollback` first, then `dovetail uninstall`",
    "Cluster Autoscaler rests and node groups were emptied: without Karpenter nobody would bring capacity for the pods on its nodes",
  );
}

/** What runs on Karpenter's nodes, by what makes it again; what belongs to the nodes themselves is left out. */
async function podsByOwner(world: Reading): Promise<PreparedUninstall["pods"]> {
  const nodes = new Set((await world.cluster.list("nodes")).filter(isKarpenterNode).map((node) => node.metadata.name));
  const counts = new Map<string, number>();
  for (const pod of await world.cluster.list("pods")) {
    if (!nodes.has(pod.spec.nodeName ?? "") || isDaemonPod(pod) || isMirrorPod(pod)) continue;
    const owner = ownerNameOf(pod) ?? `Pod/${podName(pod)}`;
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return [...counts].map(([owner, count]) => ({ owner, count })).toSorted((a, b) => (a.owner < b.owner ? -1 : 1));
}

/** Taking the installation back as one change; pools and node classes go while the controller still runs. */
export function uninstallChange(options: UninstallOptions): ChangeCommand<PreparedUninstall, TakenBack> {
  return {
    name: "uninstall",
    prepare: (world) => prepareUninstall(world, options),
    refusals: () => [],
    consent: ({ steps, clusterName: cluster, nodes }) => {
      if (steps.length === 0) return { kind: "nothing-to-do" };
      const ends = options.nodes === "delete" ? nodes.length : 0;
      return { kind: "ask", question: { code: "uninstall", cluster, steps: steps.length, nodes: ends } };
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
