import { expect, test } from "vitest";
import { instanceType, plainNode, readyPool, waitingPod, world, zones } from "../../../test/support/scheduling.ts";
import { explainPods } from "./explain.ts";
import { solve } from "./solve.ts";

const spreadOverZones = (app: string) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app } },
    },
  ],
});

test("pods share a node while a type is large enough for all of them", () => {
  const result = solve(world({ pods: ["a", "b", "c"].map((name) => waitingPod({ name })) }));
  expect(result.newNodeClaims.map(({ pods, instanceTypes }) => ({ pods, instanceTypes }))).toEqual([
    { pods: ["default/a", "default/b", "default/c"], instanceTypes: ["large"] },
  ]);
});

test("types are listed cheapest first and their least price is told", () => {
  const [claim] = solve(world({ pods: [waitingPod({ name: "a" })] })).newNodeClaims;
  expect(claim?.instanceTypes).toEqual(["small", "large"]);
  expect(claim?.minPriceUsdPerHour).toBe(0.1);
  expect(claim?.requests).toEqual({ cpu: "1", memory: "1073741824", pods: "1" });
});

test("a node that is there is filled before a new one is made", () => {
  const result = solve(
    world({ pods: [waitingPod({ name: "a" })], nodes: [plainNode("n1", { cpu: "4", memory: "8Gi" })] }),
  );
  expect(result.newNodeClaims).toEqual([]);
  expect([...result.existing]).toEqual([["n1", ["default/a"]]]);
});

test("the heavier pool is asked first, among equals the greater name", () => {
  const pools = [
    readyPool({ name: "a" }),
    readyPool({ name: "b" }),
    readyPool({ name: "c", weight: 10, taints: [{ key: "t", effect: "NoSchedule" }] }),
  ];
  const [claim] = solve(world({ pods: [waitingPod({ name: "a" })], pools })).newNodeClaims;
  expect(claim?.nodePool).toBe("b");
});

test("a preference is kept while it can be and given up when it cannot", () => {
  const prefer = (zone: string) => ({
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            preference: { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: [zone] }] },
          },
        ],
      },
    },
  });
  const zoneOf = (wish: string): readonly string[] | undefined =>
    solve(world({ pods: [waitingPod({ name: "a", ...prefer(wish) })] })).newNodeClaims[0]?.requirements.find(
      ({ key }) => key.endsWith("/zone"),
    )?.values;
  expect(zoneOf("zone-b")).toEqual(["zone-b"]);
  expect(zoneOf("zone-x")).toBeUndefined();
});

test("pods spread over zones one by one", () => {
  const pods = ["a", "b", "c"].map((name) => waitingPod({ name, labels: { app: "web" }, ...spreadOverZones("web") }));
  const found = solve(world({ pods })).newNodeClaims.map(
    ({ requirements }) => requirements.find(({ key }) => key.endsWith("/zone"))?.values?.[0],
  );
  expect(new Set(found)).toEqual(new Set(zones));
});

test("a pool's limit counts the largest type a node might become", () => {
  const pools = [readyPool({ limits: { cpu: "8" } })];
  const result = solve(
    world({ pools, pods: [waitingPod({ name: "a", cpu: "3" }), waitingPod({ name: "b", cpu: "6" })] }),
  );
  expect(result.newNodeClaims.map(({ pods }) => pods)).toEqual([["default/b"]]);
  expect(result.podErrors.get("default/a")?.classes).toEqual(["limits"]);
});

test("a pod too large for every type is told so, with the type that misses by least", () => {
  const input = world({ pods: [waitingPod({ name: "a", memory: "33Gi" })] });
  const { explanations } = explainPods(input, new Set(["default/a"]));
  const pool = explanations.get("default/a")?.attempts.at(-1)?.pools[0];
  expect(pool?.refusal?.reason).toBe("filter.resources");
  expect(pool?.nearest).toMatchObject({
    instanceType: "large",
    shortages: [{ resource: "memory", requested: "35433480192", available: "34359738368" }],
  });
  expect(pool?.rejections.map(({ rule, what, types }) => [rule, what, types.map(({ name }) => name)])).toEqual([
    ["resources", "memory", ["small", "large"]],
  ]);
});

test("without a usable pool nothing is decided, and nothing is called an error", () => {
  const result = solve(world({ pods: [waitingPod({ name: "a" })], pools: [] }));
  expect({ claims: result.newNodeClaims, errors: result.podErrors.size }).toEqual({ claims: [], errors: 0 });
});

test("fractions of a byte and amounts beyond 53 bits are exact", () => {
  const types = [instanceType({ name: "exact", cpu: "1000000000001m", memory: "0.3Gi" })];
  const fits = (cpu: string, memory: string): number =>
    solve(world({ types, pods: [waitingPod({ name: "a", cpu, memory })] })).newNodeClaims.length;
  expect(fits("1000000000001m", "0.3Gi")).toBe(1);
  expect(fits("1000000000001001u", "0.3Gi")).toBe(0);
  expect(fits("1000000000000999999n", "0.3Gi")).toBe(1);
  expect(fits("1", "322122547201m")).toBe(0);
});
