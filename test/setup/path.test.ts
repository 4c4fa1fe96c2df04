import { describe, expect, test } from "vitest";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { Killed } from "../../src/twin/faults/faults.ts";
import { openSandbox, type OpenSandbox, openState } from "../../src/adapters/sandbox/open.ts";
import { canary } from "../../src/app/install/canary.ts";
import { install, installChange } from "../../src/app/install/install.ts";
import { type InstallManifest, installManifestOf } from "../../src/migration/install/options.ts";
import { uninstallChange, uninstall } from "../../src/app/install/uninstall.ts";
import { setupChange, setup } from "../../src/app/setup/setup.ts";
import { undoSetupChange, undoSetup } from "../../src/app/setup/undo.ts";
import type { World } from "../../src/ports/world.ts";
import { releasePatch } from "../../src/karpenter/hold.ts";
import { accountOf } from "../support/account-of.ts";
import { manifests } from "../support/karpenter.ts";
import { changesOf } from "../../src/migration/plan.ts";

const options = { by: "tester@here" };
const installOptions = { ...options, manifests: manifests("KarpenterNodeRole-orchard-prod", "orchard-prod") };

describe("setup and install on the sandbox", () => {
  test("make everything once, prove a node, and take all of it back", async () => {
    const { sandbox, world } = await openSandbox({ name: "clean" });
    const before = accountOf(sandbox);
    await setup(world, options);
    expect(changesOf((await setupChange(options).prepare(world)).plan)).toEqual([]);

    const installed = await install(world, installOptions);
    expect(installed.inspection.problem).toBeUndefined();
    expect(installed.inspection.nodePools.map((pool) => pool.isHeld)).toEqual([true]);
    expect(changesOf((await installChange(installOptions).prepare(world)).plan)).toEqual([]);

    const flown = await canary(world, options);
    expect(flown.checks.filter((check) => !check.isOk)).toEqual([]);
    expect(flown.timings.map((one) => one.what)).toContain("node and instance gone");

    await expect(undoSetupChange(options).prepare(world)).rejects.toThrow(/Karpenter still runs/);
    const gone = await uninstall(world, options);
    expect(gone.left).toEqual([]);
    const undone = await undoSetup(world, options);
    expect(undone.left).toEqual([]);
    expect(withoutInstances(accountOf(sandbox))).toBe(withoutInstances(before));
  });

  test("uninstall refuses while Karpenter owns a node, and has it removed when told", async () => {
    const { world } = await openSandbox({ name: "clean" });
    await setup(world, options);
    await install(world, installOptions);
    const pool = { resource: "nodepools", name: "general" } as const;
    const found = await world.cluster.get(pool);
    if (found === undefined || !("spec" in found)) throw new Error("no pool");
    await world.cluster.patch(pool, "merge", releasePatch({ ...found, spec: Object(found.spec) as object }));
    await world.cluster.apply("pods", wanting("general"));
    for (let n = 0; n < 60 && (await world.cluster.list("nodeclaims")).length === 0; n++)
      await world.clock.sleep(2_000);

    await expect(uninstallChange(options).prepare(world)).rejects.toMatchObject({ code: "usage.nodes-owned" });
    const told = { ...options, nodes: "delete" } as const;
    const gone = await uninstall(world, told);
    expect(gone.left).toEqual([]);
    expect(
      (await world.cluster.list("nodes")).filter(
        (node) => node.metadata.labels?.["karpenter.sh/nodepool"] !== undefined,
      ),
    ).toEqual([]);
  });

  test("a canary that gets no instance says why and leaves nothing behind", async () => {
    const { sandbox, world } = await openSandbox({ name: "clean" });
    await setup(world, options);
    await install(world, installOptions);
    sandbox.faults.add({ kind: "no-capacity" });
    await expect(canary(world, { ...options, timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "canary.failed",
      message: expect.stringMatching(/capacity/i) as string,
    });
    sandbox.faults.clear();
    expect((await world.cluster.list("nodepools")).map((pool) => pool.metadata.name)).toEqual(["general"]);
    expect(await world.cluster.list("nodeclaims")).toEqual([]);
    expect(
      await world.cluster.get({ resource: "pods", namespace: "default", name: "dovetail-canary" }),
    ).toBeUndefined();
  });

  test("installing goes on after a kill at any writing call", async () => {
    const end = await afterKill(Number.POSITIVE_INFINITY);
    const ends: string[] = [];
    for (let atWrite = 1; atWrite <= end.writes; atWrite++) ends.push((await afterKill(atWrite)).cluster);
    expect(new Set(ends)).toEqual(new Set([end.cluster]));
    expect(end.writes).toBeGreaterThanOrEqual(4);
  });
});

function wanting(pool: string): InstallManifest {
  return installManifestOf({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "wanting", namespace: "default" },
    spec: {
      nodeSelector: { "karpenter.sh/nodepool": pool },
      containers: [{ name: "c", image: "x", resources: { requests: { cpu: "100m" } } }],
    },
  });
}

/** What the cluster holds of Karpenter after an install that was killed at a write, then run again. */
async function afterKill(atWrite: number): Promise<{ readonly cluster: string; readonly writes: number }> {
  const journal = new MemoryJournal();
  const open = await openSandbox({ name: "clean", journal });
  const { faults } = open.sandbox;
  await setup(open.world, options);
  const from = faults.writes;
  if (Number.isFinite(atWrite))
    faults.add({ kind: "kill", atWrite: from + atWrite, when: atWrite % 2 === 0 ? "before" : "after" });
  await install(open.world, installOptions).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  const writes = faults.writes - from;
  faults.clear();
  const { world } = openState(open.sandbox, { journal });
  await install(world, installOptions);
  return { cluster: await karpenterOf(open, world), writes };
}

async function karpenterOf(open: OpenSandbox, world: World): Promise<string> {
  const releases = (await world.charts.releases()).map((one) => `${one.name} ${one.status} ${one.chart}`);
  const pools = (await world.cluster.list("nodepools")).map((one) => [
    one.metadata.name,
    Object.keys(one.metadata.annotations ?? {}),
  ]);
  const classes = (await world.cluster.list("ec2nodeclasses")).map((one) => one.metadata.name);
  return JSON.stringify([releases, pools, classes, open.sandbox.account.region]);
}

// The canary's instance stays listed as terminated for a while, as on EC2.
function withoutInstances(account: string): string {
  const {
    "ec2.instances": _,
    "autoscaling.activities": __,
    "ec2.subnets": ___,
    ...rest
  } = JSON.parse(account) as Record<string, unknown>;
  return JSON.stringify(rest, undefined, 1);
}
