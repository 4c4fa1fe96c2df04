import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DiskJournal } from "../../src/adapters/disk/journal.ts";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { ClusterJournal } from "../../src/adapters/kubernetes/journal.ts";
import { MirroredJournal } from "../../src/adapters/kubernetes/journal-mirrored.ts";
import { uninstall } from "../../src/app/install/uninstall.ts";
import { resume, rollback } from "../../src/app/migrate/migrate.ts";
import { readStatus } from "../../src/app/migrate/status.ts";
import { runMigration } from "../../src/app/migrate/run.ts";
import { verifyMigration } from "../../src/app/verify/verify.ts";
import type { Twin } from "../../src/twin/world/twin.ts";
import { openTwin } from "../../src/adapters/sandbox/open.ts";
import type { World } from "../../src/ports/world.ts";
import { by } from "../support/migration.ts";
import { person, planOf, scene, short, sizesOf } from "./people.ts";
import { clusterName, open, readyState } from "./small.ts";

function autoscalerReplicas(sandbox: Twin): number | undefined {
  const all = sandbox.store.all("deployments");
  return all.find((one) => one.metadata.name.includes("cluster-autoscaler"))?.spec.replicas;
}

const sizes = (sandbox: Twin): readonly unknown[] => [sizesOf(sandbox, "apps"), sizesOf(sandbox, "small-batch")];

