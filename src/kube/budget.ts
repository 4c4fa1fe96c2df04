import type { KubeObject, Pod, PodDisruptionBudget } from "./objects.ts";
import type { Owners } from "./owners.ts";
import { controllerOf, isReady, isTerminal, isTerminating } from "./pod.ts";
import { compileSelector } from "./selector.ts";

/** What the disruption controller would write into a budget's status for these pods. */
export type BudgetState =
  | {
      readonly kind: "counted";
      readonly expectedPods: number;
      readonly currentHealthy: number;
      readonly desiredHealthy: number;
      readonly disruptionsAllowed: number;
    }
  /** The controller cannot count and allows nothing: a pod whose owner has no scale, a malformed value. */
  | {
      readonly kind: "uncountable";
      readonly reason: string;
      /** Not the controller cannot count, but we: a pod's owner was not read. */
      readonly isUnread?: boolean;
    };

/** Budgets by the pods they cover. Build once per snapshot. */
export interface BudgetIndex {
  budgetsOf(pod: Pod): readonly PodDisruptionBudget[];
  podsOf(budget: PodDisruptionBudget): readonly Pod[];
}

const noPods: readonly Pod[] = [];

/** Matches budgets to pods of the same namespace; an absent selector covers nothing, an empty one everything. */
export function indexBudgets(budgets: readonly PodDisruptionBudget[], pods: readonly Pod[]): BudgetIndex {
  const byNamespace = new Map<string, { budget: PodDisruptionBudget; matches: (pod: Pod) => boolean; pods: Pod[] }[]>();
  const entryOf = new Map<PodDisruptionBudget, { pods: Pod[] }>();
  for (const budget of budgets) {
    const selector = compileSelector(budget.spec.selector);
    const entry = {
      budget,
      matches: (pod: Pod) => selector.ok && selector.matches(pod.metadata.labels),
      pods: new Array<Pod>(),
    };
    const namespace = budget.metadata.namespace ?? "";
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), entry]);
    entryOf.set(budget, entry);
  }
  const budgetsOf = new Map<Pod, readonly PodDisruptionBudget[]>();
  for (const pod of pods) {
    const covering = byNamespace.get(pod.metadata.namespace ?? "")?.filter((entry) => entry.matches(pod)) ?? [];
    if (covering.length === 0) continue;
    budgetsOf.set(
      pod,
      covering.map((entry) => entry.budget),
    );
    for (const entry of covering) entry.pods.push(pod);
  }
  return {
    budgetsOf: (pod) => budgetsOf.get(pod) ?? [],
    podsOf: (budget) => entryOf.get(budget)?.pods ?? noPods,
  };
}

/**
 * The disruption controller's arithmetic (`pkg/controller/disruption`): percentages round up for both bounds, `maxUnavailable` and
 * percentages count against the scale of the pods' controllers, an integer `minAvailable` against the pods that exist.
 */
export function countBudget(budget: PodDisruptionBudget, pods: readonly Pod[], owners: Owners): BudgetState {
  const { minAvailable, maxUnavailable } = budget.spec;
  const currentHealthy = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
  let expectedPods = pods.length;
  let desiredHealthy = 0;
  if (maxUnavailable !== undefined) {
    const scale = expectedScale(pods, owners);
    if (typeof scale !== "number") return scale;
    const allowed = ofTotal(maxUnavailable, scale);
    if (allowed === undefined) return malformed("maxUnavailable", maxUnavailable);
    expectedPods = scale;
    desiredHealthy = Math.max(0, scale - allowed);
  } else if (typeof minAvailable === "number") {
    desiredHealthy = minAvailable;
  } else if (minAvailable !== undefined) {
    const scale = expectedScale(pods, owners);
    if (typeof scale !== "number") return scale;
    const wanted = ofTotal(minAvailable, scale);
    if (wanted === undefined) return malformed("minAvailable", minAvailable);
    expectedPods = scale;
    desiredHealthy = wanted;
  }
  const spare = currentHealthy - desiredHealthy;
  const disruptionsAllowed = expectedPods <= 0 || spare <= 0 ? 0 : spare;
  return { kind: "counted", expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed };
}

/** Even with every pod healthy no disruption is allowed: the drain can never pass. Undefined when the budget cannot be counted. */
export function isImpossible(budget: PodDisruptionBudget, pods: readonly Pod[], owners: Owners): boolean | undefined {
  const state = countBudget(budget, pods, owners);
  if (state.kind === "uncountable") return undefined;
  return state.expectedPods > 0 && state.desiredHealthy >= state.expectedPods;
}

