import { expect, test } from "vitest";
import type { World } from "../../../ports/world.ts";
import { openSandbox } from "../../../adapters/sandbox/open.ts";

const minute = 60_000;

async function scale(world: World, namespace: string, name: string, replicas: number): Promise<void> {
  const ref = { resource: "deployments", namespace, name } as const;
  await world.cluster.patch(ref, "merge", { spec: { replicas } }, { subresource: "scale" });
}

async function pending(world: World): Promise<readonly string[]> {
  return (await world.cluster.list("pods", { fieldSelector: "status.phase=Pending" })).map((pod) => pod.metadata.name);
}

test("the clean cluster stays as it is while nobody changes anything", async () => {
  const { world } = await openSandbox({ name: "clean" });
  await world.clock.sleep(45 * minute);
  expect(await world.cluster.list("nodes")).toHaveLength(12);
  expect(await pending(world)).toEqual([]);
});

test("pods that fit nowhere make their node group grow, and it shrinks again when they are gone", async () => {
  const { world } = await openSandbox({ name: "clean" });
  await scale(world, "catalog", "pricing", 60);
  await world.clock.sleep(6 * minute);
  expect(await pending(world)).toEqual([]);
  const grown = (await world.cluster.list("nodes")).length;
  expect(grown).toBeGreaterThan(13);
  const [event] = await world.cluster.list("events", { fieldSelector: "reason=TriggeredScaleUp" });
  expect(event).toMatchObject({ message: expect.stringContaining("pod triggered scale-up: [{eks-general") });
  await scale(world, "catalog", "pricing", 4);
  await world.clock.sleep(60 * minute);
  expect((await world.cluster.list("nodes")).length).toBeLessThan(grown);
  expect(await pending(world)).toEqual([]);
});

test("scaled to zero it does nothing", async () => {
  const { world } = await openSandbox({ name: "clean" });
  await scale(world, "kube-system", "cluster-autoscaler", 0);
  await world.clock.sleep(minute);
  await scale(world, "catalog", "pricing", 60);
  await world.clock.sleep(20 * minute);
  expect((await pending(world)).length).toBeGreaterThan(0);
  expect(await world.cluster.list("nodes")).toHaveLength(12);
});
