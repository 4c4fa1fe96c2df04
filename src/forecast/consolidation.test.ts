import { expect, test } from "vitest";
import { node, pod } from "../../test/support/builders.ts";
import { managedNode } from "../../test/support/disruption.ts";
import { instanceType } from "../../test/support/scheduling.ts";
import { nodePool, simulated, within } from "../../test/support/simulation.ts";
import type { Pod } from "../kube/objects.ts";
import { consolidated } from "./consolidation.ts";

const sizes = (...names: string[]) => within("node.kubernetes.io/instance-type", ...names.map((name) => `m5.${name}`));

function fleet(pods: readonly Pod[]) {
  const today = [node({ name: "a", instanceType: "m5.4xlarge", nodegroup: "workers" })];
  const { input, pass } = simulated({ nodes: today, pods }, nodePool([sizes("large", "xlarge", "2xlarge", "4xlarge")]));
  return { pass, ...consolidated(input, pass, pass.nodes, undefined) };
}

test("a fleet that is packed well is left alone, and every node's reason is told", () => {
  const pods = [0, 1].map((i) => pod({ name: `web-${i}`, node: "a", cpu: "1500m", memory: "1Gi" }));
  const { outcome, nodes, pass } = fleet(pods);
  expect(outcome.moves).toEqual([]);
  expect(nodes).toEqual(pass.nodes);
  expect(outcome.isSettled).toBe(true);
  expect(outcome.left.flatMap((one) => one.nodes).toSorted()).toEqual(nodes.map((one) => one.name).toSorted());
});

test("nodes that Karpenter runs already are merged, until nothing cheaper is left", () => {
  const { node: first, claim: firstClaim } = own("general-x1");
  const { node: second, claim: secondClaim } = own("general-x2");
  const pods = ["general-x1", "general-x2"].map((name, i) => ({
    ...pod({ name: `web-${i}`, node: name, cpu: "500m", memory: "1Gi" }),
  }));
  const pool = nodePool([sizes("large", "xlarge", "2xlarge")]);
  const {
    input,
    pass,
    outcome: before,
  } = simulated({ nodes: [first, second], nodeclaims: [firstClaim, secondClaim], pods, daemonsets: [] }, pool, {
    options: { isPendingOnly: true },
  });
  const { nodes, outcome } = consolidated(input, pass, before.karpenter.nodes, undefined);
  // The default budget lets one of two nodes go at a time.
  expect(outcome.moves.map(({ removed, added }) => [removed.length, added.map((one) => one.instanceType)])).toEqual([
    [1, []],
    [1, ["m5.large"]],
  ]);
  expect(outcome.podsMoved).toBe(3);
  expect(nodes.map((one) => [one.instanceType, one.pods.length])).toEqual([["m5.large", 2]]);
  expect(outcome.isSettled).toBe(true);
  expect(outcome.after.expected).toBeCloseTo(0.096);
});

test("a policy that only removes empty nodes leaves the others and says why", () => {
  const { node: first, claim } = own("general-x1");
  const pods = [pod({ name: "web", node: "general-x1", cpu: "500m", memory: "1Gi" })];
  const {
    input,
    pass,
    outcome: before,
  } = simulated({ nodes: [first], nodeclaims: [claim], pods, daemonsets: [] }, nodePool([sizes("large", "2xlarge")]), {
    options: { isPendingOnly: true },
  });
  const { outcome } = consolidated(input, pass, before.karpenter.nodes, "WhenEmpty");
  expect(outcome.moves).toEqual([]);
  expect(outcome.left).toEqual([
    { reason: "the policy WhenEmpty leaves nodes with pods alone", nodes: ["general-x1"] },
  ]);
});

function own(name: string) {
  const type = instanceType({ name: "m5.2xlarge", cpu: "7910m", memory: "30Gi" });
  return managedNode({ name, type: "m5.2xlarge", zone: "us-east-1a" }, [type]);
}
