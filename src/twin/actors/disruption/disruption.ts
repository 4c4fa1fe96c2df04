import { countBudget } from "../../../kube/budget.ts";
import type { Pod, PodDisruptionBudget } from "../../../kube/objects.ts";
import { isReady } from "../../../kube/pod.ts";
import { coveredBy, disruptedPods } from "../../store/eviction.ts";
import { indexes } from "../../store/indexes.ts";
import type { Store } from "../../store/store.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { storeOwners } from "../../kubernetes/store-owners.ts";

/** An eviction was granted but its effect has not been seen: the pod counts as gone for so long at most. */
const forgottenAfterMs = 120_000;

/** Keeps the status of every PodDisruptionBudget as the disruption controller does (kubernetes 1.35, `disruption.go`). */
export const disruption: Actor = {
  name: "disruption",
  start: () => ({}),
  watches: [
    watch("poddisruptionbudgets"),
    watch("pods", ({ before, after }, store) => {
      if (before !== undefined && after !== undefined && isSameForBudgets(before, after)) return none;
      const pod = after ?? before;
      return pod === undefined ? none : keysOver(store, [before, after], pod.metadata.namespace ?? "default");
    }),
    ...(["deployments", "replicasets", "statefulsets"] as const).map((resource) =>
      watch(resource, ({ before, after }, store) => {
        if (before === undefined || before.spec.replicas === after?.spec.replicas) return none;
        const budgets = store.by(indexes.budgets.byNamespace, before.metadata.namespace ?? "default");
        return budgets.map(keyOfBudget);
      }),
    ),
  ],
  look: (key, here) => {
    const budget = here.store.at("poddisruptionbudgets", key);
    if (budget !== undefined) count(here, budget);
  },
};

const none: readonly string[] = [];

function keyOfBudget({ metadata }: PodDisruptionBudget): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}

// Readiness, leaving and labels are all that a budget counts by.
function isSameForBudgets(before: Pod, after: Pod): boolean {
  return (
    before.metadata.labels === after.metadata.labels &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    before.status?.phase === after.status?.phase &&
    isReady(before) === isReady(after)
  );
}

function keysOver(store: Store, pods: readonly (Pod | undefined)[], namespace: string): readonly string[] {
  const budgets = store.by(indexes.budgets.byNamespace, namespace);
  if (budgets.length === 0) return none;
  return budgets.filter((budget) => pods.some((pod) => pod !== undefined && coveredBy(budget, pod))).map(keyOfBudget);
}

/** Pods that a budget covers, found by one of the labels that it asks for. */
function podsOf(store: Store, budget: PodDisruptionBudget): readonly Pod[] {
  const namespace = budget.metadata.namespace ?? "default";
  const [first] = Object.entries(budget.spec.selector?.matchLabels ?? {});
  const some =
    first === undefined
      ? store.by(indexes.pods.byNamespace, namespace)
      : store.by(indexes.pods.byLabel, `${namespace} ${first[0]}=${first[1]}`);
  return some.filter((pod) => coveredBy(budget, pod));
}

function count(here: Here, budget: PodDisruptionBudget): void {
  const pods = podsOf(here.store, budget);
  const disrupted = stillDisrupted(here, budget, pods);
  const counted = countBudget(
    budget,
    pods.map((pod) => (disrupted[pod.metadata.name] === undefined ? pod : leaving(pod))),
    storeOwners(here.store),
  );
  const nothing = { expectedPods: pods.length, currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0 };
  const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } =
    counted.kind === "counted" ? counted : nothing;
  const isStuck = here.faults.isStuck(budget.metadata.namespace ?? "default", budget.metadata.name);
  const status = {
    ...budget.status,
    expectedPods,
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed: isStuck ? 0 : disruptionsAllowed,
    observedGeneration: budget.metadata.generation ?? 1,
    disruptedPods: disrupted,
  };
  here.put("poddisruptionbudgets", { ...budget, status });
}

function leaving(pod: Pod): Pod {
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "granted" } };
}

function stillDisrupted(
  here: Here,
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
): Readonly<Record<string, string>> {
  const known = Object.entries(disruptedPods(budget));
  if (known.length === 0) return {};
  const there = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const still = known.filter(([name, at]) => {
    const pod = there.get(name);
    const leftMs = Date.parse(at) + forgottenAfterMs - here.nowMs;
    const isStill = pod !== undefined && pod.metadata.deletionTimestamp === undefined && leftMs > 0;
    if (isStill) here.lookAgain(keyOfBudget(budget), leftMs);
    return isStill;
  });
  return Object.fromEntries(still);
}
