import { asJson, isObject, valueAt } from "../../kube/json.ts";
import { countBudget, evictability, indexBudgets } from "../../kube/budget.ts";
import type { Pod, PodDisruptionBudget } from "../../kube/objects.ts";
import { indexOwners } from "../../kube/owners.ts";
import type { EvictionAnswer } from "../../kube/requests.ts";
import { str } from "../store/objects.ts";
import { type Core, timestamp } from "../world/core.ts";
import type { Actor } from "../world/state.ts";

/** Keeps the status of every PodDisruptionBudget as the disruption controller does. */
export function reconcileBudgets(core: Core): void {
  const all = core.api.peek("poddisruptionbudgets");
  if (all.length === 0) return;
  const index = indexBudgets(all, core.api.peek("pods"));
  const owners = indexOwners({
    deployments: core.api.peek("deployments"),
    replicasets: core.api.peek("replicasets"),
    statefulsets: core.api.peek("statefulsets"),
    daemonsets: core.api.peek("daemonsets"),
    jobs: core.api.peek("jobs"),
  });
  for (const budget of all) {
    const pods = index.podsOf(budget);
    const disrupted = disruptedPods(budget, pods, core.nowMs());
    const counted = countBudget(
      budget,
      pods.map((pod) => (disrupted[pod.metadata.name] === undefined ? pod : leaving(pod))),
      owners,
    );
    const isStuck = core.faults.isStuck(budget.metadata.namespace ?? "default", budget.metadata.name);
    const none = { expectedPods: pods.length, currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0 };
    const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } =
      counted.kind === "counted" ? counted : none;
    const status = {
      expectedPods,
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed: isStuck ? 0 : disruptionsAllowed,
      observedGeneration: budget.metadata.generation ?? 1,
      disruptedPods: disrupted,
    };
    const next: PodDisruptionBudget = { ...budget, status: { ...budget.status, ...status } };
    core.api.put("disruption-controller", "poddisruptionbudgets", next);
  }
}

// An eviction was granted, its effect has not been seen: the controller counts the pod as gone.
function leaving(pod: Pod): Pod {
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "granted" } };
}

const forgottenAfterMs = 120_000;

// An eviction was granted but the pod still shows as healthy: it counts as gone, until it is, or for two minutes.
function disruptedPods(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const known = disruptedOf(budget);
  const there = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const isStill = ([name, at]: readonly [string, string]): boolean => {
    const pod = there.get(name);
    return (
      pod !== undefined && pod.metadata.deletionTimestamp === undefined && nowMs - Date.parse(at) < forgottenAfterMs
    );
  };
  return Object.fromEntries(Object.entries(known).filter(isStill));
}

function disruptedOf(budget: PodDisruptionBudget): Readonly<Record<string, string>> {
  const pods = valueAt(asJson(budget), "status", "disruptedPods");
  return isObject(pods) ? Object.fromEntries(Object.entries(pods).map(([name, time]) => [name, str(time)])) : {};
}

/** The Eviction API, as the API server's pod eviction storage decides. */
export function evictPod(
  core: Core,
  actor: Actor,
  request: {
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
    readonly gracePeriodSeconds?: number;
    readonly dryRun?: boolean;
  },
): EvictionAnswer {
  const pod = core.api.find("pods", request.name, request.namespace);
  if (pod === undefined || (request.uid !== undefined && pod.metadata.uid !== request.uid)) return { kind: "gone" };
  const remove = (): EvictionAnswer => {
    if (request.dryRun !== true) {
      const ref = { resource: "pods", name: request.name, namespace: request.namespace } as const;
      const grace = request.gracePeriodSeconds;
      core.api.delete(actor, ref, { verb: "evict", ...(grace === undefined ? {} : { graceSeconds: grace }) });
    }
    return { kind: "evicted" };
  };
  const budgets = indexBudgets(core.api.peek("poddisruptionbudgets"), [pod]).budgetsOf(pod);
  const answer = evictability(pod, budgets);
  switch (answer.kind) {
    case "free":
    case "exempt":
      return remove();
    case "impossible":
      return {
        kind: "impossible",
        message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
      };
    case "blocked":
      return { kind: "blocked", message: blockedMessage(answer.budget) };
    case "allowed":
      if (request.dryRun !== true) grant(core, answer.budget, request.name);
      return remove();
  }
}

function grant(core: Core, budget: PodDisruptionBudget, pod: string): void {
  const disruptedPods = { ...disruptedOf(budget), [pod]: timestamp(core) };
  const status = { ...budget.status, disruptionsAllowed: (budget.status?.disruptionsAllowed ?? 1) - 1, disruptedPods };
  core.api.put("eviction", "poddisruptionbudgets", { ...budget, status });
}

function blockedMessage(budget: PodDisruptionBudget): string {
  const { desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {};
  const what = "Cannot evict pod as it would violate the pod's disruption budget.";
  return `${what} The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
}
