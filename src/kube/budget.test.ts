import { expect, test } from "vitest";
import { deployment, pdb, pod, running, together } from "../../test/support/builders.ts";
import { countBudget, evictability, indexBudgets, isImpossible } from "./budget.ts";
import type { ClusterObjects } from "./resources.ts";
import type { Pod, PodDisruptionBudget } from "./objects.ts";
import { indexOwners } from "./owners.ts";

function count(objects: ClusterObjects, budget: PodDisruptionBudget): unknown {
  return countBudget(budget, objects.pods ?? [], indexOwners(objects));
}

const web = (replicas: number): ClusterObjects => running({ name: "web", replicas });

test.each([
  ["maxUnavailable 25% of 10 rounds up to 3", 10, { maxUnavailable: "25%" }, 7, 3],
  ["minAvailable 50% of 3 rounds up to 2", 3, { minAvailable: "50%" }, 2, 1],
  ["minAvailable 100% allows nothing", 4, { minAvailable: "100%" }, 4, 0],
  ["maxUnavailable 0 allows nothing", 4, { maxUnavailable: 0 }, 4, 0],
  ["minAvailable beyond the replicas allows nothing", 2, { minAvailable: 5 }, 5, 0],
  ["an empty spec protects nothing", 3, {}, 0, 3],
])("%s", (_name, replicas, spec, desiredHealthy, disruptionsAllowed) => {
  const budget = pdb({ matchLabels: { app: "web" }, ...spec });
  expect(count(web(replicas), budget)).toMatchObject({ kind: "counted", desiredHealthy, disruptionsAllowed });
});

test("the scale is that of the owners, also while pods are missing", () => {
  const objects = web(4);
  const short: ClusterObjects = { ...objects, pods: objects.pods?.slice(1) ?? [] };
  expect(count(short, pdb({ matchLabels: { app: "web" }, maxUnavailable: 1 }))).toMatchObject({
    expectedPods: 4,
    currentHealthy: 3,
    desiredHealthy: 3,
    disruptionsAllowed: 0,
  });
});

test("a pod whose owner has no scale makes a percentage uncountable, but not a number", () => {
  const job = pod({
    name: "batch-1",
    owners: [{ apiVersion: "batch/v1", kind: "Job", name: "batch", controller: true }],
  });
  const objects: ClusterObjects = { pods: [job] };
  expect(count(objects, pdb({ maxUnavailable: 1 }))).toMatchObject({ kind: "uncountable" });
  expect(count(objects, pdb({ minAvailable: 1 }))).toMatchObject({ kind: "counted" });
  expect(count(objects, pdb({ maxUnavailable: "a lot" }))).toMatchObject({ kind: "uncountable" });
});

test("a ReplicaSet under a controller of another kind counts its own replicas", () => {
  const objects = web(4);
  const replicasets = (objects.replicasets ?? []).map((one) => ({
    ...one,
    metadata: {
      ...one.metadata,
      ownerReferences: [{ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "web", controller: true }],
    },
  }));
  const rolled: ClusterObjects = { ...objects, replicasets, deployments: [] };
  expect(count(rolled, pdb({ matchLabels: { app: "web" }, maxUnavailable: 1 }))).toMatchObject({ desiredHealthy: 3 });
});

test("a budget is impossible when even full health leaves nothing to spare", () => {
  const objects = together(web(2), { deployments: [deployment({ name: "other" })] });
  const owners = indexOwners(objects);
  const at = (spec: Partial<Parameters<typeof pdb>[0] & object>): boolean | undefined =>
    isImpossible(pdb({ matchLabels: { app: "web" }, ...spec }), objects.pods ?? [], owners);
  expect([at({ minAvailable: 2 }), at({ minAvailable: 1 }), at({ maxUnavailable: "1%" })]).toEqual([
    true,
    false,
    false,
  ]);
});

test("budgets cover the pods of their own namespace; a selector that is absent covers none, an empty one all", () => {
  const pods = [pod({ name: "a", namespace: "x" }), pod({ name: "b", namespace: "y" })];
  const all: PodDisruptionBudget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "all", namespace: "x" },
    spec: { selector: {} },
  };
  const none: PodDisruptionBudget = { ...all, metadata: { name: "none", namespace: "y" }, spec: {} };
  const index = indexBudgets([all, none], pods);
  expect(pods.map((one) => index.budgetsOf(one).map((budget) => budget.metadata.name))).toEqual([["all"], []]);
});

function answer(one: Pod, ...budgets: PodDisruptionBudget[]): string {
  return evictability(one, budgets).kind;
}

test("the Eviction API's answer: free, allowed, blocked, impossible, and who is exempt", () => {
  const ready = pod({ node: "n" });
  const sick = pod({ node: "n", isReady: false });
  const status = (disruptionsAllowed: number, more = {}): PodDisruptionBudget => ({
    ...pdb({ maxUnavailable: 1 }),
    status: { disruptionsAllowed, currentHealthy: 3, desiredHealthy: 2, ...more },
  });
  expect(answer(ready)).toBe("free");
  expect(answer(ready, status(1))).toBe("allowed");
  expect(answer(ready, status(0))).toBe("blocked");
  expect(answer(ready, status(1), status(1))).toBe("impossible");
  expect(answer(pod({}), status(0))).toBe("exempt");
  expect(answer(sick, status(0))).toBe("exempt");
  expect(answer(sick, status(0, { currentHealthy: 1 }))).toBe("blocked");
  const always = { ...status(0, { currentHealthy: 1 }), spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } };
  expect(answer(sick, always)).toBe("exempt");
  expect(answer(ready, { ...pdb({ maxUnavailable: 1 }) })).toBe("blocked");
});
