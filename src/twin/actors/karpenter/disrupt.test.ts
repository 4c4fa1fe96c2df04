import { describe, expect, test } from "vitest";
import {
  busy,
  claimNames,
  conditionOf,
  halfEmpty,
  minute,
  type Opened,
  readyPods,
  resumed,
  scale,
  setPool,
  taintedNodes,
  typesOf,
  until,
} from "../../../../test/support/half-empty.ts";
import type { TwinState } from "../../world/state.ts";
import { karpenter } from "./karpenter.ts";
import { nodeClaims } from "./objects.ts";

function expectSmaller(open: Opened, than: string | undefined): void {
  expect(claimNames(open)).not.toContain(than);
  expect(typesOf(open)).toEqual([expect.stringMatching(/\.(medium|large)$/)]);
  expect(readyPods(open)).toBe(1);
}

/** Once a day, from this minute on. */
function cronOf(ms: number): string {
  const date = new Date(ms);
  return `${date.getUTCMinutes()} ${date.getUTCHours()} * * *`;
}

describe("consolidation", { timeout: 60_000 }, () => {
  test("two half-empty nodes become one, which is there before they go", async () => {
    const open = await halfEmpty();
    const before = claimNames(open);
    until(open, () => taintedNodes(open).length === 2);
    const [first] = nodeClaims(open.sandbox).filter(({ metadata }) => before.includes(metadata.name));
    expect(conditionOf(first, "DisruptionReason")).toBe("Underutilized");
    expect(claimNames(open)).toHaveLength(3);
    until(open, () => nodeClaims(open.sandbox).some(({ metadata }) => metadata.deletionTimestamp !== undefined));
    const made = nodeClaims(open.sandbox).find(({ metadata }) => !before.includes(metadata.name));
    expect(conditionOf(made, "Initialized")).toBe("Initialized");
    open.sandbox.advance(5 * minute);
    expect(claimNames(open)).toEqual([made?.metadata.name]);
    expect(typesOf(open)[0]).toMatch(/\.large$/);
    expect(readyPods(open)).toBe(2);
    expect(taintedNodes(open)).toEqual([]);
    const { audit } = open.sandbox;
    expect(audit.filter(({ operation }) => operation === "kube:evict pods").length).toBeGreaterThan(0);
  });

  test("nodes without pods go at once, 15 seconds after they were found", async () => {
    const open = await halfEmpty();
    for (const name of ["left", "right"]) await scale(open, name, 0);
    until(open, () => open.sandbox.memoryOf(karpenter).disruption.proposed !== undefined);
    const foundMs = open.sandbox.nowMs;
    until(open, () => taintedNodes(open).length > 0);
    expect(open.sandbox.nowMs - foundMs).toBeGreaterThanOrEqual(14_000);
    expect(open.sandbox.nowMs - foundMs).toBeLessThanOrEqual(16_000);
    open.sandbox.advance(3 * minute);
    expect(claimNames(open)).toEqual([]);
  });

  test("a node whose pod comes back while it waits is left", async () => {
    const open = await halfEmpty(["left"]);
    await scale(open, "left", 0);
    until(open, () => open.sandbox.memoryOf(karpenter).disruption.proposed?.method === "emptiness");
    await scale(open, "left", 1);
    open.sandbox.advance(25_000);
    expect(taintedNodes(open)).toEqual([]);
    expect(claimNames(open)).toHaveLength(1);
  });

  test("a pod that must not be disrupted holds its node until it may be", async () => {
    const open = await halfEmpty(["left"]);
    const [node] = claimNames(open);
    const annotate = async (value: string | null): Promise<void> => {
      const annotations = { "karpenter.sh/do-not-disrupt": value };
      for (const { metadata } of await open.world.cluster.list("pods", { namespace: "shop" })) {
        const ref = { resource: "pods", namespace: "shop", name: metadata.name } as const;
        await open.world.cluster.patch(ref, "merge", { metadata: { annotations } });
      }
    };
    await annotate("true");
    open.sandbox.advance(10 * minute);
    expect(claimNames(open)).toEqual([node]);
    await annotate(null);
    open.sandbox.advance(8 * minute);
    expectSmaller(open, node);
  });

  test("a budget that allows nothing holds its node until it is gone", async () => {
    const open = await halfEmpty(["left"]);
    const [node] = claimNames(open);
    await open.world.cluster.create("poddisruptionbudgets", {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "left", namespace: "shop" },
      spec: { selector: { matchLabels: { "app.kubernetes.io/name": "left" } }, maxUnavailable: 0 },
    });
    open.sandbox.advance(10 * minute);
    expect(claimNames(open)).toEqual([node]);
    expect(taintedNodes(open)).toEqual([]);
    await open.world.cluster.delete({ resource: "poddisruptionbudgets", namespace: "shop", name: "left" });
    open.sandbox.advance(8 * minute);
    expectSmaller(open, node);
  });

  test("a spot node is not replaced by spot, an on-demand one by a cheaper one", async () => {
    const spot = await halfEmpty(["left"], { disruption: busy, capacityType: "spot" });
    const [node] = claimNames(spot);
    spot.sandbox.advance(10 * minute);
    expect(claimNames(spot)).toEqual([node]);
    const onDemand = await halfEmpty(["left"]);
    const [other] = claimNames(onDemand);
    onDemand.sandbox.advance(10 * minute);
    expect(claimNames(onDemand)).not.toContain(other);
  });

  test.each([
    ["the policy WhenEmpty", { consolidationPolicy: "WhenEmpty" }],
    ["consolidateAfter Never", { consolidateAfter: "Never" }],
    ["a budget of 0", { budgets: [{ nodes: "0" }] }],
  ])("%s leaves used nodes alone", async (_, disruption) => {
    const open = await halfEmpty(["left"], { disruption: { ...busy, ...disruption } });
    const before = claimNames(open);
    open.sandbox.advance(10 * minute);
    expect(claimNames(open)).toEqual(before);
    expect(taintedNodes(open)).toEqual([]);
  });

  test("a budget with a schedule holds while it is active, and no longer", async () => {
    const open = await halfEmpty();
    const before = claimNames(open);
    const budgets = [{ nodes: "0", schedule: cronOf(open.sandbox.nowMs), duration: "7m" }, { nodes: "100%" }];
    await setPool(open, { disruption: { ...busy, budgets } });
    open.sandbox.advance(6 * minute);
    expect(claimNames(open)).toEqual(before);
    open.sandbox.advance(6 * minute);
    expect(claimNames(open)).toHaveLength(1);
  });
});

