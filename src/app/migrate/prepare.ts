import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { MigrationOptions } from "../../migration/shift/options.ts";
import { forecastJson, type ShiftForecast } from "../../migration/shift/forecast.ts";
import { planMigration } from "../../migration/shift/plan.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { originAnnotation } from "../../translation/assemble.ts";
import { isHeld } from "../../karpenter/hold.ts";
import { discover } from "../read/discover.ts";
import { readSnapshot } from "../read/read.ts";
import { pastPlans } from "../../migration/history.ts";
import { costOfNodes } from "../forecast/prices.ts";
import type { ClusterIdentity, MigrationPlan } from "../../migration/plan.ts";

/** What a cut-over is planned from. */
export interface MigrationFacts {
  readonly snapshot: Snapshot;
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly groups: readonly NodeGroup[];
  /** What `simulate` promised, to compare with later. */
  readonly forecast?: ShiftForecast;
}

/** Reads cluster and account and finds CA and its node groups. */
export async function readMigrationFacts(world: Reading, clusterName?: string): Promise<MigrationFacts> {
  const name = world.cluster.where.context;
  const snapshot = await readSnapshot(world, {
    source: { kind: "live", name, server: world.cluster.where.server },
    ...(clusterName === undefined ? {} : { clusterName }),
  });
  const { autoscalers, nodeGroups } = discover(snapshot);
  return { snapshot, autoscalers, groups: nodeGroups };
}

/**
 * Plans a cut-over of the cluster as it is now. Changes nothing. Throws when one is under way, or when nothing is
 * there to take over.
 */
export async function prepareMigration(
  world: Reading,
  facts: MigrationFacts,
  options: MigrationOptions,
): Promise<MigrationPlan> {
  const { snapshot } = facts;
  requireRead(snapshot);
  const cluster = clusterOf(world, snapshot);
  await refuseSecond(world, cluster.name);
  const pools = heldPools(snapshot);
  const { groups, leftOut } = chooseGroups(facts, pools, options);
  const cost = await costOfNodes(world, cluster.region, snapshot.objects.nodes ?? []);
  return planMigration({
    snapshot,
    autoscalers: facts.autoscalers,
    groups,
    pools: pools.map((pool) => pool.metadata.name),
    leftOut,
    options,
    cluster,
    madeAt: new Date(world.clock.nowMs()).toISOString(),
    before: { nodes: cost.nodes, usdPerHour: cost.usdPerHour.expected ?? null },
    ...(facts.forecast === undefined ? {} : { forecast: forecastJson(facts.forecast) }),
  });
}

/**
 * The migration that resume, rollback and verify speak of: the newest of the journal. Throws `usage.no-migration`
 * when there is none.
 */
export async function lastMigration(
  world: Reading,
  clusterName?: string,
): Promise<{ readonly plan: MigrationPlan; readonly end: "completed" | "rolled-back" | undefined }> {
  const { entries } = await world.journal.read();
  const names = new Set(entries.flatMap((entry) => (entry.type === "planned" ? [entry.plan.cluster.name] : [])));
  const name = clusterName ?? [...names].at(-1);
  const last = name === undefined ? undefined : pastPlans(entries, "migrate", name).at(-1);
  if (last === undefined) {
    throw usage(
      "no-migration",
      `no migration${name === undefined ? "" : ` of ${name}`} was begun`,
      "begin one with `dovetail migrate`",
      `the journal ${world.journal.where} knows of none`,
    );
  }
  return last;
}

const needed = ["nodes", "pods", "deployments", "replicasets", "statefulsets", "nodepools"] as const;

/** What was not read is unknown, not absent: a plan made without the pods would empty nodes that must stay. */
function requireRead(snapshot: Snapshot): void {
  const gap = snapshot.gaps.find(({ what }) => needed.some((resource) => resource === what));
  const missing = gap?.what ?? needed.find((resource) => snapshot.objects[resource] === undefined);
  if (missing === undefined) return;
  throw new Fault("migrate.unread", `${missing} could not be read: ${gap?.detail ?? "not asked for"}`, {
    why: "a plan that does not know them would move what must stay",
    hint: "run `dovetail migrate` again; if it stays, check with `kubectl auth can-i list " + missing + " -A`",
    outcome: "nothing was changed",
  });
}

