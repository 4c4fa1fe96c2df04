import { expect, test } from "vitest";
import { openSandbox } from "../../adapters/sandbox/open.ts";

test("the clean cluster has 12 ready nodes in 3 groups and every pod runs", async () => {
  const { world } = await openSandbox({ name: "clean" });
  const nodes = await world.cluster.list("nodes");
  const pods = await world.cluster.list("pods");
  expect(nodes).toHaveLength(12);
  expect(
    nodes.every((node) => node.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True")),
  ).toBe(true);
  expect(pods.filter((pod) => pod.status?.phase !== "Running").map((pod) => pod.metadata.name)).toEqual([]);
  expect(pods.length).toBeGreaterThan(110);
  const groups = await world.cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups");
  expect(groups).toHaveLength(3);
});

test("the cluster of traps runs too", async () => {
  const { world } = await openSandbox({ name: "traps" });
  const pods = await world.cluster.list("pods");
  expect(pods.filter((pod) => pod.status?.phase !== "Running").map((pod) => pod.metadata.name)).toEqual([]);
});

test("the same seed gives the same cluster to the byte, another seed another one", async () => {
  const text = async (seed: number): Promise<string> =>
    JSON.stringify((await openSandbox({ name: "clean", seed })).sandbox.save());
  expect(await text(3)).toBe(await text(3));
  expect(await text(3)).not.toBe(await text(4));
});
