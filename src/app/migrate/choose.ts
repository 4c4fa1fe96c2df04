import type { NodeGroup } from "../../autoscaler/types.ts";
import { clusterRelease } from "../../karpenter/cluster-release.ts";
import { usage } from "../../fault/fault.ts";
import { isHeld } from "../../karpenter/hold.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { pastPlans } from "../../migration/history.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import { stillDone } from "../../migration/journal.ts";
import type { MigrationOptions } from "../../migration/shift/options.ts";
import { originAnnotation } from "../../translation/assemble.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** What one cut-over moves, and by which NodePools. */
interface Choice {
  readonly groups: readonly NodeGroup[];
  readonly leftOut: readonly { readonly group: string; readonly reason: string }[];
  /** Those that replace the groups and wait to be released. */
  readonly pools: readonly KubeObject[];
  /** Those that replace the groups and were released by an earlier cut-over. */
  readonly poolsInCharge: readonly KubeObject[];
}

/**
 * Chooses the node groups that are moved, and the NodePools that take their pods. Those of groups that stay are not touched. Throws
 * `usage.older-karpenter`, `usage.no-pools`, `usage.no-groups` and `usage.no-node-group`.
 */
export function chooseGroups(
  facts: {
    readonly snapshot: Snapshot;
    readonly groups: readonly NodeGroup[];
    readonly journal: readonly JournalEntry[];
  },
  asked: { readonly cluster: string; readonly options: MigrationOptions },
): Choice {
  const { options } = asked;
  refuseOlder(facts.snapshot);
  requireKnown(facts.groups, [...(options.groups ?? []), ...options.keep.keys()]);
  const pools = (facts.snapshot.objects.nodepools ?? []).toSorted(byName);
  const moved = movedBefore(facts.journal, asked.cluster);
  const groups: NodeGroup[] = [];
  const leftOut: { group: string; reason: string }[] = [];
  for (const group of facts.groups) {
    const reason = reasonToLeaveOut(group, { pools, moved, options });
    if (reason === undefined) groups.push(group);
    else leftOut.push({ group: group.name, reason });
  }
  if (groups.length === 0 || (moved.size === 0 && !pools.some(isHeld))) throw nothingToMove({ pools, moved, leftOut });
  const chosen = poolsFor(
    groups.map((group) => group.name),
    pools,
  );
  // Without an earlier cut-over nobody released them for good: the first check of the plan says so.
  const isWaiting = (pool: KubeObject): boolean => isHeld(pool) || moved.size === 0;
  return { groups, leftOut, pools: chosen.filter(isWaiting), poolsInCharge: chosen.filter((pool) => !isWaiting(pool)) };
}

// What a hand-over releases, watches and takes back are objects of v1.
function refuseOlder({ objects }: Snapshot): void {
  const running = clusterRelease(objects);
  if (running.kind !== "known" || running.release.line === "v1") return;
  const { version, line } = running.release;
  throw usage(
    "older-karpenter",
    `the cluster's Karpenter ${version} serves ${line}: the hand-over speaks v1`,
    "bring Karpenter to 1.x first, step by step as upstream's upgrade guide says; `dovetail convert` turns its manifests into v1",
    "what it would release, watch and take back are NodePools and NodeClaims of v1",
  );
}

/** Groups that cut-overs before this one moved and that were not taken back, by the plan that moved them. */
function movedBefore(entries: readonly JournalEntry[], cluster: string): ReadonlyMap<string, string> {
  const standing = pastPlans(entries, "migrate", cluster).filter(({ plan }) => stillDone(plan, entries).length > 0);
  return new Map(
    standing.flatMap(({ plan }) => plan.context.groups.map(({ name }): [string, string] => [name, plan.id])),
  );
}

function reasonToLeaveOut(
  group: NodeGroup,
  seen: {
    readonly pools: readonly KubeObject[];
    readonly moved: ReadonlyMap<string, string>;
    readonly options: MigrationOptions;
  },
): string | undefined {
  const { groups } = seen.options;
  const before = seen.moved.get(group.name);
  if (before !== undefined) return `moved before, by ${before}`;
  if (groups !== undefined && !groups.includes(group.name)) return notAskedFor;
  if (group.autoScalingGroupName === undefined || group.autoScalingGroup === undefined) {
    return "its Auto Scaling group could not be read";
  }
  // A group asked for by name is taken although CA never managed it.
  const isAsked = groups?.includes(group.name) === true;
  if (!isAsked && group.isManagedByAutoscaler === false) return "Cluster Autoscaler does not manage it";
  if (poolsFor([group.name], seen.pools).length === 0) return "no NodePool replaces it";
  return undefined;
}

/** Why a group was left out that could have been moved as well. */
export const notAskedFor = "not asked for";

/** Pools that were translated from these groups; those that say nothing of where they come from are for all of them. */
function poolsFor(groups: readonly string[], pools: readonly KubeObject[]): readonly KubeObject[] {
  return pools.filter((pool) => {
    const origins = originsOf(pool);
    return origins.length === 0 ? isHeld(pool) : origins.some((origin) => groups.includes(origin));
  });
}

function nothingToMove(seen: {
  readonly pools: readonly KubeObject[];
  readonly moved: ReadonlyMap<string, string>;
  readonly leftOut: Choice["leftOut"];
}): Error {
  const why = seen.leftOut.map((one) => `${one.group}: ${one.reason}`).join("; ");
  if (seen.moved.size > 0) {
    const rest = seen.leftOut.filter((one) => one.reason === notAskedFor).map((one) => one.group);
    const way =
      rest.length === 0
        ? "look with `dovetail verify`, or take it back with `dovetail rollback`"
        : `left are ${rest.join(", ")}`;
    return usage("no-groups", "no node group is left to shift", way, why);
  }
  if (!seen.pools.some(isHeld)) {
    return usage(
      "no-pools",
      "no NodePool waits to take over",
      "run `dovetail setup` and `dovetail install` first",
      "install applies the translated NodePools held, and the hand-over releases them",
    );
  }
  return usage(
    "no-groups",
    "no node group is left to shift",
    "pass --group, or run `dovetail install` for more groups",
    why,
  );
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

function byName(a: KubeObject, b: KubeObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function originsOf(pool: KubeObject): readonly string[] {
  return (pool.metadata.annotations?.[originAnnotation] ?? "").split(/[\s,]+/).filter((name) => name !== "");
}