async function refuseSecond(world: Reading, name: string): Promise<void> {
  const { entries } = await world.journal.read();
  const last = pastPlans(entries, "migrate", name).at(-1);
  if (last === undefined || last.end !== undefined) return;
  throw usage(
    "unfinished-migration",
    `a migration of ${name} begun at ${last.plan.madeAt} is unfinished`,
    "go on with `dovetail resume`, or undo it with `dovetail rollback`",
    "two plans for one cluster would not know of each other's changes",
  );
}

function clusterOf(world: Reading, snapshot: Snapshot): ClusterIdentity {
  const { clusterName, account } = snapshot;
  if (clusterName === undefined)
    throw usage("no-cluster", "nothing read says which EKS cluster this is", "pass --cluster");
  if (account?.autoScalingGroups === undefined) {
    throw new Fault("migrate.no-account", `the AWS account of ${clusterName} could not be read`, {
      why: "the sizes of its node groups must be recorded before they are changed",
      hint: "check the credentials with `aws sts get-caller-identity`",
    });
  }
  return {
    name: clusterName,
    region: account.region,
    accountId: account.accountId ?? "unknown",
    server: world.cluster.where.server,
  };
}

function heldPools(snapshot: Snapshot): readonly KubeObject[] {
  const pools = (snapshot.objects.nodepools ?? []).filter(isHeld);
  if (pools.length === 0) {
    throw usage(
      "no-pools",
      "no NodePool waits to take over",
      "run `dovetail setup` and `dovetail install` first",
      "install applies the translated NodePools held, and the hand-over releases them",
    );
  }
  return pools.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function chooseGroups(
  facts: MigrationFacts,
  pools: readonly KubeObject[],
  options: MigrationOptions,
): {
  readonly groups: readonly NodeGroup[];
  readonly leftOut: readonly { readonly group: string; readonly reason: string }[];
} {
  requireKnown(facts.groups, [...(options.groups ?? []), ...options.keep.keys()]);
  const replaced = new Set(pools.flatMap(originsOf));
  const groups: NodeGroup[] = [];
  const leftOut: { group: string; reason: string }[] = [];
  for (const group of facts.groups) {
    const reason = reasonToLeaveOut(group, replaced, options);
    if (reason === undefined) groups.push(group);
    else leftOut.push({ group: group.name, reason });
  }
  if (groups.length === 0) {
    const reasons = leftOut.map((one) => `${one.group}: ${one.reason}`).join("; ");
    throw usage(
      "no-groups",
      "no node group is left to shift",
      "pass --group, or run `dovetail install` for more groups",
      reasons,
    );
  }
  return { groups, leftOut };
}

function reasonToLeaveOut(
  group: NodeGroup,
  replaced: ReadonlySet<string>,
  options: MigrationOptions,
): string | undefined {
  if (options.groups !== undefined && !options.groups.includes(group.name)) return "not asked for";
  if (group.autoScalingGroupName === undefined || group.autoScalingGroup === undefined) {
    return "its Auto Scaling group could not be read";
  }
  // A group asked for by name is taken although CA never managed it.
  const isAsked = options.groups?.includes(group.name) === true;
  if (!isAsked && group.isManagedByAutoscaler === false) return "Cluster Autoscaler does not manage it";
  if (replaced.size > 0 && !replaced.has(group.name)) return "no held NodePool replaces it";
  return undefined;
}

function requireKnown(groups: readonly NodeGroup[], names: readonly string[]): void {
  const known = groups.map((group) => group.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw usage(
    "no-node-group",
    `there is no node group ${unknown.join(", ")}`,
    `node groups: ${known.join(", ") || "none"}`,
  );
}

function originsOf(pool: KubeObject): readonly string[] {
  return (pool.metadata.annotations?.[originAnnotation] ?? "").split(/[\s,]+/).filter((name) => name !== "");
}
