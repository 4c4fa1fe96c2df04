import { isFargateNode, isKarpenterNode, isNodeReady, zoneOf } from "../../kube/node.ts";
import type { Node, Pod } from "../../kube/objects.ts";
import { missingOf, pendingOf, worseThan } from "../../migration/shift/baseline.ts";
import { parseForecast, type ShiftForecast } from "../../migration/shift/forecast.ts";
import { type JournalEntry, recordedBefore, stepStateOf } from "../../migration/journal.ts";
import { isPlaceholder } from "../../migration/shift/movable.ts";
import type { PriceSource } from "../../money/price-book.ts";
import type { Reading } from "../../ports/world.ts";
import { stillSuspended } from "../migrate/rebalancing.ts";
import { readScale } from "../migrate/autoscalers.ts";
import { requireOwn } from "../run/same-cluster.ts";
import type { Figure } from "./figure.ts";
import { missesOf } from "./misses.ts";
import { costOfNodes } from "../forecast/prices.ts";
import { zoneLosses } from "../../migration/shift/spread.ts";
import { lastMigration } from "../migrate/prepare.ts";
import { readiness, readPools } from "../migrate/pools.ts";
import { type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";

/** Forecast beside fact, some time after a migration. */
export interface Verification {
  readonly plan: MigrationPlan;
  readonly end: "completed" | "rolled-back" | undefined;
  readonly nodes: Figure;
  readonly usdPerHour: Figure;
  /** Nodes by zone, for the zones that the forecast, or a node of now, lies in. */
  readonly zones: Readonly<Record<string, Figure>>;
  /** What missed the forecast, by how much, each one sentence; undefined where nothing can be said: no forecast, or not at the end. */
  readonly missed: readonly string[] | undefined;
  readonly priceSources: readonly PriceSource[];
  readonly unknownPrices: readonly string[];
  /** Nodes of Fargate, which are in no figure: AWS bills their pods. */
  readonly fargateNodes: number;
  readonly karpenterNodes: number;
  /** Pods that were evicted by the migration, from the journal. */
  readonly evictions: number;
  readonly minutes: number | undefined;
  /** How long pods born since the first step waited for a node. */
  readonly pending: { readonly pods: number; readonly longestSeconds: number; readonly overOneMinute: number };
  /** What is not as it should be; empty means yes. */
  readonly wrong: readonly string[];
  /** What the migration left different for a reason, each with the command that ends it. */
  readonly notes: readonly string[];
}

/**
 * Compares what the plan promised with what is there. Read-only. Throws `usage.no-migration` when nothing was
 * migrated.
 */
export async function verifyMigration(world: Reading, clusterName?: string): Promise<Verification> {
  const { plan, end } = await lastMigration(world, clusterName);
  const { entries } = await world.journal.read();
  await requireOwn(world, plan.cluster);
  const [nodes, pods] = await Promise.all([world.cluster.list("nodes"), world.cluster.list("pods")]);
  const cost = await costOfNodes(world, plan.cluster.region, nodes);
  const { before } = plan.context;
  const forecast = parseForecast(plan.context.forecast);
  const figures = {
    nodes: { before: before.nodes, forecast: forecast?.nodes, now: cost.nodes },
    usdPerHour: costFigure(before.usdPerHour ?? undefined, forecast, cost.usdPerHour.expected),
    zones: zoneFigures(forecast, nodes),
  };
  const span = spanOf(plan, entries);
  return {
    plan,
    end,
    ...figures,
    missed: end === "completed" && forecast !== undefined ? missesOf(figures) : undefined,
    priceSources: cost.sources,
    unknownPrices: cost.unknown,
    fargateNodes: cost.fargateNodes,
    karpenterNodes: nodes.filter(isKarpenterNode).length,
    evictions: evictionsOf(plan, entries),
    minutes: span.minutes,
    pending: pendingTimes(pods, span.startMs),
    wrong: end === "rolled-back" ? [] : await wrongs(world, plan, { nodes, pods }),
    notes: end === "completed" ? await stillSuspended(world, plan) : [],
  };
}

function costFigure(before: number | undefined, forecast: ShiftForecast | undefined, now: number | undefined): Figure {
  const { low, expected, high } = forecast?.usdPerHour ?? {};
  const figure = { before, forecast: expected, now };
  return low === undefined || high === undefined || low === high ? figure : { ...figure, range: { low, high } };
}

/** Machines by zone. A zone in which EC2 had the choice is promised as a range. */
function zoneFigures(forecast: ShiftForecast | undefined, nodes: readonly Node[]): Verification["zones"] {
  const now = new Map<string, number>();
  for (const node of nodes) {
    const zone = zoneOf(node);
    if (zone !== undefined && !isFargateNode(node)) now.set(zone, (now.get(zone) ?? 0) + 1);
  }
  const promised = new Map(forecast?.zones.map((one) => [one.zone, one]));
  const names = [...new Set([...promised.keys(), ...now.keys()])].toSorted();
  return Object.fromEntries(
    names.map((zone): [string, Figure] => {
      const { atLeast, atMost } = promised.get(zone) ?? (forecast === undefined ? {} : { atLeast: 0, atMost: 0 });
      const figure = { before: undefined, forecast: atLeast, now: now.get(zone) ?? 0 };
      if (atLeast === undefined || atMost === undefined || atLeast === atMost) return [zone, figure];
      return [zone, { ...figure, range: { low: atLeast, high: atMost } }];
    }),
  );
}

async function wrongs(
  world: Reading,
  plan: MigrationPlan,
  seen: { readonly nodes: readonly Node[]; readonly pods: readonly Pod[] },
): Promise<readonly string[]> {
  const [deployments, statefulsets, replicasets] = await Promise.all([
    world.cluster.list("deployments"),
    world.cluster.list("statefulsets"),
    world.cluster.list("replicasets"),
  ]);
  const found: string[] = [];
  const autoscalers = stepsOfKind(plan, "migrate/hand-over").flatMap((step) => step.params.autoscalers);
  for (const autoscaler of autoscalers) {
    const { replicas } = await readScale(world, autoscaler);
    if (replicas > 0)
      found.push(`Cluster Autoscaler ${autoscaler.namespace}/${autoscaler.deployment} has ${replicas} replicas`);
  }
  for (const pool of await readPools(world, plan.context.pools)) {
    const ready = readiness(pool);
    if (ready?.isReady !== true)
      found.push(`NodePool ${pool.metadata.name} is not ready: ${ready?.message ?? "unknown"}`);
  }
  for (const node of seen.nodes) if (!isNodeReady(node)) found.push(`node ${node.metadata.name} is not ready`);
  const resting = new Set(autoscalers.map((one) => `Deployment/${one.namespace}/${one.deployment}`));
  const missing = Object.fromEntries(
    Object.entries(missingOf({ deployments, statefulsets, replicasets })).filter(([name]) => !resting.has(name)),
  );
  found.push(...worseThan(plan.context.baseline, { pending: pendingOf(seen.pods), missing }));
  found.push(...zoneLosses(plan.context, { ...seen, replicasets }));
  const leftovers = seen.pods.filter(isPlaceholder).length;
  if (leftovers > 0) found.push(`${leftovers} placeholders are left in kube-system`);
  return found;
}

function evictionsOf(plan: MigrationPlan, entries: readonly JournalEntry[]): number {
  return stepsOfKind(plan, "migrate/drain")
    .filter((step) => stepStateOf(step.id, plan.id, entries) === "done")
    .reduce((sum, step) => sum + (recordedBefore(step, plan.id, entries)?.pods ?? 0), 0);
}

function spanOf(
  plan: MigrationPlan,
  entries: readonly JournalEntry[],
): { readonly startMs: number; readonly minutes: number | undefined } {
  const own = entries.filter((entry) => entry.planId === plan.id);
  const startMs = Date.parse(own[0]?.at ?? plan.madeAt);
  const finished = own.findLast((entry) => entry.type === "finished");
  return {
    startMs,
    minutes: finished === undefined ? undefined : Math.round((Date.parse(finished.at) - startMs) / 6_000) / 10,
  };
}

function pendingTimes(pods: readonly Pod[], startMs: number): Verification["pending"] {
  const seconds = pods.flatMap((pod) => {
    const bornMs = Date.parse(pod.metadata.creationTimestamp ?? "");
    const bound = pod.status?.conditions?.find((one) => one.type === "PodScheduled" && one.status === "True");
    const boundMs = Date.parse(bound?.lastTransitionTime ?? "");
    if (Number.isNaN(bornMs) || Number.isNaN(boundMs) || bornMs < startMs || isPlaceholder(pod)) return [];
    return [Math.max(0, (boundMs - bornMs) / 1000)];
  });
  return {
    pods: seconds.length,
    longestSeconds: seconds.reduce((most, one) => Math.max(most, one), 0),
    overOneMinute: seconds.filter((one) => one > 60).length,
  };
}
