/** PodDisruptionBudget arithmetic: ours beside what the real disruption controller writes into each budget's status. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countBudget, indexBudgets } from "../../src/kube/budget.ts";
import { indexOwners } from "../../src/kube/owners.ts";
import type { ClusterObjects } from "../../src/kube/resources.ts";
import { whyNot } from "./support/parts.ts";
import { openPorts } from "./support/ports.ts";
import { pendingPods, startShop } from "./support/shop.ts";
import { eventually, type RealWorld } from "./support/world.ts";

type Manifest = Readonly<Record<string, unknown>>;

const namespace = "budgets";
const replicas = [1, 2, 3, 5, 7];
const bounds: readonly Manifest[] = [
  ...[0, 1, 2, 7, "0%", "1%", "34%", "50%", "99%", "100%"].map((minAvailable) => ({ minAvailable })),
  ...[0, 1, 3, "0%", "1%", "34%", "50%", "100%"].map((maxUnavailable) => ({ maxUnavailable })),
];

const spec = {
  containers: [{ name: "c", image: "registry.k8s.io/pause:3.10", resources: { requests: { cpu: "1m" } } }],
};
const template = (app: string): Manifest => ({ metadata: { labels: { app, all: "yes" } }, spec });
const workload = (kind: string, name: string, more: Manifest): Manifest => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), ...more },
});

function manifests(): readonly Manifest[] {
  const budgets = replicas.flatMap((count) =>
    bounds.map((bound, i) =>
      budget(`web-${count}-${i}`, { ...bound, selector: { matchLabels: { app: `web-${count}` } } }),
    ),
  );
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } },
    ...replicas.map((count) => workload("Deployment", `web-${count}`, { replicas: count })),
    workload("StatefulSet", "set", { replicas: 3, serviceName: "set" }),
    workload("ReplicaSet", "bare-set", { replicas: 4 }),
    workload("DaemonSet", "agent", {}),
    { apiVersion: "v1", kind: "Pod", metadata: { name: "bare", namespace, labels: { app: "bare", all: "yes" } }, spec },
    ...budgets,
    ...["set", "bare-set", "agent", "bare"].flatMap((app) =>
      [{ maxUnavailable: "50%" }, { minAvailable: 1 }, { minAvailable: "50%" }].map((bound, i) =>
        budget(`${app}-${i}`, { ...bound, selector: { matchLabels: { app } } }),
      ),
    ),
    budget("two", {
      maxUnavailable: "30%",
      selector: { matchExpressions: [{ key: "app", operator: "In", values: ["web-3", "web-5", "bare"] }] },
    }),
    budget("all", { maxUnavailable: 2, selector: {} }),
    budget("all-by-number", { minAvailable: 5, selector: {} }),
    budget("nothing", { maxUnavailable: 1, selector: { matchLabels: { app: "nobody" } } }),
  ];
}

function budget(name: string, spec: Manifest): Manifest {
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name, namespace }, spec };
}

describe.skipIf(whyNot() !== undefined)("PodDisruptionBudgets", () => {
  let real: RealWorld;
  beforeAll(async () => {
    real = await startShop();
    real.kubectlInput(
      JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests() }),
      "apply",
      "--server-side",
      "-f",
      "-",
    );
    await eventually("all pods running", 120_000, () => pendingPods(real) === 0 || undefined);
  });
  afterAll(() => real?.stop());

  test("are counted as the disruption controller counts them", async () => {
    const { cluster } = (await openPorts(real)).world;
    const read = async (): Promise<ClusterObjects> => ({
      pods: await cluster.list("pods"),
      poddisruptionbudgets: await cluster.list("poddisruptionbudgets"),
      deployments: await cluster.list("deployments"),
      replicasets: await cluster.list("replicasets"),
      statefulsets: await cluster.list("statefulsets"),
      daemonsets: await cluster.list("daemonsets"),
    });
    // The controller follows a moment later; agreement must come, and then for every budget at once.
    const differences = await eventually("agreement with the controller", 60_000, async () => {
      const found = compare(await read());
      return found.different.length === 0 ? found : undefined;
    });
    expect(differences.compared).toBeGreaterThan(100);
  });
});

function compare(objects: ClusterObjects): { readonly compared: number; readonly different: readonly string[] } {
  const budgets = objects.poddisruptionbudgets ?? [];
  const index = indexBudgets(budgets, objects.pods ?? []);
  const owners = indexOwners(objects);
  const different = budgets.flatMap((one) => {
    const state = countBudget(one, index.podsOf(one), owners);
    const status = one.status;
    // The controller that cannot count writes no disruption allowed and the reason SyncFailed.
    const isFailed = status?.conditions?.some((condition) => condition.reason === "SyncFailed") === true;
    const theirs = isFailed
      ? "uncountable"
      : `${status?.expectedPods ?? 0} ${status?.currentHealthy ?? 0} ${status?.desiredHealthy ?? 0} ${status?.disruptionsAllowed ?? 0}`;
    const ours =
      state.kind === "uncountable"
        ? "uncountable"
        : `${state.expectedPods} ${state.currentHealthy} ${state.desiredHealthy} ${state.disruptionsAllowed}`;
    return ours === theirs ? [] : [`${one.metadata.name}: ours ${ours}, theirs ${theirs}`];
  });
  if (different.length > 0) process.stderr.write(`${different.slice(0, 10).join("\n")}\n\n`);
  return { compared: budgets.length, different };
}
