import fc from "fast-check";
import { expect, test } from "vitest";
import { managedNode, type ManagedNode, runningPod } from "../../test/support/disruption.ts";
import { instanceType, readyPool, waitingPod, world } from "../../test/support/scheduling.ts";
import type { NodeClaim, NodePool } from "../karpenter/api.ts";
import type { Pod } from "../kube/objects.ts";
import { conditionsOf } from "../kube/conditions.ts";
import { disruptions, isHeldByBudget, nextDisruption, validated } from "./disrupt.ts";
import type { DisruptionInput, MethodName } from "./types.ts";

const nowMs = Date.parse("2026-01-05T10:00:00Z");
const types = [
  instanceType({ name: "small", cpu: "4", memory: "16Gi", price: 0.1 }),
  instanceType({ name: "large", cpu: "16", memory: "64Gi", price: 0.4 }),
];

type Disruption = NonNullable<NodePool["spec"]["disruption"]>;

function cluster(
  nodes: readonly ManagedNode[],
  pods: readonly Pod[],
  disruption: Disruption = { budgets: [{ nodes: "100%" }] },
): DisruptionInput {
  const pool = readyPool();
  const made = nodes.map((wish) => managedNode({ readyAt: "2026-01-05T09:00:00Z", ...wish }, types));
  const base = world({ pods, types, pools: [{ ...pool, spec: { ...pool.spec, disruption } }] });
  const objects = { ...base.objects, nodes: made.map(({ node }) => node), nodeclaims: made.map(({ claim }) => claim) };
  return { ...base, nowMs, objects };
}

function command(input: DisruptionInput, method: MethodName) {
  return disruptions(input).find((one) => one.method === method)?.commands[0];
}

test("an empty node goes, one with a pod stays", () => {
  const input = cluster([{ name: "a" }, { name: "b" }], [runningPod("web", "b")], {
    consolidationPolicy: "WhenEmpty",
    consolidateAfter: "0s",
    budgets: [{ nodes: "1" }],
  });
  const { acting, idle } = nextDisruption(input);
  expect(acting?.method).toBe("emptiness");
  expect(acting?.commands[0]).toMatchObject({ decision: "delete", candidates: ["a"], replacements: [] });
  expect(idle).toEqual([]);
});

test("a node whose pods fit elsewhere is deleted, and the plan says where they go", () => {
  const input = cluster([{ name: "a" }, { name: "b" }], [runningPod("p", "a"), runningPod("q", "b")]);
  const found = command(input, "singleNode");
  expect(found?.decision).toBe("delete");
  expect([...(found?.existing ?? [])]).toEqual([["b", ["default/p"]]]);
});

test("a large node with little on it is replaced by a cheaper one", () => {
  const found = command(cluster([{ name: "a", type: "large" }], [runningPod("p", "a")]), "singleNode");
  expect(found?.decision).toBe("replace");
  expect(found?.replacements.map(({ instanceTypes }) => instanceTypes)).toEqual([["small"]]);
});

test("spot is not replaced by spot unless the gate is open", () => {
  const spotTypes = types.map((type) =>
    instanceType({
      name: type.name,
      cpu: String(type.capacity["cpu"]),
      memory: String(type.capacity["memory"]),
      price: type.name === "small" ? 0.1 : 0.4,
      capacityTypes: ["spot"],
    }),
  );
  const closed = cluster([{ name: "a", type: "large", capacityType: "spot" }], [runningPod("p", "a")]);
  const input = { ...closed, instanceTypes: new Map([["*", spotTypes]]) };
  const single = disruptions(input).find(({ method }) => method === "singleNode");
  expect(single?.commands).toEqual([]);
  expect(single?.left.get("a")).toEqual({ kind: "spot-to-spot-off" });
  const open = { ...input, options: { ...input.options, featureGates: { SpotToSpotConsolidation: true } } };
  expect(
    disruptions(open)
      .find(({ method }) => method === "singleNode")
      ?.left.get("a"),
  ).toEqual({
    kind: "few-spot-types",
    count: 1,
  });
});

test("a budget of nothing keeps every node, and says so", () => {
  const input = cluster([{ name: "a" }, { name: "b" }], [runningPod("p", "a"), runningPod("q", "b")], {
    budgets: [{ nodes: "0" }],
  });
  const single = disruptions(input).find(({ method }) => method === "singleNode");
  expect(Object.fromEntries(single?.left ?? [])).toEqual({ a: { kind: "budget" }, b: { kind: "budget" } });
});

test("a drifted node goes even when no cheaper one would do", () => {
  const input = cluster([{ name: "a", type: "small", conditions: ["Drifted"] }], [runningPod("p", "a", { cpu: "3" })]);
  const found = command(input, "drift");
  expect(found?.decision).toBe("replace");
  expect(found?.replacements[0]?.pods).toEqual(["default/p"]);
});

test("simulations have a bound, and reaching it is told", () => {
  const nodes = Array.from({ length: 6 }, (_, at) => ({ name: `n${at}`, type: "small" }));
  const pods = nodes.map(({ name }, at) => runningPod(`p${at}`, name, { cpu: "3" }));
  const { acting, idle, simulations } = nextDisruption({ ...cluster(nodes, pods), maxSimulations: 4 });
  expect(acting).toBeUndefined();
  expect(simulations).toBe(4);
  expect(idle.find(({ method }) => method === "singleNode")?.isCut).toBe(true);
});

