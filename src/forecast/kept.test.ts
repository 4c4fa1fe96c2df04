import { describe, expect, test } from "vitest";
import { node, pod } from "../../test/support/builders.ts";
import { managedNode, runningPod } from "../../test/support/disruption.ts";
import { instanceType } from "../../test/support/scheduling.ts";
import { nodePool, simulated, within } from "../../test/support/simulation.ts";
import type { ClusterObjects } from "../kube/resources.ts";

const pool = nodePool([within("node.kubernetes.io/instance-type", "m5.large", "m5.2xlarge")]);
const type = instanceType({ name: "m5.2xlarge", cpu: "7910m", memory: "30Gi" });
const own = (name: string) => managedNode({ name, type: "m5.2xlarge", zone: "us-east-1a" }, [type]);
const ask = (objects: ClusterObjects) => simulated(objects, pool, { options: { isPendingOnly: true } }).outcome;

describe("the nodes there are, when only waiting pods are placed", () => {
  test("a node that is going counts today only, and its pods where they go", () => {
    const [stays, going] = [own("general-x1"), own("general-x2")];
    const metadata = { ...going.claim.metadata, deletionTimestamp: "2026-08-01T11:59:00Z" };
    const outcome = ask({
      nodes: [stays.node, going.node],
      nodeclaims: [stays.claim, { ...going.claim, metadata }],
      pods: [runningPod("a", "general-x1"), runningPod("b", "general-x2"), pod({ name: "new", cpu: "1" })],
    });
    expect(outcome.today.totals.nodes).toBe(2);
    expect(outcome.karpenter.nodes.map(({ name, pods }) => [name, pods.length])).toEqual([["general-x1", 3]]);
    expect(outcome.karpenter.totals.requested.cpuMilli).toBe(3000);
    expect(outcome.verdict.causes[0]?.sentence).toBe("1 waiting pod gets a place on the nodes there are");
    expect(outcome.approximations).toContain(
      "1 node is going already: counted today only, its pods at the place they find next",
    );
  });

  test("a machine that is starting counts on both sides, and takes pods", () => {
    const { claim } = own("general-x1");
    const starting = { ...claim, status: { ...claim.status, nodeName: "", conditions: [] } };
    const outcome = ask({ nodes: [], nodeclaims: [starting], pods: [pod({ name: "new", cpu: "1" })] });
    expect(outcome.today.nodes.map(({ name }) => name)).toEqual(["general-x1"]);
    expect(outcome.karpenter.nodes.map(({ name, pods }) => [name, pods])).toEqual([["general-x1", ["default/new"]]]);
    expect(outcome.karpenter.totals.usdPerHour).toEqual(outcome.today.totals.usdPerHour);
    expect(outcome.today.totals.usdPerHour.expected).toBeCloseTo(0.384);
    expect(outcome.approximations).toContain("1 machine of Karpenter's is still starting: counted on both sides");
  });

  test("a node that has not registered yet takes pods under its own name", () => {
    const { node: made, claim } = own("ip-10-0-0-1");
    const { "karpenter.sh/registered": _r, "karpenter.sh/initialized": _i, ...labels } = made.metadata.labels ?? {};
    const outcome = ask({
      nodes: [{ ...made, metadata: { ...made.metadata, labels } }],
      nodeclaims: [{ ...claim, metadata: { ...claim.metadata, name: "general-abc" } }],
      pods: [pod({ name: "new", cpu: "1" })],
    });
    expect(outcome.karpenter.nodes.map(({ name, pods }) => [name, pods])).toEqual([["ip-10-0-0-1", ["default/new"]]]);
  });

  test("a planned node never takes the name of one that is there", () => {
    const there = own("general-1");
    const outcome = ask({
      nodes: [there.node],
      nodeclaims: [there.claim],
      pods: [runningPod("a", "general-1", { cpu: "7" }), pod({ name: "new", cpu: "7" })],
    });
    expect(outcome.karpenter.nodes.map(({ name }) => name)).toEqual(["general-1", "general-2"]);
  });
});

