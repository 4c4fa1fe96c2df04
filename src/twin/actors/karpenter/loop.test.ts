import { expect, test } from "vitest";
import { addPool, install, stopAutoscaler, wire } from "../../../../test/support/karpenter-sandbox.ts";
import type { World } from "../../../ports/world.ts";
import { openSandbox } from "../../../adapters/sandbox/open.ts";

const minute = 60_000;
const cluster = "orchard-prod";

async function scale(world: World, replicas: number): Promise<void> {
  await world.cluster.patch({ resource: "deployments", namespace: "catalog", name: "pricing" }, "merge", {
    spec: { replicas },
  });
}

async function running(world: World, name: string): Promise<number> {
  const pods = await world.cluster.list("pods", { labelSelector: `app.kubernetes.io/name=${name}` });
  return pods.filter((pod) => pod.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True"))
    .length;
}

test("without an identity its pods crash and say why; with one they become ready", async () => {
  const { world } = await openSandbox({ name: "clean" });
  await install(world, cluster);
  await world.clock.sleep(minute);
  expect(await running(world, "karpenter")).toBe(0);
  const [pod] = await world.cluster.list("pods", { labelSelector: "app.kubernetes.io/name=karpenter" });
  const log = await world.cluster.logs({ namespace: "kube-system", name: pod?.metadata.name ?? "", tailLines: 10 });
  expect(log).toContain("Pod Identity association");
  await wire(world, cluster);
  await world.clock.sleep(minute);
  expect(await running(world, "karpenter")).toBe(2);
});

test("pods that fit nowhere get nodes of a pool, which join, are initialized, and go when they are empty", async () => {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  await wire(world, cluster);
  await install(world, cluster);
  await addPool(world, cluster);
  await stopAutoscaler(world);
  await world.clock.sleep(minute);
  await scale(world, 60);
  await world.clock.sleep(3 * minute);
  const claims = await world.cluster.list("nodeclaims");
  expect(claims.length).toBeGreaterThan(0);
  expect(await world.cluster.list("pods", { fieldSelector: "status.phase=Pending" })).toEqual([]);
  const nodes = await world.cluster.list("nodes", {
    labelSelector: "karpenter.sh/nodepool=general,karpenter.sh/initialized=true",
  });
  expect(nodes).toHaveLength(claims.length);
  await scale(world, 4);
  await world.clock.sleep(6 * minute);
  expect((await world.cluster.list("nodeclaims")).length).toBeLessThan(claims.length);
  expect(
    sandbox.audit.some((entry) => entry.operation === "ec2:TerminateInstances" && entry.actor === "karpenter"),
  ).toBe(true);
});

test("a pool with a cpu limit of zero makes nothing", async () => {
  const { world } = await openSandbox({ name: "clean" });
  await wire(world, cluster);
  await install(world, cluster);
  await addPool(world, cluster, { limits: { cpu: "0" } });
  await stopAutoscaler(world);
  await world.clock.sleep(minute);
  await scale(world, 60);
  await world.clock.sleep(3 * minute);
  expect(await world.cluster.list("nodeclaims")).toEqual([]);
  expect((await world.cluster.list("pods", { fieldSelector: "status.phase=Pending" })).length).toBeGreaterThan(0);
});

test("capacity that EC2 refuses is left out and another type is launched", async () => {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  await wire(world, cluster);
  await install(world, cluster);
  await addPool(world, cluster);
  await stopAutoscaler(world);
  await world.clock.sleep(minute);
  for (const category of ["c5a", "c6a", "c5", "c7a", "c7i-flex", "m5a", "m6a"]) {
    for (const size of ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge"])
      sandbox.faults.add({ kind: "no-capacity", instanceType: `${category}.${size}` });
  }
  await scale(world, 60);
  await world.clock.sleep(4 * minute);
  expect(await world.cluster.list("pods", { fieldSelector: "status.phase=Pending" })).toEqual([]);
});
