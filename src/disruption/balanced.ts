// Mirrors pkg/controllers/disruption/balanced.go of karpenter v1.14.1.
import { type CostReading, evictionCost } from "../karpenter/disruption-cost.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { isOwnedByDaemonSet } from "../karpenter/pod-predicates.ts";
import { inNameOrder, type StateNode } from "../scheduling/state-node.ts";
import { estimatedSavings, sumOfPrices } from "./consolidate.ts";
import type { Candidate, Command } from "./types.ts";
import { byPoolName, type DisruptionWorld, nodeBaseCost, offeringPrice } from "./world.ts";

/** What a pool has in all: a move is weighed against it. */
interface PoolTotals {
  /** USD per hour. */
  readonly cost: number;
  readonly disruption: number;
}

/** A move may cost twice the share of disruption that it saves of cost. */
const worthFactor = 2;

/** Says whether moves are worth their disruption, in pools whose policy is `Balanced` (Karpenter's `balanced.go`). Others always are. */
export interface Balance {
  readonly approves: (command: Pick<Command, "candidates" | "replacements">) => boolean;
  /** False where even deleting the node for nothing would not be worth it. */
  readonly canApprove: (candidate: Candidate) => boolean;
}

/** Weighs moves against the totals of every pool that has a candidate, filtered out by the method or not. */
export function balanceOf(all: readonly Candidate[], world: DisruptionWorld): Balance {
  let known: ReadonlyMap<string, PoolTotals> | undefined;
  // Few fleets have a Balanced pool, and no other asks.
  const totals = (): ReadonlyMap<string, PoolTotals> => (known ??= totalsOf(all, world));
  return {
    approves: (command) => !command.candidates.some(isBalanced) || approves(command, totals(), world),
    canApprove: (candidate) => {
      if (!isBalanced(candidate)) return true;
      const { pool, price, rescheduleCost } = candidate;
      const total = totals().get(pool.metadata.name);
      if (total === undefined || total.cost <= 0) return true;
      return isWorth({ savings: price, disruption: rescheduleCost }, total);
    },
  };
}

function isBalanced({ pool }: Candidate): boolean {
  return pool.spec.disruption?.consolidationPolicy === "Balanced";
}

function approves(
  command: Pick<Command, "candidates" | "replacements">,
  totals: ReadonlyMap<string, PoolTotals>,
  world: DisruptionWorld,
): boolean {
  const byPool = byPoolName(command.candidates);
  const savings = estimatedSavings(command, world);
  const cost = sumOfPrices(command.candidates, world.input.behaviour);
  for (const [name, candidates] of byPool) {
    const [first] = candidates;
    if (first === undefined || !isBalanced(first)) continue;
    const share =
      cost > 0 && byPool.size > 1 ? savings * (sumOfPrices(candidates, world.input.behaviour) / cost) : savings;
    let disruption = 0;
    for (const { rescheduleCost } of candidates) disruption += rescheduleCost;
    if (!isWorth({ savings: share, disruption }, totals.get(name) ?? { cost: 0, disruption: 0 })) return false;
  }
  return true;
}

function isWorth(move: { readonly savings: number; readonly disruption: number }, totals: PoolTotals): boolean {
  if (totals.cost <= 0 || totals.disruption <= 0) return false;
  const saved = move.savings / totals.cost;
  const disrupted = move.disruption / totals.disruption;
  if (saved <= 0) return false;
  return disrupted === 0 || saved / disrupted >= 1 / worthFactor;
}

function totalsOf(all: readonly Candidate[], world: DisruptionWorld): Map<string, PoolTotals> {
  const costs = trackedCosts(world);
  const disruption = disruptionOf(all, world);
  const byPool = byPoolName(all);
  const totals = new Map<string, PoolTotals>();
  for (const [name, candidates] of byPool) {
    const tracked = costs.get(name) ?? 0;
    totals.set(name, {
      cost: tracked > 0 ? tracked : sumOfPrices(candidates, world.input.behaviour),
      disruption: disruption.get(name) ?? 0,
    });
  }
  return totals;
}

/** By pool, over all its nodes: candidates count the pods that need another home, others every pod of no DaemonSet. */
function disruptionOf(
  all: readonly Candidate[],
  { scheduling: { state }, costs }: DisruptionWorld,
): Map<string, number> {
  const costOf = new Map(all.map(({ node, rescheduleCost }) => [node, rescheduleCost]));
  const sums = new Map<string, number>();
  for (const node of state.nodes) {
    const pool = node.labels[labelKeys.nodePool];
    if (pool !== undefined) sums.set(pool, (sums.get(pool) ?? 0) + (costOf.get(node) ?? costOfAll(node, costs)));
  }
  return sums;
}

function costOfAll({ pods }: StateNode, costs: CostReading): number {
  let cost = nodeBaseCost;
  for (const pod of pods) if (!isOwnedByDaemonSet(pod)) cost += Math.max(0, evictionCost(pod, costs));
  return cost;
}

const costLabels = [labelKeys.instanceType, labelKeys.capacityType, labelKeys.zone, labelKeys.nodePool];

/** USD per hour by pool, as Karpenter tracks it: NodeClaims with all labels, at the price of their offering (`pkg/state/cost`). */
function trackedCosts(world: DisruptionWorld): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { metadata } of inNameOrder(world.input.objects.nodeclaims ?? [])) {
    const { labels = {} } = metadata;
    const pool = labels[labelKeys.nodePool];
    if (pool === undefined || !world.poolByName.has(pool) || costLabels.some((key) => labels[key] === undefined))
      continue;
    const type = world.typesByPool.get(pool)?.get(labels[labelKeys.instanceType] ?? "");
    const place = { zone: labels[labelKeys.zone] ?? "", capacityType: labels[labelKeys.capacityType] ?? "" };
    sums.set(pool, (sums.get(pool) ?? 0) + (offeringPrice(type, place) ?? 0));
  }
  return sums;
}