describe("nodes of pods that ask for nodes Karpenter does not manage, when all pods are placed", () => {
  const forbids = { matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" as const }] };
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [forbids] } },
  };
  const controller = (on: string) => {
    const made = pod({ name: "karpenter", node: on, cpu: "1" });
    return { ...made, spec: { ...made.spec, affinity } };
  };
  const nodes = ["a", "b"].map((name) => node({ name, instanceType: "m5.2xlarge", zone: "us-east-1a", cpu: "7910m" }));

  test("stay with these pods, are paid for, and take others", () => {
    const web = pod({ name: "web", node: "b", cpu: "1" });
    const { outcome } = simulated({ nodes, pods: [controller("a"), web] }, pool);
    expect(outcome.unschedulable).toEqual([]);
    expect(outcome.karpenter.nodes.map((one) => [one.name, one.isExisting, one.pods])).toEqual([
      ["a", true, ["default/karpenter", "default/web"]],
    ]);
    expect(outcome.karpenter.totals.usdPerHour.expected).toBeCloseTo(0.384);
    expect(outcome.karpenter.totals.requested.cpuMilli).toBe(2000);
    expect(outcome.evictions.pods).toBe(1);
    expect(outcome.verdict.answer).toBe("saves");
    expect(outcome.approximations).toContain(
      "1 node of today's stays for 1 pod that asks for nodes Karpenter does not manage: counted on both sides",
    );
  });

  test("count the other pods that run there today where these go", () => {
    const web = pod({ name: "web", node: "a", cpu: "5" });
    const { outcome } = simulated({ nodes: nodes.slice(0, 1), pods: [controller("a"), web] }, pool);
    expect(outcome.karpenter.nodes.flatMap(({ pods }) => pods).toSorted()).toEqual([
      "default/karpenter",
      "default/web",
    ]);
    expect(outcome.karpenter.totals.requested.cpuMilli).toBe(6000);
  });

  test("are none where the pod runs on no node that was read: then it finds no place", () => {
    const { outcome } = simulated({ nodes, pods: [controller("elsewhere")] }, pool);
    expect(outcome.verdict.answer).toBe("does-not-fit");
  });
});

test("what consolidation does with the nodes there are is told apart from placing", () => {
  const [a, b] = [own("general-x1"), own("general-x2")];
  const group = node({ name: "g", instanceType: "m5.large", nodegroup: "apps" });
  const objects = {
    nodes: [a.node, b.node, group],
    nodeclaims: [a.claim, b.claim],
    pods: [
      runningPod("a", "general-x1", { cpu: "1500m" }),
      runningPod("b", "general-x2", { cpu: "1500m" }),
      runningPod("c", "g", { cpu: "1900m" }),
    ],
  };
  const options = { isPendingOnly: true, consolidation: {} };
  const { outcome } = simulated(objects, pool, { options });
  expect(outcome.consolidation?.moves.length).toBeGreaterThan(0);
  const { today, karpenter } = outcome;
  const saved = (today.totals.usdPerHour.expected ?? 0) - (karpenter.totals.usdPerHour.expected ?? 0);
  expect(saved).toBeGreaterThan(0);
  expect(outcome.verdict.answer).toBe("nothing-to-place");
  expect(outcome.verdict.causes.map(({ sentence }) => sentence)).toEqual([
    "no pod waits",
    `after consolidation 3 nodes become ${karpenter.totals.nodes}, for ${(saved * 730).toFixed(2)} USD/month less`,
  ]);
  const placing = simulated({ ...objects, pods: [...objects.pods, pod({ name: "new", cpu: "100m" })] }, pool, {
    options,
  });
  expect(placing.outcome.verdict.causes[0]?.sentence).toBe("1 waiting pod gets a place");
});

test("a node that consolidation made keeps its pods when a cheaper type is looked for", () => {
  const { node: made, claim } = own("general-x1");
  const only = nodePool([within("node.kubernetes.io/instance-type", "m5.xlarge", "m5.2xlarge")]);
  const objects = {
    nodes: [made],
    nodeclaims: [claim],
    pods: [runningPod("a", "general-x1", { cpu: "3", memory: "12Gi" })],
  };
  const { outcome } = simulated(objects, only, { options: { isPendingOnly: true, consolidation: {} } });
  expect(outcome.karpenter.nodes.map(({ instanceType }) => instanceType)).toEqual(["m5.xlarge"]);
  expect(outcome.cheaperShape?.instanceType).toBe("m5a.xlarge");
});
