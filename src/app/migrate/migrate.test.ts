import type { Twin } from "../../twin/world/twin.ts";
import { openTwin } from "../../adapters/sandbox/open.ts";
import { expect, test } from "vitest";
import { clusterName, open, readyState } from "../../../test/rehearsals/small.ts";
import { by } from "../../../test/support/migration.ts";
import { MemoryJournal } from "../../adapters/disk/journal-memory.ts";
import { defaultOptions, type MigrationOptions } from "../../migration/shift/options.ts";
import type { World } from "../../ports/world.ts";
import { migrate, resume, rollback } from "./migrate.ts";
import { prepareMigration, readMigrationFacts } from "./prepare.ts";
import { runMigration } from "./run.ts";
import { readStatus } from "./status.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import type { RunEvent } from "../../ports/run-event.ts";
import type { StepKind } from "../../migration/kinds.ts";

const short: MigrationOptions = {
  ...defaultOptions,
  timeouts: { handOverMs: 60_000, surgeMs: 120_000, drainMs: 120_000, capacityMs: 300_000, gateMs: 60_000 },
};

async function ready(): Promise<{ sandbox: Twin; world: World; journal: MemoryJournal; told: RunEvent[] }> {
  const sandbox = openTwin(await readyState(1));
  const journal = new MemoryJournal();
  const told: RunEvent[] = [];
  return { sandbox, journal, told, world: open(sandbox, journal, told) };
}

function isBeginOf(event: RunEvent, kind: StepKind): boolean {
  return event.kind === "step-began" && event.step.kind === kind;
}

async function planned(world: World, options: MigrationOptions = short): Promise<MigrationPlan> {
  return prepareMigration(world, await readMigrationFacts(world, clusterName), options);
}

async function podsOf(world: World, namespace: string): Promise<readonly string[]> {
  return (await world.cluster.list("pods", { namespace })).map((pod) => pod.metadata.uid ?? "").toSorted();
}

test("a wave that Karpenter cannot serve stops before any pod is evicted", async () => {
  const { sandbox, world } = await ready();
  const before = await podsOf(world, "shop");
  const plan = await planned(world);
  sandbox.faults.add({ kind: "no-capacity" });
  await expect(runMigration(world, plan, { by })).rejects.toMatchObject({
    code: "migrate.no-room",
    why: expect.stringContaining("no pod was evicted"),
  });
  expect(await podsOf(world, "shop")).toEqual(before);
  sandbox.faults.clear();
  expect((await rollback(world, { by })).left).toEqual([]);
});

test("a budget that allows nothing is named with its pod and its owner, and resume goes on when it gives way", async () => {
  const { sandbox, world } = await ready();
  const plan = await planned(world);
  sandbox.faults.add({ kind: "stuck-budget", namespace: "shop", name: "worker" });
  await expect(runMigration(world, plan, { by })).rejects.toMatchObject({
    code: "migrate.blocked",
    why: expect.stringMatching(/shop\/worker-\S+ of ReplicaSet\/shop\/worker-\S+ — PDB worker allows 0 of 3/),
  });
  const status = await readStatus(world, clusterName);
  expect(status?.progress.failure?.message).toMatch(/(pod is|pods are) left/);
  expect(status?.waiting[0]).toContain("PDB worker allows 0 of 3");
  sandbox.faults.clear();
  const budget = { resource: "poddisruptionbudgets" as const, namespace: "shop", name: "worker" };
  await world.cluster.patch(budget, "merge", { metadata: { annotations: { mended: "yes" } } });
  expect((await resume(world, { by })).end.kind).toBe("completed");
});

test("Cluster Autoscaler stays in charge when Karpenter is not ready", async () => {
  const { world } = await ready();
  const plan = await planned(world);
  const [karpenter] = (await world.cluster.list("deployments")).filter((one) => one.metadata.name === "karpenter");
  const ref = { resource: "deployments" as const, namespace: karpenter?.metadata.namespace ?? "", name: "karpenter" };
  await world.cluster.patch(ref, "merge", { spec: { replicas: 0 } }, { subresource: "scale" });
  await world.clock.sleep(30_000);
  await expect(runMigration(world, plan, { by })).rejects.toMatchObject({ code: "step.blocked" });
  const [autoscaler] = (await world.cluster.list("deployments")).filter((one) =>
    one.metadata.name.includes("cluster-autoscaler"),
  );
  expect(autoscaler?.spec.replicas).toBe(1);
});

