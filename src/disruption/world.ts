// Mirrors pkg/controllers/disruption/helpers.go of karpenter v1.14.1.
import type { NodePool } from "../karpenter/api.ts";
import { type CandidateContext, type DisruptionClass, isCandidate, podsOn } from "../scheduling/pods/candidates.ts";
import { managedPools, typesOf } from "../scheduling/nodes/node-pools.ts";
import { readWorld, type SchedulingWorld } from "../scheduling/pass/solve.ts";
import type { StateNode } from "../scheduling/state-node.ts";
import { type CostReading, evictionCost, lifetimeRemaining } from "../karpenter/disruption-cost.ts";
import { type Buying, buyableIn, lowestPrice } from "../karpenter/prices.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { isReschedulable } from "../karpenter/pod-predicates.ts";
import { groupBy } from "../kube/group-by.ts";
import type { Pod } from "../kube/objects.ts";
import { anyValue } from "../karpenter/requirement.ts";
import { fromLabels, requirementOf } from "../karpenter/requirements.ts";
import { type TypeFacts, typeFacts } from "../scheduling/types/type-facts.ts";
import { withRepair } from "./repair-decision.ts";
import type { Candidate, DisruptionInput } from "./types.ts";

/** A cluster as disruption sees it, read once. */
export interface DisruptionWorld {
  readonly input: DisruptionInput;
  readonly scheduling: SchedulingWorld;
  /** How prices are read. */
  readonly buying: Buying;
  /** How costs of eviction are read. */
  readonly costs: CostReading;
  readonly pools: readonly NodePool[];
  readonly poolByName: ReadonlyMap<string, NodePool>;
  /** Types by name, by pool; pools without any are left out. */
  readonly typesByPool: ReadonlyMap<string, ReadonlyMap<string, TypeFacts>>;
}

/** Reads a cluster for any number of methods and instants. */
export function readDisruptionWorld(input: DisruptionInput): DisruptionWorld {
  const scheduling = readWorld(input);
  const pools = managedPools(input.objects);
  const byList = new Map<unknown, ReadonlyMap<string, TypeFacts>>();
  const typesByPool = new Map<string, ReadonlyMap<string, TypeFacts>>();
  for (const { metadata } of pools) {
    const types = typesOf(metadata.name, input.instanceTypes);
    if (types.length === 0) continue;
    const byName = byList.get(types) ?? new Map(types.map((type) => [type.name, typeFacts(type, scheduling.family)]));
    byList.set(types, byName);
    typesByPool.set(metadata.name, byName);
  }
  return {
    input,
    scheduling,
    buying: { family: scheduling.family, buyable: buyableIn(input.behaviour) },
    costs: {
      behaviour: input.behaviour,
      managesDeletionCost: input.options.featureGates?.["PodDeletionCostManagement"] === true,
    },
    pools,
    poolByName: new Map(pools.map((pool) => [pool.metadata.name, pool])),
    typesByPool,
  };
}

/**
 * Nodes that may be disrupted at an instant, by name (Karpenter's `GetCandidates`; its order is random, methods sort them); of the names
 * asked for, where some are.
 */
export function candidatesAt(
  world: DisruptionWorld,
  nowMs: number,
  how: DisruptionClass,
  only?: ReadonlySet<string>,
): Candidate[] {
  const { input, scheduling } = world;
  const context: CandidateContext = {
    state: scheduling.state,
    budgets: scheduling.budgets,
    pools: world.typesByPool,
    nowMs,
    behaviour: input.behaviour,
    marks: marksAt(input, nowMs),
  };
  return scheduling.state.nodes.flatMap((node) => {
    if (only?.has(node.name) === false) return [];
    const pool = world.poolByName.get(node.labels[labelKeys.nodePool] ?? "");
    if (pool === undefined || !isCandidate(node, context, how)) return [];
    const candidate = candidateOf(node, pool, { world, nowMs });
    return how === "repair" ? withRepair(candidate, context) : [candidate];
  });
}

/** Marks count seconds back from the input's instant. */
function marksAt({ marks, nowMs: baseMs }: DisruptionInput, nowMs: number): DisruptionInput["marks"] {
  if (marks?.nominatedSecondsAgo === undefined) return marks;
  const later = (nowMs - baseMs) / 1000;
  const nominatedSecondsAgo = Object.fromEntries(
    Object.entries(marks.nominatedSecondsAgo).map(([name, ago]) => [name, ago + later]),
  );
  return { ...marks, nominatedSecondsAgo };
}

function candidateOf(
  node: StateNode,
  pool: NodePool,
  { world, nowMs }: { readonly world: DisruptionWorld; readonly nowMs: number },
): Candidate {
  const pods = podsOn(node, world.scheduling.state);
  const reschedulablePods = pods.filter(isReschedulable);
  const type = world.typesByPool.get(pool.metadata.name)?.get(node.labels[labelKeys.instanceType] ?? "");
  const zone = node.labels[labelKeys.zone];
  const capacityType = node.labels[labelKeys.capacityType];
  const price =
    world.input.behaviour.candidatePrice === "own"
      ? offeringPrice(type, { zone: zone ?? "", capacityType: capacityType ?? "" })
      : cheapestPrice(type, node, world);
  const rescheduleCost = costOfMoving(reschedulablePods, world.costs);
  let evictions = 0;
  for (const pod of pods) evictions += evictionCost(pod, world.costs);
  return {
    node,
    pool,
    type,
    zone,
    capacityType,
    reschedulablePods,
    price: price ?? 0,
    isPriced: price !== undefined,
    disruptionCost: evictions * (node.claim === undefined ? 1 : lifetimeRemaining(node.claim, nowMs)),
    rescheduleCost,
    savingsRatio: (price ?? 0) / rescheduleCost,
  };
}

/** What the node itself costs, drained and started anew, whatever runs on it. */
export const nodeBaseCost = 1;

/** The node's base cost and what moving these pods costs; pods that are glad to go do not make it less. */
function costOfMoving(pods: readonly Pod[], costs: CostReading): number {
  let cost = nodeBaseCost;
  for (const pod of pods) cost += Math.max(0, evictionCost(pod, costs));
  return cost;
}

/** USD per hour of the cheapest offering that the node's labels allow, sold out or not; undefined without any (`getCandidatePrices`). */
function cheapestPrice(
  type: TypeFacts | undefined,
  node: StateNode,
  { scheduling: { family } }: DisruptionWorld,
): number | undefined {
  return type === undefined ? undefined : lowestPrice(type.offerings, fromLabels(node.labels, family), family);
}

/** USD per hour of the first offering for the place, sold out or not (Karpenter's `OfferingPrice`); undefined when there is none. */
export function offeringPrice(
  type: TypeFacts | undefined,
  { zone, capacityType }: { readonly zone: string; readonly capacityType: string },
): number | undefined {
  return type?.offerings.find(
    (offering) =>
      offering.capacityType === capacityType && anyValue(requirementOf(offering.requirements, labelKeys.zone)) === zone,
  )?.price;
}

/** Candidates by their NodePool, in order of first appearance. */
export function byPoolName(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  return groupBy(candidates, ({ pool }) => pool.metadata.name);
}