describe("the whole journal counts", () => {
  test("attack-02-rollback-lost-after-second-plan: a rollback that ended half-way is gone on with, and nothing is lost", async () => {
    const { sandbox, world, again } = await scene();
    const before = sizes(sandbox);
    await runMigration(world, await planOf(world), { by });
    await rollback(again(), { by, toStage: 2 });
    const status = await readStatus(again(), clusterName);
    expect(status?.progress).toMatchObject({ end: undefined, isRollingBack: true });
    await expect(planOf(again())).rejects.toMatchObject({ code: "usage.unfinished-migration" });
    expect((await rollback(again(), { by })).left).toEqual([]);
    expect([autoscalerReplicas(sandbox), sizes(sandbox), sandbox.store.all("nodeclaims").length]).toEqual([
      1,
      before,
      0,
    ]);
    const nothing = await rollback(again(), { by });
    expect(nothing).toMatchObject({ undone: 0, problem: undefined });
  });

  test("ux-13-second-migrate-hides-the-first: a plan made before the journal's last entry is refused under the lock", async () => {
    const { sandbox, world, again, journal } = await scene();
    const before = sizes(sandbox);
    const early = await planOf(world);
    sandbox.advance(2_000);
    const plan = await planOf(world);
    await runMigration(world, plan, { by });
    const { entries } = await journal.read();
    await expect(runMigration(again(), early, { by: "ben@two" })).rejects.toMatchObject({
      code: "journal.moved",
      message: `the cluster was changed by ${plan.id} since this plan was made`,
    });
    expect((await journal.read()).entries).toHaveLength(entries.length);
    await rollback(again(), { by });
    expect([autoscalerReplicas(sandbox), sizes(sandbox)]).toEqual([1, before]);
  });

  test("a rollback that finds nothing to undo while Karpenter is in charge says so", async () => {
    const { sandbox, world, journal } = await scene();
    const plan = await planOf(world);
    await runMigration(world, plan, { by });
    // The journal of the migration is gone; another that was rolled back is there.
    const other = new MemoryJournal();
    await other.append({ seq: 1, at: plan.madeAt, planId: plan.id, by, type: "planned", plan });
    expect((await journal.read()).entries.length).toBeGreaterThan(1);
    const end = await rollback(open(sandbox, other), { by });
    expect(end).toMatchObject({ undone: 0, problem: expect.stringContaining("has 0 replicas and Karpenter owns") });
  });

  test("ux-04-groups-one-after-another: the second migration moves what is left, and a rollback takes back both", async () => {
    const { sandbox, world, again } = await scene();
    const before = sizes(sandbox);
    const first = await planOf(world, { ...short, groups: ["small-batch"] });
    expect(first.context.pools).toEqual(["small-batch"]);
    expect((await runMigration(world, first, { by })).kind).toBe("completed");
    const held = sandbox.store
      .all("nodepools")
      .filter((pool) => pool.metadata.annotations?.["dovetail/held"] !== undefined);
    expect(held.map((pool) => pool.metadata.name)).toEqual(["apps"]);
    const second = await planOf(again());
    expect(second.context.groups.map((group) => group.name)).toEqual(["apps"]);
    expect((await runMigration(again(), second, { by })).kind).toBe("completed");
    expect((await verifyMigration(again(), clusterName)).wrong).toEqual([]);
    await expect(planOf(again())).rejects.toMatchObject({ code: "usage.no-groups" });
    const end = await rollback(again(), { by });
    expect(end.left).toEqual([]);
    expect(end.plans.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect([autoscalerReplicas(sandbox), sizes(sandbox), sandbox.store.all("nodeclaims").length]).toEqual([
      1,
      before,
      0,
    ]);
  });

  test("ux-09-uninstall-takes-the-capacity: a migrated cluster is not uninstalled before it is rolled back", async () => {
    const { sandbox, world, again } = await scene();
    await runMigration(world, await planOf(world), { by });
    const writes = sandbox.faults.writes;
    await expect(uninstall(again(), { by, nodes: "delete", cluster: clusterName })).rejects.toMatchObject({
      code: "usage.migrated",
      hint: expect.stringContaining("dovetail rollback"),
    });
    expect(sandbox.faults.writes).toBe(writes);
  });

  test("attack-14-advice-that-leads-in-circles: a plan that only checked is in nobody's way", async () => {
    const { sandbox, world, again } = await scene();
    const plan = await planOf(world);
    person(sandbox, "autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName: "small-batch", MaxSize: 5 });
    await expect(runMigration(world, plan, { by })).rejects.toMatchObject({ code: "step.blocked" });
    const next = await planOf(again());
    expect(next.id).not.toBe(plan.id);
    expect((await runMigration(again(), next, { by })).kind).toBe("completed");
  });
});

describe("who and where, before anything", () => {
  test("attack-07-rollback-in-the-wrong-account: nothing is done with another account's credentials", async () => {
    const { sandbox, world, again } = await scene();
    const state = await readyState(1);
    const elsewhere = openTwin({ ...state, aws: { ...state.aws, accountId: "999988887777" } });
    const plan = await planOf(world);
    sandbox.faults.add({ kind: "kill", atWrite: sandbox.faults.writes + 30, when: "after" });
    await expect(runMigration(world, plan, { by })).rejects.toThrow();
    sandbox.faults.clear();
    const mixed = (): World => ({ ...again(), cloud: open(elsewhere, new MemoryJournal()).cloud });
    const from = elsewhere.audit.length;
    const refused = { code: "setup.wrong-account", outcome: "nothing was changed" };
    await expect(rollback(mixed(), { by })).rejects.toMatchObject(refused);
    await expect(resume(mixed(), { by })).rejects.toMatchObject(refused);
    await expect(runMigration(mixed(), plan, { by })).rejects.toMatchObject(refused);
    await expect(readStatus(mixed(), clusterName)).rejects.toMatchObject(refused);
    await expect(verifyMigration(mixed(), clusterName)).rejects.toMatchObject(refused);
    expect(elsewhere.audit.slice(from)).toEqual([]);
  });

  test("attack-07: a journal of another cluster is refused, whatever way it came", async () => {
    const { sandbox, world, journal } = await scene();
    const plan = await planOf(world);
    await runMigration(world, plan, { by });
    const foreign = new MemoryJournal();
    const cluster = { ...plan.cluster, name: "other-cluster", accountId: "999988887777" };
    const [first] = (await journal.read()).entries;
    if (first?.type !== "planned") throw new Error("no plan first");
    await foreign.append({ seq: 1, at: first.at, by, planId: plan.id, type: "planned", plan: { ...plan, cluster } });
    await expect(rollback(open(sandbox, foreign), { by })).rejects.toMatchObject({ code: "setup.wrong-account" });
    await expect(planOf(open(sandbox, foreign))).rejects.toMatchObject({
      code: "setup.wrong-cluster",
      message: expect.stringContaining("entry 1 of the journal memory is a plan for other-cluster"),
    });
  });

  test("attack-11-two-runs-of-one-user: the second run of one user from another folder is refused, with who holds it", async () => {
    const { sandbox } = await scene();
    const live = (): World => {
      const world = open(sandbox, new MemoryJournal());
      const disk = new DiskJournal(join(mkdtempSync(join(tmpdir(), "folder-")), "journal.jsonl"));
      return { ...world, journal: new MirroredJournal(disk, new ClusterJournal(world.cluster, world.clock)) };
    };
    const [a, b] = [live(), live()];
    let refusal: unknown;
    let ticks = 0;
    const clock: World["clock"] = {
      nowMs: () => a.clock.nowMs(),
      sleep: async (ms, signal) => {
        ticks += 1;
        if (ticks === 8) refusal = await rollback(b, { by }).catch((error: unknown) => error);
        await a.clock.sleep(ms, signal);
      },
    };
    const plan = await planOf(a);
    expect((await runMigration({ ...a, clock }, plan, { by })).kind).toBe("completed");
    expect(refusal).toMatchObject({
      code: "journal.held",
      message: expect.stringMatching(/in use by anna@\S+ pid \d+ since 20/),
    });
  });

  test("attack-11: who lost the Lease stops before the next write to the world", async () => {
    const { sandbox } = await scene();
    const world = open(sandbox, new MemoryJournal());
    const a: World = { ...world, journal: new ClusterJournal(world.cluster, world.clock) };
    const plan = await planOf(a);
    let atLoss = 0;
    const tell: World["host"]["tell"] = (event) => {
      if (atLoss > 0 || event.kind !== "evicted") return;
      const ref = { resource: "leases" as const, namespace: "kube-system", name: "dovetail-journal" };
      const body = { spec: { holderIdentity: "ben@two pid 7", renewTime: "2099-01-01T00:00:00.000000Z" } };
      sandbox.store.patch("ben", ref, { type: "merge", body });
      sandbox.advance(21_000);
      atLoss = sandbox.audit.length;
    };
    await expect(runMigration({ ...a, host: { ...a.host, tell } }, plan, { by })).rejects.toMatchObject({
      code: "journal.held",
    });
    const since = sandbox.audit
      .slice(atLoss)
      .filter((entry) => entry.actor === "dovetail" && entry.operation !== "kube:get leases");
    expect(since.map(({ operation }) => operation)).toEqual([]);
  });
});