test("a hand-over whose pools do not become ready puts Cluster Autoscaler back by itself", async () => {
  const { world } = await ready();
  const plan = await planned(world);
  const get = async (ref: Parameters<World["cluster"]["get"]>[0]): Promise<unknown> => {
    const found = await world.cluster.get(ref);
    const isReleased = ref.resource === "nodepools" && !JSON.stringify(found).includes('"cpu":"0"');
    return isReleased && found !== undefined ? { ...found, status: {} } : found;
  };
  const cluster = new Proxy(world.cluster, {
    get: (target, key: keyof World["cluster"]) => {
      const member = key === "get" ? get : target[key];
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const broken: World = { ...world, cluster };
  await expect(runMigration(broken, plan, { by })).rejects.toMatchObject({ code: "migrate.hand-over" });
  const pools = await world.cluster.list("nodepools");
  expect(pools.every((pool) => JSON.stringify(pool).includes('"cpu":"0"'))).toBe(true);
  const deployments = await world.cluster.list("deployments");
  const autoscaler = deployments.find((one) => one.metadata.name.includes("cluster-autoscaler"));
  expect([autoscaler?.spec.replicas, autoscaler?.status?.["readyReplicas"]]).toEqual([1, 1]);
});

test("a bare pod stays on its node, and its node in its group, unless consent is given", async () => {
  const { world } = await ready();
  const controllers = await world.cluster.list("pods", { labelSelector: "app.kubernetes.io/name=karpenter" });
  const nodes = await world.cluster.list("nodes", { labelSelector: "workload=batch" });
  const node = nodes.find(({ metadata }) => !controllers.some(({ spec }) => spec.nodeName === metadata.name));
  const bare = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "lonely", namespace: "shop" },
    spec: {
      containers: [{ name: "c", image: "example.com/c:1", resources: { requests: { cpu: "50m" } } }],
      nodeSelector: { "kubernetes.io/hostname": node?.metadata.labels?.["kubernetes.io/hostname"] ?? "" },
    },
  };
  await world.cluster.create("pods", bare);
  await world.clock.sleep(30_000);
  const facts = await readMigrationFacts(world, clusterName);
  const plan = await prepareMigration(world, facts, short);
  const groups = plan.context.groups;
  const batch = groups.find((group) => group.name === "small-batch");
  expect(batch?.kept).toContainEqual({
    name: node?.metadata.name,
    because: "shop/lonely: no controller makes it again (--move-bare)",
  });
  const consents = { bare: ["shop/lonely"], protected: [] };
  const consented = await prepareMigration(world, facts, { ...short, consents });
  const again = consented.context.groups;
  const kept = again.find((group) => group.name === "small-batch")?.kept ?? [];
  expect(kept.map(({ name }) => name)).not.toContain(node?.metadata.name);
});

test("a group that somebody resized after the plan was made stops the run before the first write", async () => {
  const { sandbox, world } = await ready();
  const plan = await planned(world);
  await world.cloud.write("autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName: "small-batch", MaxSize: 9 });
  const writes = sandbox.faults.writes;
  await expect(runMigration(world, plan, { by })).rejects.toMatchObject({
    code: "step.blocked",
    message: expect.stringContaining("small-batch has sizes 1 to 9 now, the plan saw 1 to 4"),
  });
  expect(sandbox.faults.writes).toBe(writes);
});

test("a second migration is refused while the first is unfinished", async () => {
  const { sandbox, world } = await ready();
  const plan = await planned(world);
  sandbox.faults.add({ kind: "no-capacity" });
  await expect(runMigration(world, plan, { by })).rejects.toMatchObject({ code: "migrate.no-room" });
  await expect(planned(world)).rejects.toMatchObject({ code: "usage.unfinished-migration" });
});

test("a colleague's request to pause stops it between two steps, and resume goes on", async () => {
  const { world, journal } = await ready();
  const facts = await readMigrationFacts(world, clusterName);
  const asking: World = {
    ...world,
    host: {
      ...world.host,
      tell: (event) => void (isBeginOf(event, "migrate/cordon") ? journal.requestPause("ben@two") : undefined),
    },
  };
  const { end, plan } = await migrate(asking, facts, { by, options: short });
  expect(end).toMatchObject({ kind: "paused", next: { kind: "migrate/drain" } });
  expect((await readStatus(world, plan.cluster.name))?.progress.isPaused).toBe(true);
  expect((await resume(world, { by })).end.kind).toBe("completed");
  expect((await readStatus(world, plan.cluster.name))?.progress).toMatchObject({ isPaused: false, end: "completed" });
});

test("somebody who scales Cluster Autoscaler up again closes the gate", async () => {
  const { world } = await ready();
  const facts = await readMigrationFacts(world, clusterName);
  const name = facts.autoscalers[0]?.deployment ?? "";
  const meddling: World = {
    ...world,
    host: {
      ...world.host,
      tell: (event) => {
        if (!isBeginOf(event, "migrate/sweep")) return;
        const ref = { resource: "deployments" as const, namespace: "kube-system", name };
        void world.cluster.patch(ref, "merge", { spec: { replicas: 1 } }, { subresource: "scale" });
      },
    },
  };
  const { end } = await migrate(meddling, facts, { by, options: short });
  expect(end).toMatchObject({
    kind: "gate-closed",
    closed: { reasons: expect.arrayContaining([expect.stringContaining("was scaled up to 1 again")]) },
  });
});
