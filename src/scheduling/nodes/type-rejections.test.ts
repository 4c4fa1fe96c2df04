import { expect, test } from "vitest";
import { instanceType, offering, readyPool, waitingPod, world } from "../../../test/support/scheduling.ts";
import type { InstanceType } from "../../karpenter/instance-type.ts";
import { explainClaim, explainPods, type PoolTrace } from "../pass/explain.ts";
import { judgePoolTypes, typesHolding } from "../pass/type-questions.ts";
import type { JudgedTypes } from "./type-rejections.ts";
import type { SolveInput } from "../types.ts";

const size = "node.kubernetes.io/instance-type";
const only = (...values: string[]) => ({ key: size, operator: "In", values });
const sized = (name: string, cpu: string, memory: string): InstanceType => instanceType({ name, cpu, memory });
const gone = (type: InstanceType, isPriceKnown: boolean): InstanceType => ({
  ...type,
  offerings: type.offerings.map((one) => ({ ...one, available: false, isPriceKnown })),
});

function traceOf(input: SolveInput, pod: string): PoolTrace | undefined {
  return explainPods(input, new Set([`default/${pod}`]))
    .explanations.get(`default/${pod}`)
    ?.attempts.at(-1)?.pools[0];
}

const told = (judged: JudgedTypes | undefined): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    (judged?.rejections ?? []).map(({ rule, what, types }) => [
      `${rule} ${what}`.trim(),
      types.map(({ name }) => name),
    ]),
  );

test("every type is either left or rejected by one rule, the pool's own first", () => {
  const types = [
    sized("tiny", "1", "1Gi"),
    sized("thin", "8", "1Gi"),
    sized("good", "4", "8Gi"),
    sized("barred", "64", "1Gi"),
    sized("unwanted", "4", "8Gi"),
    gone(sized("gone", "4", "8Gi"), true),
    gone(sized("priceless", "4", "8Gi"), false),
    { ...sized("elsewhere", "4", "8Gi"), offerings: [offering("zone-z", "on-demand", 1)] },
  ];
  const pools = [
    readyPool({
      requirements: [
        { key: size, operator: "NotIn", values: ["barred"] },
        { key: "topology.kubernetes.io/zone", operator: "In", values: ["zone-a", "zone-b", "zone-c"] },
      ],
    }),
  ];
  const nodeSelector = { "topology.kubernetes.io/zone": "zone-b" };
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: size, operator: "NotIn", values: ["unwanted"] }] }],
      },
    },
  };
  const pods = [waitingPod({ name: "a", cpu: "2", memory: "4Gi", nodeSelector, affinity })];
  const trace = traceOf(world({ types, pools, pods }), "a");
  expect(trace?.left.map(({ name }) => name)).toEqual(["good"]);
  expect(told(trace)).toEqual({
    "resources memory": ["tiny", "thin"],
    "pool-requirement node.kubernetes.io/instance-type NotIn [barred]": ["barred"],
    "pod-requirement node.kubernetes.io/instance-type NotIn [barred unwanted]": ["unwanted"],
    unavailable: ["gone"],
    unpriced: ["priceless"],
    offering: ["elsewhere"],
  });
});

test("a pool that rejects all its types still tells why", () => {
  const pools = [readyPool({ requirements: [only("medium")] })];
  const trace = traceOf(world({ pools: [...pools, readyPool({ name: "b" })], pods: [waitingPod({ name: "a" })] }), "a");
  expect(trace?.nodePool).toBe("general");
  expect(told(trace)).toEqual({ "pool-requirement node.kubernetes.io/instance-type In [medium]": ["small", "large"] });
});

test("types beyond the pool's limits are told apart, and are never the nearest miss", () => {
  const pools = [readyPool({ limits: { cpu: "4" } })];
  const trace = traceOf(world({ pools, pods: [waitingPod({ name: "a", cpu: "3" })] }), "a");
  expect(told(trace)).toEqual({ "resources cpu": ["small"], limits: ["large"] });
  expect(trace?.nearest).toEqual({
    instanceType: "small",
    share: 0.5,
    shortages: [{ resource: "cpu", requested: "3", available: "2" }],
  });
});

test("the nearest miss names every resource that is short", () => {
  const trace = traceOf(world({ pods: [waitingPod({ name: "a", cpu: "9", memory: "33Gi" })] }), "a");
  expect(trace?.nearest?.instanceType).toBe("large");
  expect(trace?.nearest?.shortages.map(({ resource }) => resource)).toEqual(["memory", "cpu"]);
});

test("a type without any of a resource is no near miss", () => {
  const container = { name: "main", resources: { requests: { cpu: "1", "nvidia.com/gpu": "1" } } };
  const trace = traceOf(world({ pods: [waitingPod({ name: "a", containers: [container] })] }), "a");
  expect(told(trace)).toEqual({ "resources nvidia.com/gpu": ["small", "large"] });
  expect(trace?.nearest).toBeUndefined();
});

test("a planned node tells what keeps it from smaller types", () => {
  const input = world({ pods: ["a", "b", "c"].map((name) => waitingPod({ name })) });
  const judged = explainClaim(input, 0, () => true);
  expect(judged?.left.map(({ name }) => name)).toEqual(["large"]);
  expect(told(judged)).toEqual({ "resources cpu": ["small"] });
  expect(told(explainClaim(input, 0, ({ name }) => name === "large"))).toEqual({});
  expect(explainClaim(input, 1, () => true)).toBeUndefined();
});

test("a pool is judged whatever the pods, also when it makes no nodes on demand", () => {
  const pool = readyPool({ requirements: [only("large")] });
  const pools = [{ ...pool, spec: { ...pool.spec, replicas: 2 } }];
  const judged = judgePoolTypes(world({ pools, pods: [] }), "general");
  expect(judged?.left.map(({ name }) => name)).toEqual(["large"]);
  expect(told(judged)).toEqual({ "pool-requirement node.kubernetes.io/instance-type In [large]": ["small"] });
  expect(judgePoolTypes(world({ pods: [] }), "other")).toBeUndefined();
});

test("pods that share a node are held by what holds their sum", () => {
  const pods = ["a", "b", "c"].map((name) => waitingPod({ name }));
  const input = world({ pods: [] });
  const found = typesHolding(input, [
    { nodePool: "general", pods: pods.slice(0, 2) },
    { nodePool: "general", pods },
    { nodePool: "none", pods },
  ]);
  expect(found.map((types) => types.map(({ name }) => name))).toEqual([["small", "large"], ["large"], []]);
});