/** How the Eviction API would answer for one pod, from the budgets' status. */
export type Evictability =
  | { readonly kind: "free" }
  /** Allowed although counted: a finished, pending, leaving or unhealthy pod that its budget does not protect. */
  | { readonly kind: "exempt"; readonly reason: string }
  | { readonly kind: "allowed"; readonly budget: PodDisruptionBudget; readonly disruptionsAllowed: number }
  | { readonly kind: "blocked"; readonly budget: PodDisruptionBudget; readonly reason: string }
  | { readonly kind: "impossible"; readonly budgets: readonly PodDisruptionBudget[] };

/** The Eviction API's own rules (`pkg/registry/core/pod/rest/eviction.go`). */
export function evictability(pod: Pod, budgets: readonly PodDisruptionBudget[]): Evictability {
  if (isTerminal(pod) || isTerminating(pod) || pod.status?.phase === "Pending") {
    return { kind: "exempt", reason: "finished, pending or leaving pods are not protected by budgets" };
  }
  const [budget, second] = budgets;
  if (budget === undefined) return { kind: "free" };
  if (second !== undefined) return { kind: "impossible", budgets };
  const status = budget.status;
  if (!isReady(pod)) {
    if (budget.spec.unhealthyPodEvictionPolicy === "AlwaysAllow") {
      return { kind: "exempt", reason: "not Ready, and the budget's unhealthyPodEvictionPolicy is AlwaysAllow" };
    }
    const desired = status?.desiredHealthy ?? 0;
    if (desired > 0 && (status?.currentHealthy ?? 0) >= desired) {
      return { kind: "exempt", reason: "not Ready, and the budget is healthy without it" };
    }
  }
  if (status === undefined || (status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    return { kind: "blocked", budget, reason: "the disruption controller has not counted this budget yet" };
  }
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed > 0) return { kind: "allowed", budget, disruptionsAllowed: allowed };
  const healthy = `${status.currentHealthy ?? 0} healthy of ${status.desiredHealthy ?? 0} wanted`;
  return { kind: "blocked", budget, reason: `the budget allows no disruption now (${healthy})` };
}

/** An integer, or a percentage of `total` rounded up; undefined when it is neither. */
export function ofTotal(value: number | string, total: number): number | undefined {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? undefined : Math.ceil((Number(percent) * total) / 100);
}

// Sum of the replicas of the distinct controllers. Pods without a controller count for nothing, as since Kubernetes 1.22.
function expectedScale(
  pods: readonly Pod[],
  owners: Owners,
): number | (BudgetState & { readonly kind: "uncountable" }) {
  const seen = new Set<string>();
  let scale = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) continue;
    const scaler = scalerOf(pod, owners);
    const title = `${scaler?.kind ?? owner.kind} ${pod.metadata.namespace ?? ""}/${scaler?.metadata.name ?? owner.name}`;
    if (seen.has(title)) continue;
    seen.add(title);
    if (scaler === undefined) {
      return { kind: "uncountable", reason: `${title} was not read, so its scale is unknown`, isUnread: true };
    }
    const replicas = replicasOf(scaler);
    if (replicas === undefined) return { kind: "uncountable", reason: `${title} has no scale to count against` };
    scale += replicas;
  }
  return scale;
}

// The Deployment over a ReplicaSet; a ReplicaSet of any other owner (Argo Rollouts) counts itself.
function scalerOf(pod: Pod, owners: Owners): KubeObject | undefined {
  const direct = owners.direct(pod);
  const top = owners.top(pod);
  const isUnderDeployment = direct === undefined || controllerOf(direct)?.kind === "Deployment";
  return isUnderDeployment && top?.kind === "Deployment" ? (top.object ?? direct) : direct;
}

function replicasOf(object: { readonly kind: string } | undefined): number | undefined {
  if (object === undefined || !scaled.has(object.kind) || !("spec" in object)) return undefined;
  const spec = object.spec;
  if (typeof spec !== "object" || spec === null) return undefined;
  const replicas = "replicas" in spec ? spec.replicas : 1;
  return typeof replicas === "number" ? replicas : 1;
}

const scaled = new Set(["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"]);

function malformed(field: string, value: number | string): BudgetState {
  return { kind: "uncountable", reason: `${field} "${value}" is neither a number nor a percentage` };
}
