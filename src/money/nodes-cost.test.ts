import { expect, test } from "vitest";
import { node } from "../../test/support/builders.ts";
import type { Node } from "../kube/objects.ts";
import { nodeCost, nodesCost } from "./nodes-cost.ts";
import type { PriceBook } from "./price-book.ts";

const book: PriceBook = {
  region: "us-east-1",
  onDemandUsdPerHour: new Map([
    ["m5.large", 1],
    ["m5.xlarge", 2],
  ]),
  spotUsdPerHour: new Map([["m5.large", new Map([["us-east-1a", { low: 0.2, usual: 0.3, high: 0.5 }]])]]),
  sources: [{ name: "a list", date: "2026-07-06", isEstimate: false }],
};
const withoutHistory: PriceBook = { ...book, spotUsdPerHour: new Map() };

function machine(name: string, instanceType: string, labels: Readonly<Record<string, string>> = {}): Node {
  const made = node({ name, instanceType, zone: "us-east-1a" });
  return { ...made, metadata: { ...made.metadata, labels: { ...made.metadata.labels, ...labels } } };
}

const fargate: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "fargate-1", labels: { "eks.amazonaws.com/compute-type": "fargate" } },
};
const spot = { "eks.amazonaws.com/capacityType": "SPOT" };

test.each([
  ["on-demand, which is what a node without a label is", machine("a", "m5.large"), 1],
  [
    "a capacity reservation, billed by the list",
    machine("a", "m5.large", { "karpenter.sh/capacity-type": "reserved" }),
    1,
  ],
  ["spot, at its usual price in its zone", machine("a", "m5.large", spot), 0.3],
  ["spot without a price of its type", machine("a", "m5.xlarge", spot), undefined],
  [
    "Windows, whose licence no list at hand names",
    machine("a", "m5.large", { "kubernetes.io/os": "windows" }),
    undefined,
  ],
  ["a type without a price", machine("a", "z9.large"), undefined],
  ["Fargate, which is no machine", fargate, undefined],
])("%s", (_what, one, expected) => {
  expect(nodeCost(book, one).expected).toBe(expected);
});

test("Fargate nodes are in no sum, and are told apart from unknown prices", () => {
  expect(nodesCost(book, [machine("a", "m5.large"), machine("b", "m5.xlarge"), fargate])).toMatchObject({
    usdPerHour: { low: 3, expected: 3, high: 3 },
    nodes: 2,
    fargateNodes: 1,
    unknown: [],
  });
});

test("one unknown price makes the sum unknown, and is named", () => {
  const nodes = [
    machine("a", "m5.large"),
    machine("b", "z9.large"),
    machine("c", "m5.xlarge", { "kubernetes.io/os": "windows" }),
  ];
  expect(nodesCost(book, nodes)).toMatchObject({
    usdPerHour: { expected: undefined },
    unknown: ["m5.xlarge", "z9.large"],
  });
  expect(nodesCost(undefined, nodes)).toMatchObject({
    usdPerHour: { expected: undefined },
    unknown: ["no price list"],
  });
});

test("without a history spot is modelled, as in a simulation, and only then the model is a source", () => {
  expect(nodesCost(withoutHistory, [machine("a", "m5.large", spot)])).toMatchObject({
    usdPerHour: { low: 0.25, expected: 0.4, high: 0.75 },
    sources: [{ name: "a list" }, { isEstimate: true, estimates: "spot" }],
  });
  expect(nodesCost(withoutHistory, [machine("a", "m5.large")]).sources).toEqual(book.sources);
});
