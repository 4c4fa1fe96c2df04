import { describe, expect, test } from "vitest";
import { daemonSet, deployment, ownedBy, pdb, pod, pods, running, together } from "../../test/support/builders.ts";
import { countBudget } from "../kube/budget.ts";
import { indexOwners } from "../kube/owners.ts";
import { type BudgetAllowance, budgetsOf } from "./budget.ts";
import { workloadsOf } from "./workload.ts";

type Rule = Parameters<typeof pdb>[0];

function allowance(replicas: number, rule: Rule): BudgetAllowance | undefined {
  const objects = together(running({ name: "web", replicas }), {
    poddisruptionbudgets: [pdb({ name: "web", matchLabels: { app: "web" }, ...rule })],
  });
  return budgetsOf(objects, workloadsOf(objects))[0]?.allowance;
}

describe("how many pods a budget lets go", () => {
  test.each<[string, number, Rule, number]>([
    ["minAvailable equal to the replicas leaves none", 3, { minAvailable: 3 }, 0],
    ["minAvailable above the replicas leaves none", 3, { minAvailable: 5 }, 0],
    ["minAvailable one below leaves one", 3, { minAvailable: 2 }, 1],
    ["50 % of one rounds up to one", 1, { minAvailable: "50%" }, 0],
    ["50 % of three rounds up to two", 3, { minAvailable: "50%" }, 1],
    ["90 % of three rounds up to three", 3, { minAvailable: "90%" }, 0],
    ["90 % of ten is nine", 10, { minAvailable: "90%" }, 1],
    ["100 % leaves none", 4, { minAvailable: "100%" }, 0],
    ["maxUnavailable 0 leaves none", 4, { maxUnavailable: 0 }, 0],
    ["maxUnavailable 0 % leaves none", 4, { maxUnavailable: "0%" }, 0],
    ["maxUnavailable 1 % rounds up to one", 4, { maxUnavailable: "1%" }, 1],
    ["maxUnavailable above the replicas lets all go", 2, { maxUnavailable: 5 }, 2],
  ])("%s", (_name, replicas, rule, disruptions) => {
    expect(allowance(replicas, rule)).toMatchObject({ kind: "known", disruptions });
  });

  test("agrees with the disruption controller's own count where every pod is there and healthy", () => {
    for (let replicas = 1; replicas <= 12; replicas += 1) {
      for (const rule of [
        { minAvailable: 2 },
        { minAvailable: "34%" },
        { maxUnavailable: 1 },
        { maxUnavailable: "21%" },
      ]) {
        const objects = running({ name: "web", replicas });
        const budget = pdb({ name: "web", matchLabels: { app: "web" }, ...rule });
        const counted = countBudget(budget, objects.pods, indexOwners(objects));
        const own = allowance(replicas, rule);
        expect(counted.kind === "counted" ? counted.disruptionsAllowed : -1).toBe(
          own?.kind === "known" ? own.disruptions : -2,
        );
      }
    }
  });

  test("is asked of the steady state: a rolling update's extra pod does not make a budget possible", () => {
    const objects = together(running({ name: "web", replicas: 3 }), {
      poddisruptionbudgets: [pdb({ matchLabels: { app: "web" }, minAvailable: 3 })],
    });
    const [replicaSet] = objects.replicasets ?? [];
    if (replicaSet === undefined) throw new Error("no ReplicaSet");
    const surge = pod({ name: "web-surge", labels: { app: "web" }, owners: [ownedBy(replicaSet)], node: "node" });
    const rolling = together(objects, { pods: [surge] });
    expect(budgetsOf(rolling, workloadsOf(rolling))[0]?.allowance).toMatchObject({ disruptions: 0 });
  });

  test("a percentage over DaemonSet pods cannot be counted, an integer can", () => {
    const agent = daemonSet({ name: "agent" });
    const objects = (rule: Rule): Parameters<typeof budgetsOf>[0] => ({
      daemonsets: [agent],
      pods: pods(3, { name: "agent", labels: { app: "agent" }, owners: [ownedBy(agent)], node: "node" }),
      poddisruptionbudgets: [pdb({ matchLabels: { app: "agent" }, ...rule })],
    });
    const judge = (rule: Rule): BudgetAllowance | undefined =>
      budgetsOf(objects(rule), workloadsOf(objects(rule)))[0]?.allowance;
    expect(judge({ maxUnavailable: "10%" })?.kind).toBe("failed");
    expect(judge({ minAvailable: 2 })).toMatchObject({ kind: "known", disruptions: 1 });
  });

  test("where the owners were not read it is unknown, not zero", () => {
    const owner = ownedBy(deployment({ name: "web" }));
    const objects = {
      pods: pods(2, { name: "web", labels: { app: "web" }, owners: [{ ...owner, kind: "Rollout" }], node: "node" }),
      poddisruptionbudgets: [pdb({ matchLabels: { app: "web" }, maxUnavailable: 1 })],
    };
    expect(budgetsOf(objects, workloadsOf(objects))[0]?.allowance).toEqual({ kind: "unknown" });
  });

  test("a budget covers its own namespace only, and a null selector covers nothing", () => {
    const objects = together(running({ name: "web", namespace: "a", replicas: 2 }), {
      poddisruptionbudgets: [
        pdb({ name: "elsewhere", namespace: "b", matchLabels: {}, maxUnavailable: 1 }),
        { ...pdb({ name: "null", namespace: "a" }), spec: { maxUnavailable: 1 } },
        pdb({ name: "all", namespace: "a", matchLabels: {}, maxUnavailable: 1 }),
      ],
    });
    const found = budgetsOf(objects, workloadsOf(objects)).map((one) => [one.name, one.pods.length]);
    expect(found).toEqual([
      ["a/all", 2],
      ["a/null", 0],
      ["b/elsewhere", 0],
    ]);
  });
});