test("a command never takes more nodes than the budget, and leaves no pod without a place", () => {
  const arbitrary = fc.record({
    cpus: fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), { minLength: 1, maxLength: 6 }),
    budget: fc.integer({ min: 0, max: 4 }),
    waiting: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ cpus, budget, waiting }) => {
      const nodes = cpus.map((_, at) => ({ name: `n${at}`, type: "large" }));
      const pods = cpus.flatMap((list, at) =>
        list.map((cpu, number) => runningPod(`p${at}-${number}`, `n${at}`, { cpu: String(cpu) })),
      );
      const more = Array.from({ length: waiting }, (_, at) => waitingPod({ name: `w${at}` }));
      const input = cluster(nodes, [...pods, ...more], { budgets: [{ nodes: String(budget) }] });
      for (const { commands } of disruptions(input)) {
        for (const { candidates, replacements, existing } of commands) {
          expect(candidates.length).toBeLessThanOrEqual(budget);
          const placed = new Set([...replacements.flatMap((claim) => claim.pods), ...[...existing.values()].flat()]);
          for (const pod of pods)
            if (candidates.includes(pod.spec.nodeName ?? "")) expect(placed).toContain(`default/${pod.metadata.name}`);
          expect([...existing.keys()].filter((name) => candidates.includes(name))).toEqual([]);
        }
      }
      expect(disruptions(input)).toEqual(disruptions(input));
    }),
  );
});

const quiet = { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "0s" } as const;

test("looked at again, empty nodes that took a pod or are beyond the budget are left out", () => {
  const nodes = ["a", "b", "c"].map((name) => ({ name }));
  const disruption = { ...quiet, budgets: [{ nodes: "2" }] };
  const input = { ...cluster(nodes, [], disruption), validation: "none" as const };
  const decided = command(input, "emptiness");
  expect(decided?.candidates).toEqual(["a", "b"]);
  if (decided === undefined) return;
  const taken = cluster(nodes, [runningPod("web", "b")], disruption);
  expect(validated(taken, "emptiness", decided)?.candidates).toEqual(["a"]);
  expect(validated(cluster([{ name: "c" }], [], disruption), "emptiness", decided)).toBeUndefined();
  expect(
    validated(cluster(nodes, [], { ...quiet, budgets: [{ nodes: "1" }] }), "emptiness", decided)?.candidates,
  ).toEqual(["a"]);
});

test("looked at again, a consolidation holds as a whole or not at all", () => {
  const disruption = { ...quiet, budgets: [{ nodes: "100%" }] };
  const nodes = [{ name: "a", type: "large" }];
  const decided = command(
    { ...cluster(nodes, [runningPod("web", "a")], disruption), validation: "none" },
    "singleNode",
  );
  expect(decided).toMatchObject({ decision: "replace", candidates: ["a"] });
  if (decided === undefined) return;
  const again = (pods: readonly Pod[], more: readonly ManagedNode[] = []) =>
    validated(cluster([...nodes, ...more], pods, disruption), "singleNode", decided);
  expect(again([runningPod("web", "a")])).toEqual(decided);
  expect(again([])).toBeUndefined();
  expect(again([runningPod("web", "a")], [{ name: "b" }])).toBeUndefined();
});

test("a budget holds a method where it lets go fewer nodes than there are candidates", () => {
  const pods = ["a", "b"].map((name) => runningPod(`web-${name}`, name));
  const held = (nodes: string): readonly (readonly [MethodName, boolean])[] =>
    disruptions(cluster([{ name: "a" }, { name: "b" }], pods, { ...quiet, budgets: [{ nodes }] })).map(
      (outcome) => [outcome.method, isHeldByBudget(outcome)] as const,
    );
  expect(held("0")).toEqual([
    ["multiNode", true],
    ["singleNode", true],
  ]);
  expect(held("1")).toEqual([
    ["multiNode", true],
    ["singleNode", false],
  ]);
  expect(held("2")).toEqual([
    ["multiNode", false],
    ["singleNode", false],
  ]);
});

test("of drifted nodes the first to have drifted goes, and one without a time before all; unreadable times break nothing", () => {
  const at = (lastTransitionTime?: string) => ({
    type: "Drifted",
    status: "True",
    ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
  });
  const order = (...drifted: readonly object[]): readonly string[] | undefined => {
    const names = drifted.map((_, index) => `n${index}`);
    const input = cluster(
      names.map((name) => ({ name })),
      names.map((name) => runningPod(`web-${name}`, name)),
      { consolidateAfter: "1h", budgets: [{ nodes: "100%" }] },
    );
    const claims = (input.objects.nodeclaims ?? []) as readonly NodeClaim[];
    const nodeclaims = claims.map((claim, index) => {
      const conditions = [...conditionsOf(claim), drifted[index]];
      return { ...claim, status: { ...claim.status, lastPodEventTime: "soon", conditions } };
    });
    const found = disruptions({ ...input, objects: { ...input.objects, nodeclaims } });
    return found.find(({ method }) => method === "drift")?.candidates.map(({ node }) => node.name);
  };
  expect(order(at("2026-01-05T09:30:00Z"), at("2026-01-05T09:10:00Z"))).toEqual(["n1", "n0"]);
  expect(order(at("2026-01-05T09:30:00Z"), at("2026-01-05T09:10:00Z"), at())).toEqual(["n2", "n1", "n0"]);
});
