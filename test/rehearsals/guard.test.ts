/** What a run relies on is looked at before its writes: whoever changes it meanwhile is named, and what the message says leads on. */
import { describe, expect, test } from "vitest";
import { resume } from "../../src/app/migrate/migrate.ts";
import { runMigration } from "../../src/app/migrate/run.ts";
import type { RunEvent } from "../../src/ports/run-event.ts";
import { str } from "../../src/twin/store/objects.ts";
import { by } from "../support/migration.ts";
import { groupOf, meddledWith, person, planOf, scene, type Scene } from "./people.ts";

/** Runs a migration in which somebody does something at the first eviction; answers the fault that ends it. */
async function stoppedBy(
  all: Scene,
  at: (event: RunEvent) => boolean,
  meddle: (event: RunEvent) => void,
): Promise<unknown> {
  const plan = await planOf(all.world);
  return runMigration(meddledWith(all.world, at, meddle), plan, { by }).catch((error: unknown) => error);
}

const evicted = (event: RunEvent): boolean => event.kind === "evicted";
const cordons = (event: RunEvent): boolean => event.kind === "step-began" && event.step.kind === "migrate/cordon";

describe("a run that is meddled with", () => {
  test("a NodePool that somebody limits again stops it, and resume releases it", async () => {
    const all = await scene();
    const { store } = all.sandbox;
    const name = store.all("nodepools")[0]?.metadata.name ?? "";
    const fault = await stoppedBy(all, evicted, () => {
      store.patch(
        "gitops",
        { resource: "nodepools", name },
        { type: "merge", body: { spec: { limits: { cpu: "0" } } } },
      );
    });
    expect(fault).toMatchObject({ code: "migrate.guard", message: `NodePool ${name} was limited to no CPU again` });
    expect((await resume(all.again(), { by })).end.kind).toBe("completed");
  });

  test("a NodePool that may disrupt nodes too early stops it", async () => {
    const all = await scene();
    const { store } = all.sandbox;
    const name = store.all("nodepools")[0]?.metadata.name ?? "";
    const fault = await stoppedBy(all, evicted, () => {
      const budgets = [{ nodes: "10%" }];
      store.patch(
        "gitops",
        { resource: "nodepools", name },
        { type: "merge", body: { spec: { disruption: { budgets } } } },
      );
    });
    expect(fault).toMatchObject({ code: "migrate.guard", message: `NodePool ${name} may disrupt its nodes already` });
  });

  test("a Karpenter that is scaled to zero stops it, whoever did so", async () => {
    const all = await scene();
    const { store } = all.sandbox;
    const found = store.all("deployments").find((one) => one.metadata.name === "karpenter");
    const ref = { resource: "deployments", name: "karpenter", namespace: found?.metadata.namespace ?? "" } as const;
    const fault = await stoppedBy(all, cordons, () => {
      store.patch("somebody", ref, { type: "merge", body: { spec: { replicas: 0 } } });
      all.sandbox.advance(60_000);
    });
    expect(fault).toMatchObject({ code: "migrate.guard" });
    expect(String(fault)).toMatch(/Karpenter's controller/);
  });

  test("a node group that is deleted half-way has nothing left to shift, and the rest goes on", async () => {
    const all = await scene();
    const fault = await stoppedBy(all, evicted, () => {
      const AutoScalingGroupName = str(groupOf(all.sandbox, "small-batch")["AutoScalingGroupName"]);
      person(all.sandbox, "autoscaling:DeleteAutoScalingGroup", { AutoScalingGroupName, ForceDelete: true });
    });
    const end = fault instanceof Error ? (await resume(all.again(), { by })).end : fault;
    expect(end).toMatchObject({ kind: "completed" });
  });

  test("a minimum that is raised half-way is named, with how to lower it", async () => {
    const all = await scene();
    const AutoScalingGroupName = str(groupOf(all.sandbox, "small-batch")["AutoScalingGroupName"]);
    const fault = await stoppedBy(all, evicted, () => {
      person(all.sandbox, "autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName, MinSize: 2 });
    });
    expect(fault).toMatchObject({
      code: "migrate.drift",
      message: "small-batch may not lose a node: it has 2, and its minimum is 2",
    });
    person(all.sandbox, "autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName, MinSize: 0 });
    expect((await resume(all.again(), { by })).end.kind).toBe("completed");
  });

  test("lost zones may be accepted by name when it is resumed, and nothing else", async () => {
    const all = await scene();
    await stoppedBy(all, evicted, () => {
      all.sandbox.faults.add({ kind: "forbidden", match: "kube:evict" });
    });
    all.sandbox.faults.clear();
    const accept = (code: string, name: string) =>
      resume(all.again(), { by, accept: [{ code, name, reason: "a test" }] });
    await expect(accept("DV1002", "shop/web")).rejects.toMatchObject({ code: "usage.accept" });
    await expect(accept("ZONES", "shop/nobody")).rejects.toMatchObject({ code: "usage.accept" });
    expect((await accept("ZONES", "shop/web")).end.kind).toBe("completed");
    const { entries } = await all.journal.read();
    expect(entries.filter((entry) => entry.type === "note").map((entry) => entry.kind)).toEqual(["accept-zones"]);
    expect(entries.find((entry) => entry.kubeUser !== undefined)).toMatchObject({ kubeUser: "kubernetes-admin" });
  });
});
