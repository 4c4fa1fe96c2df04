import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import type { MigrationOptions } from "../../migration/shift/options.ts";
import { forecastJson, type ShiftForecast } from "../../migration/shift/forecast.ts";
import { planMigration } from "../../migration/shift/plan.ts";
import { Fault, usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import type { Pod } from "../../kube/objects.ts";
import { type Consents, isNamed, podName } from "../../migration/shift/movable.ts";
import type { Reading } from "../../ports/world.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import { requireOwn } from "../run/same-cluster.ts";
import { planned } from "../run/planned.ts";
import { chooseGroups } from "./choose.ts";
import { discover } from "../read/discover.ts";
import { readSnapshot } from "../read/read.ts";
import { endOf, hasBegun, pastPlans, standingMigrations } from "../../migration/history.ts";
import { costOfNodes } from "../forecast/prices.ts";
import { type ClusterIdentity, type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";
import { knownOf } from "./blockers.ts";
import type { UnschedulablePod } from "../../forecast/types.ts";

/** What a cut-over is planned from. */
export interface MigrationFacts {
  readonly snapshot: Snapshot;
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly groups: readonly NodeGroup[];
  /** The journal as it was before anything was read. */
  readonly journal: readonly JournalEntry[];
  /** What `simulate` promised, to compare with later. */
  readonly forecast?: ShiftForecast;
  /** Pods that no NodePool takes, as the same simulation found; undefined when it was not asked. */
  readonly unschedulable?: readonly UnschedulablePod[];
}

/** Reads cluster and account and finds CA and its node groups. */
export async function readMigrationFacts(world: Reading, clusterName?: string): Promise<MigrationFacts> {
  const { entries } = await world.journal.read();
  const name = world.cluster.where.context;
  const snapshot = await readSnapshot(world, {
    source: { kind: "live", name, server: world.cluster.where.server },
    ...(clusterName === undefined ? {} : { clusterName }),
  });
  const { autoscalers, nodeGroups } = discover(snapshot);
  return { snapshot, autoscalers, groups: nodeGroups, journal: entries };
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
  await requireOwn(world, cluster);
  refuseSecond((await world.journal.read()).entries, cluster.name);
  const { groups, leftOut, pools, poolsInCharge } = chooseGroups(facts, { cluster: cluster.name, options });
  requireKnownPods(snapshot.objects.pods ?? [], options.consents);
  const cost = await costOfNodes(world, cluster.region, snapshot.objects.nodes ?? []);
  const plan = planMigration({
    snapshot,
    autoscalers: facts.autoscalers,
    groups,
    pools: pools.map((pool) => pool.metadata.name),
    poolsInCharge: poolsInCharge.map((pool) => pool.metadata.name),
    leftOut,
    options,
    cluster,
    madeAt: new Date(world.clock.nowMs()).toISOString(),
    before: { nodes: cost.nodes, usdPerHour: cost.usdPerHour.expected ?? null },
    ...(facts.forecast === undefined ? {} : { forecast: forecastJson(facts.forecast) }),
  });
  const leaving = stepsOfKind(plan, "migrate/drain").flatMap(({ params }) => params.nodes.map(({ name }) => name));
  const known = { ...plan, context: { ...plan.context, ...knownOf(facts, new Set(leaving), options) } };
  return planned(world, known, facts.journal);
}

/**
 * The migration that resume and verify speak of: the newest of the journal. Throws `usage.no-migration` when there is none.
 */
export async function lastMigration(
  world: Reading,
  clusterName?: string,
): Promise<{ readonly plan: MigrationPlan; readonly end: "completed" | "rolled-back" | undefined }> {
  const { entries } = await world.journal.read();
  const name = clusterName ?? clusterIn(entries);
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

/** The migration that rollback begins with: the newest of which something stands, else the newest of all. Throws as `lastMigration`. */
export async function lastStanding(
  world: Reading,
  clusterName?: string,
): Promise<{ readonly plan: MigrationPlan; readonly end: "completed" | "rolled-back" | undefined }> {
  const last = await lastMigration(world, clusterName);
  const { entries } = await world.journal.read();
  const [plan] = standingMigrations(entries, last.plan.cluster.name);
  return plan === undefined ? last : { plan, end: endOf(plan.id, entries) };
}

/** The cluster of the journal's newest plan; undefined in a journal without one. */
export function clusterIn(entries: readonly JournalEntry[]): string | undefined {
  const newest = entries.findLast((entry) => entry.type === "planned");
  return newest?.type === "planned" ? newest.plan.cluster.name : undefined;
}

/** A consent that names no pod was meant for another: the pod that it was meant for would stop the migration half-way. */
function requireKnownPods(pods: readonly Pod[], consents: Consents): void {
  for (const [option, patterns] of [
    ["--move-bare", consents.bare],
    ["--move-protected", consents.protected],
  ] as const) {
    const pattern = patterns.find((one) => !pods.some((pod) => isNamed(pod, [one])));
    if (pattern === undefined) continue;
    const names = pods.map(podName);
    const own = names.find((name) => name.endsWith(`/${pattern}`));
    const near = own ?? nearest(pattern, names);
    throw usage(
      "no-such-pod",
      `${option} ${pattern} names no pod of the cluster`,
      near === undefined ? "write it as NAMESPACE/NAME, NAMESPACE/* or *" : `did you mean ${near}?`,
    );
  }
}

/** Reads without which a managed node group would be taken for one of Auto Scaling's own, or not be seen. */
const neededOfAws = ["aws:ListNodegroups", "aws:DescribeNodegroup", "aws:DescribeAutoScalingGroups"];
const needed = ["nodes", "pods", "deployments", "replicasets", "statefulsets", "nodepools"] as const;

/** What was not read is unknown, not absent: a plan made without the pods would empty nodes that must stay. */
function requireRead(snapshot: Snapshot): void {
  const gap = snapshot.gaps.find(({ what }) => needed.some((resource) => resource === what));
  const missing = gap?.what ?? needed.find((resource) => snapshot.objects[resource] === undefined);
  const unread = snapshot.gaps.find(({ what }) => neededOfAws.includes(what));
  if (missing === undefined && unread !== undefined) {
    throw new Fault("migrate.unread", `${unread.what.replace("aws:", "")} could not be read: ${unread.detail}`, {
      why: "a plan that does not know every node group would change their sizes in a wrong way, or leave them out",
      hint: "check the permissions with `dovetail permissions`, then run `dovetail migrate` again",
      outcome: "nothing was changed",
    });
  }
  if (missing === undefined) return;
  throw new Fault("migrate.unread", `${missing} could not be read: ${gap?.detail ?? "not asked for"}`, {
    why: "a plan that does not know them would move what must stay",
    hint: "run `dovetail migrate` again; if it stays, check with `kubectl auth can-i list " + missing + " -A`",
    outcome: "nothing was changed",
  });
}

/** One cut-over at a time: of others, nothing is under way, neither forward nor back. */
function refuseSecond(entries: readonly JournalEntry[], name: string): void {
  const open = pastPlans(entries, "migrate", name).findLast(
    ({ plan, end }) => end === undefined && hasBegun(plan.id, entries),
  );
  if (open === undefined) return;
  throw usage(
    "unfinished-migration",
    `a migration of ${name} begun at ${open.plan.madeAt} is unfinished`,
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
      hint: "check the credentials with `aws sts get-caller-identity`, then run `dovetail migrate` again",
    });
  }
  return {
    name: clusterName,
    region: account.region,
    accountId: account.accountId ?? "unknown",
    server: world.cluster.where.server,
  };
}
