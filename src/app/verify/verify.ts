import { isKarpenterNode, isNodeReady } from "../../kube/node.ts";
import type { Json, Node, Pod } from "../../kube/objects.ts";
import { missingOf, parseBaseline, pendingOf, worseThan } from "../../migration/shift/baseline.ts";
import { type JournalEntry, recordedBefore, stateOf } from "../../migration/journal.ts";
import { isPlaceholder } from "../../migration/shift/movable.ts";
import type { Plan } from "../../migration/step.ts";
import type { PriceSource } from "../../money/price-book.ts";
import type { Reading } from "../../ports/world.ts";
import { parseAutoscalers, readScale } from "../migrate/autoscalers.ts";
import { costOfNodes } from "../forecast/prices.ts";
import { lastMigration } from "../migrate/prepare.ts";
import { readiness, readPools } from "../migrate/pools.ts";
import { textsAt, numberAt, objectAt } from "../../kube/json.ts";

/** A figure before the migration, as forecast, and as it is. Unknown stays unknown. */
export interface Figure {
  readonly before: number | undefined;
  readonly forecast: number | undefined;
  readonly now: number | undefined;
}

/** Forecast beside fact, some time after a migration. */
export interface Verification {
  readonly plan: Plan;
  readonly end: "completed" | "rolled-back" | undefined;
  readonly nodes: Figure;
  readonly usdPerHour: Figure;
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
}

/**
 * Compares what the plan promised with what is there. Read-only. Throws `usage.no-migration` when nothing was
 * migrated.
 */
export async function verifyMigration(world: Reading, clusterName?: string): Promise<Verification> {
  const { plan, end } = await lastMigration(world, clusterName);
  const { entries } = await world.journal.read();
  const [nodes, pods] = await Promise.all([world.cluster.list("nodes"), world.cluster.list("pods")]);
  const cost = await costOfNodes(world, plan.cluster.region, nodes);
  const before = objectAt(plan.context["before"]);
  const forecast = objectAt(plan.context["forecast"]);
  const span = spanOf(plan, entries);
  return {
    plan,
    end,
    nodes: { before: numberAt(before["nodes"]), forecast: numberAt(forecast["nodes"]), now: cost.nodes },
    usdPerHour: {
      before: numberAt(before["usdPerHour"]),
      forecast: numberAt(forecast["usdPerHour"]),
      now: cost.usdPerHour.expected,
    },
    priceSources: cost.sources,
    unknownPrices: cost.unknown,
    fargateNodes: cost.fargateNodes,
    karpenterNodes: nodes.filter(isKarpenterNode).length,
    evictions: evictionsOf(plan, entries),
    minutes: span.minutes,
    pending: pendingTimes(pods, span.startMs),
    wrong: end === "rolled-back" ? [] : await wrongs(world, plan, { nodes, pods }),
  };
}

async function wrongs(
  world: Reading,
  plan: Plan,
  seen: { readonly nodes: readonly Node[]; readonly pods: readonly Pod[] },
): Promise<readonly string[]> {
  const [deployments, statefulsets, replicasets] = await Promise.all([
    world.cluster.list("deployments"),
    world.cluster.list("statefulsets"),
    world.cluster.list("replicasets"),
  ]);
  const found: string[] = [];
  const handOver = plan.stages.flatMap((stage) => stage.steps).find((step) => step.kind === "migrate/hand-over");
  const autoscalers = parseAutoscalers(handOver?.params["autoscalers"]);
  for (const autoscaler of autoscalers) {
    const { replicas } = await readScale(world, autoscaler);
    if (replicas > 0)
      found.push(`Cluster Autoscaler ${autoscaler.namespace}/${autoscaler.deployment} has ${replicas} replicas`);
  }
  for (const pool of await readPools(world, textsAt(plan.context["pools"]))) {
    const ready = readiness(pool);
    if (ready?.isReady !== true)
      found.push(`NodePool ${pool.metadata.name} is not ready: ${ready?.message ?? "unknown"}`);
  }
  for (const node of seen.nodes) if (!isNodeReady(node)) found.push(`node ${node.metadata.name} is not ready`);
  const resting = new Set(autoscalers.map((one) => `Deployment/${one.namespace}/${one.deployment}`));
  const missing = Object.fromEntries(
    Object.entries(missingOf({ deployments, statefulsets, replicasets })).filter(([name]) => !resting.has(name)),
  );
  found.push(...worseThan(parseBaseline(plan.context["baseline"]), { pending: pendingOf(seen.pods), missing }));
  const leftovers = seen.pods.filter(isPlaceholder).length;
  if (leftovers > 0) found.push(`${leftovers} placeholders are left in kube-system`);
  return found;
}

function evictionsOf(plan: Plan, entries: readonly JournalEntry[]): number {
  return plan.stages
    .flatMap((stage) => stage.steps)
    .filter((step) => step.kind === "migrate/drain" && stateOf(step.id, plan.id, entries) === "done")
    .reduce((sum, step) => {
      const before: Json = recordedBefore(step.id, plan.id, entries) ?? null;
      return sum + (numberAt(objectAt(before)["pods"]) ?? 0);
    }, 0);
}

function spanOf(
  plan: Plan,
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
