import { describe, expect, test } from "vitest";
import { resume, rollback } from "../../src/app/migrate/migrate.ts";
import { verifyMigration } from "../../src/app/verify/verify.ts";
import { prepareMigration, readMigrationFacts } from "../../src/app/migrate/prepare.ts";
import { runMigration } from "../../src/app/migrate/run.ts";
import { openState, openTwin, silentHost } from "../../src/adapters/sandbox/open.ts";
import { sandboxMarket } from "../../src/adapters/sandbox/prices.ts";
import { buildSample } from "../../src/twin/samples/build.ts";
import type { SampleSpec } from "../../src/twin/samples/spec.ts";
import { systemWorkloads } from "../../src/twin/samples/system.ts";
import type { Twin } from "../../src/twin/world/twin.ts";
import { stepsOfKind } from "../../src/migration/plan.ts";
import { by, prepared } from "../support/migration.ts";
import { endedByAws, meddledWith, planOf, scene, short } from "./people.ts";

function evictionsOf(sandbox: Twin, workload: string): number {
  const evicted = sandbox.audit.filter((one) => one.actor === "dovetail" && one.operation === "kube:evict pods");
  return evicted.filter((one) => one.target.includes(workload)).length;
}

describe("a drain that somebody works against", () => {
  test("attack-06-eviction-storm-after-uncordon: a node that is uncordoned stops the drain, and resume goes on", async () => {
    const { sandbox, world, again } = await scene();
    const plan = await planOf(world);
    const meddled = meddledWith(
      world,
      (event) => event.kind === "evicted" && event.pod.startsWith("shop/web"),
      (event) => {
        if (event.kind !== "evicted") return;
        const ref = { resource: "nodes" as const, name: event.node };
        sandbox.store.patch("kured", ref, { type: "merge", body: { spec: { unschedulable: null } } });
      },
    );
    await expect(runMigration(meddled, plan, { by })).rejects.toMatchObject({
      code: "migrate.uncordoned",
      message: expect.stringContaining("was uncordoned meanwhile"),
    });
    expect((await resume(again(), { by })).end.kind).toBe("completed");
    // Three pods, of which at most one went twice.
    expect(evictionsOf(sandbox, "shop/web-")).toBeLessThanOrEqual(4);
  });

  test("attack-06: a workload that tolerates the cordon is evicted three times at most from one node", async () => {
    const { sandbox, world, again } = await scene();
    const ref = { resource: "statefulsets" as const, namespace: "shop", name: "ledger" };
    const [leaving] = stepsOfKind(await planOf(world), "migrate/cordon").filter(
      ({ params }) => params.group === "apps",
    );
    const node = leaving?.params.nodes[0]?.name ?? "";
    const spec = {
      nodeSelector: {
        "kubernetes.io/hostname": sandbox.store.find("nodes", node)?.metadata.labels?.["kubernetes.io/hostname"] ?? "",
      },
      tolerations: [{ operator: "Exists" }],
    };
    sandbox.store.patch("a person", ref, { type: "merge", body: { spec: { replicas: 1, template: { spec } } } });
    sandbox.advance(120_000);
    const plan = await planOf(world);
    await expect(runMigration(world, plan, { by })).rejects.toBeInstanceOf(Error);
    expect(evictionsOf(sandbox, "shop/ledger-0")).toBeLessThanOrEqual(3);
    expect((await rollback(again(), { by })).kind).toBe("rolled-back");
  });
});

const base = { clusterName: "two-zones", kubernetesVersion: "1.34.2", autoscalerFlags: ["--expander=least-waste"] };
const twoZones: SampleSpec = {
  name: "two-zones",
  summary: "",
  ...base,
  authenticationMode: "API_AND_CONFIG_MAP",
  hasOidcProvider: true,
  hasSpotRole: true,
  groups: [
    {
      name: "apps",
      kind: "self-managed",
      capacityType: "on-demand",
      instanceTypes: ["m5.xlarge"],
      min: 2,
      max: 8,
      desired: 6,
      zones: ["a", "b"],
    },
  ],
  workloads: [
    ...systemWorkloads(base),
    {
      kind: "Deployment",
      namespace: "ml",
      name: "training",
      replicas: 3,
      cpu: "900m",
      memory: "1Gi",
      budget: { maxUnavailable: 0 },
      spread: "node",
      annotations: { "karpenter.sh/do-not-disrupt": "true" },
      spec: { nodeSelector: { "topology.kubernetes.io/zone": "us-east-1a" } },
    },
  ],
};

describe("a group that is left uneven", () => {
  test("attack-05-retire-rebalances-kept-nodes: it is not rebalanced, and the plan, the end and verify say so", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const sandbox = openTwin(buildSample(twoZones, seed, sandboxMarket()));
      const { world } = openState(sandbox, { host: silentHost() });
      await prepared(world, "two-zones");
      const plan = await prepareMigration(world, await readMigrationFacts(world, "two-zones"), short);
      const [group] = plan.context.groups;
      if (group?.uneven === undefined) continue;
      expect(group.uneven).toMatch(/^us-east-1a has 3 nodes and us-east-1b has [01]$/);
      const from = sandbox.audit.length;
      const end = await runMigration(world, plan, { by });
      expect(end).toMatchObject({ kind: "completed", notes: [expect.stringContaining("resume-processes")] });
      expect((await verifyMigration(world, "two-zones")).notes).toEqual(end.kind === "completed" ? end.notes : []);
      sandbox.advance(600_000);
      expect(endedByAws(sandbox.audit.slice(from))).toEqual([]);
      expect((await rollback(world, { by })).left).toEqual([]);
      sandbox.advance(600_000);
      expect(endedByAws(sandbox.audit.slice(from))).toEqual([]);
      return;
    }
    expect.unreachable("no seed leaves the zones uneven");
  });
});
