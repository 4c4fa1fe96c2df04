// Mirrors framework/plugins/noderesources/resource_allocation.go of kube-scheduler 1.35.
import { type Amounts, isScalar, wholeShare } from "../amounts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { Shape } from "../pods/shape.ts";
import type { FitStrategy, ResourceWeight } from "../profile.ts";

/** Scores one node by its amounts, from 0 to 100. */
export type ResourceScorer = (node: NodeState) => number;

/** A scorer that remembers what it said of a node until the node changes. */
export function remembering(scorer: ResourceScorer): ResourceScorer {
  let versions = new Float64Array(64);
  let scores = new Int16Array(64);
  return (node) => {
    const { slot, version } = node;
    if (slot >= versions.length) {
      const size = Math.max(slot + 1, versions.length * 2);
      versions = grownTo(versions, new Float64Array(size));
      scores = grownTo(scores, new Int16Array(size));
    }
    if (versions[slot] === version) return scores[slot] ?? 0;
    const score = scorer(node);
    versions[slot] = version;
    scores[slot] = score;
    return score;
  };
}

function grownTo<T extends Float64Array | Int16Array>(array: T, next: T): T {
  next.set(array);
  return next;
}

/** A resource that is scored, with what the pod asks of it. */
interface Scored extends ResourceWeight {
  readonly wanted: number;
}

/** NodeResourcesFit's score for a shape (noderesources/least_allocated.go and its like). */
export function fitScorer(shape: Shape, strategy: FitStrategy): ResourceScorer {
  const resources = scoredOf(strategy.resources, shape.requests.scored);
  switch (strategy.type) {
    case "LeastAllocated":
      return (node) => weighted(resources, node, least);
    case "MostAllocated":
      return (node) => weighted(resources, node, most);
    default:
      return (node) => ratio(resources, node, strategy.shape);
  }
}

/**
 * NodeResourcesBalancedAllocation's score for a shape; undefined when the pod asks for none of the resources. It counts real requests.
 * `scoresTheChange`: how the pod changes the balance, around 75; else the balance that results.
 */
export function balanceScorer(
  shape: Shape,
  names: readonly string[],
  scoresTheChange: boolean,
): ResourceScorer | undefined {
  const resources = scoredOf(
    names.map((name) => ({ name, weight: 1 })),
    shape.requests.held,
  );
  if (resources.every(({ wanted }) => wanted === 0)) return undefined;
  if (!scoresTheChange) return (node) => balance(resources, node, 1);
  return (node) => 50 + Math.trunc((50 + balance(resources, node, 1) - balance(resources, node, 0)) / 2);
}

function scoredOf(resources: readonly ResourceWeight[], requests: Amounts): readonly Scored[] {
  return resources
    .map(({ name, weight }) => ({ name, weight, wanted: requests.of(name) }))
    .filter(({ name, wanted }) => wanted > 0 || !isScalar(name));
}

// A resource of which the node has none is left out.
function weighted(
  resources: readonly Scored[],
  node: NodeState,
  score: (requested: number, capacity: number) => number,
): number {
  let sum = 0;
  let weights = 0;
  for (const { name, weight, wanted } of resources) {
    const capacity = capacityOf(node, name);
    if (capacity === 0) continue;
    sum += score(nonZeroRequested(node, name) + wanted, capacity) * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.floor(sum / weights);
}

function least(requested: number, capacity: number): number {
  return requested > capacity ? 0 : wholeShare(capacity - requested, 100, capacity);
}

function most(requested: number, capacity: number): number {
  return wholeShare(Math.min(requested, capacity), 100, capacity);
}

// Resources that score 0 drop out with their weight; the quotient is rounded (requested_to_capacity_ratio.go).
function ratio(
  resources: readonly Scored[],
  node: NodeState,
  shape: readonly { utilization: number; score: number }[],
): number {
  let sum = 0;
  let weights = 0;
  for (const { name, weight, wanted } of resources) {
    const capacity = capacityOf(node, name);
    if (capacity === 0) continue;
    const requested = nonZeroRequested(node, name) + wanted;
    const score = onLine(shape, requested > capacity ? 100 : wholeShare(requested, 100, capacity));
    if (score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.round(sum / weights);
}

// helper.BuildBrokenLinearFunction, with scores of 10 stretched to 100 and cut to whole numbers.
function onLine(shape: readonly { utilization: number; score: number }[], at: number): number {
  let before: { utilization: number; score: number } | undefined;
  for (const point of shape) {
    if (at <= point.utilization) {
      if (before === undefined) return point.score * 10;
      const rise = (point.score - before.score) * 10 * (at - before.utilization);
      return before.score * 10 + Math.trunc(rise / (point.utilization - before.utilization));
    }
    before = point;
  }
  return (before?.score ?? 0) * 10;
}

// balancedResourceScorer: 100 less the standard deviation of the shares in use. `withPod` is 1, or 0 for the node as it is.
function balance(resources: readonly Scored[], node: NodeState, withPod: 0 | 1): number {
  let count = 0;
  let total = 0;
  let first = 0;
  let last = 0;
  for (const one of resources) {
    const share = usedShare(one, node, withPod);
    if (share < 0) continue;
    if (count === 0) first = share;
    last = share;
    total += share;
    count += 1;
  }
  if (count < 2) return 100;
  if (count === 2) return Math.trunc((1 - Math.abs((first - last) / 2)) * 100);
  const mean = total / count;
  let squares = 0;
  for (const one of resources) {
    const share = usedShare(one, node, withPod);
    if (share >= 0) squares += (share - mean) * (share - mean);
  }
  return Math.trunc((1 - Math.sqrt(squares / count)) * 100);
}

/** Share in use, at most 1; negative where the node has none of the resource. */
function usedShare({ name, wanted }: Scored, node: NodeState, withPod: 0 | 1): number {
  const capacity = capacityOf(node, name);
  if (capacity === 0) return -1;
  return Math.min(1, (node.requested.of(name) + withPod * wanted) / capacity);
}

function capacityOf({ allocatable }: NodeState, name: string): number {
  return name === "pods" ? 0 : allocatable.of(name);
}

function nonZeroRequested(node: NodeState, name: string): number {
  if (name === "cpu") return node.nonZeroMilliCpu;
  return name === "memory" ? node.nonZeroMemoryBytes : node.requested.of(name);
}