describe("a command under way", { timeout: 60_000 }, () => {
  test("goes on where it was when the process is stopped between taint and deletion", async () => {
    const open = await halfEmpty();
    const before = claimNames(open);
    until(open, () => taintedNodes(open).length === 2);
    const again = resumed(JSON.parse(JSON.stringify(open.sandbox.save())) as TwinState);
    expect(again.sandbox.memoryOf(karpenter).disruption.running).toHaveLength(1);
    const replacement = claimNames(again).find((name) => !before.includes(name));
    again.sandbox.advance(5 * minute);
    open.sandbox.advance(5 * minute);
    expect(claimNames(again)).toEqual([replacement]);
    expect(claimNames(open)).toEqual([replacement]);
    expect(readyPods(again)).toBe(2);
  });

  test("ends with the Karpenter that knew of it: the next one takes the taints away and decides anew", async () => {
    const open = await halfEmpty();
    const before = claimNames(open);
    until(open, () => taintedNodes(open).length === 2);
    const controller = { resource: "deployments", namespace: "kube-system", name: "karpenter" } as const;
    await open.world.cluster.patch(controller, "merge", { spec: { replicas: 0 } });
    open.sandbox.advance(minute);
    expect(taintedNodes(open)).toHaveLength(2);
    await open.world.cluster.patch(controller, "merge", { spec: { replicas: 2 } });
    until(open, () => taintedNodes(open).length === 0);
    expect(claimNames(open)).toEqual(expect.arrayContaining([...before]));
    open.sandbox.advance(8 * minute);
    expect(claimNames(open)).toHaveLength(1);
    expect(readyPods(open)).toBe(2);
  });

  test("is given up when its replacement cannot be had", async () => {
    const open = await halfEmpty(["left"]);
    const before = claimNames(open);
    open.sandbox.faults.add({ kind: "no-capacity" });
    open.sandbox.advance(3 * minute);
    const events = open.sandbox.store.all("events") as readonly { readonly reason?: string }[];
    expect(events.filter(({ reason }) => reason === "InsufficientCapacityError").length).toBeGreaterThan(0);
    expect(claimNames(open)).toEqual(before);
    expect(taintedNodes(open)).toEqual([]);
    expect(readyPods(open)).toBe(1);
  });

  test("is given up when its replacement does not come up: the nodes take pods again", async () => {
    const open = await halfEmpty();
    const before = claimNames(open);
    until(open, () => taintedNodes(open).length === 2);
    const replacement = claimNames(open).find((name) => !before.includes(name)) ?? "";
    await open.world.cluster.delete({ resource: "nodeclaims", name: replacement });
    until(open, () => taintedNodes(open).length === 0);
    for (const claim of nodeClaims(open.sandbox).filter(({ metadata }) => before.includes(metadata.name)))
      expect(conditionOf(claim, "DisruptionReason")).toBeUndefined();
  });
});
