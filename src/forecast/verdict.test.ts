import { describe, expect, test } from "vitest";
import { node, pod, pods, snapshot } from "../../test/support/builders.ts";
import { nodePool, simulated, within } from "../../test/support/simulation.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import type { SimulateOptions } from "./options.ts";

const m5 = nodePool([within("karpenter.k8s.aws/instance-family", "m5")]);
const today = [node({ name: "n", instanceType: "m5.4xlarge", zone: "us-east-1a" })];
const small = pod({ name: "web", node: "n", cpu: "500m", memory: "1Gi" });
const tooLarge = (name: string, on?: string) => pod({ name, cpu: "500", ...(on === undefined ? {} : { node: on }) });

const ask = (objects: ClusterObjects, options: SimulateOptions = {}) => simulated(objects, m5, { options }).outcome;
const sentences = (outcome: ReturnType<typeof ask>) => outcome.verdict.causes.map((cause) => cause.sentence);

describe("pods that wait", () => {
  const waiting = { isPendingOnly: true };

  test("all get a place, and what that adds", () => {
    const outcome = ask({ nodes: today, pods: [small, pod({ name: "new", cpu: "15500m" })] }, waiting);
    expect(outcome.verdict.answer).toBe("fits");
    expect(sentences(outcome)).toEqual(["1 waiting pod gets a place, with 1 new node for 560.64 USD/month more"]);
  });

  test("go to the nodes there are where these have room", () => {
    const outcome = ask({ nodes: today, pods: [small, ...pods(2, { name: "new", cpu: "100m" })] }, waiting);
    expect(sentences(outcome)).toEqual(["2 waiting pods get a place on the nodes there are"]);
  });

  test("and fit nowhere make it a no", () => {
    const outcome = ask({ nodes: today, pods: [small, tooLarge("new")] }, waiting);
    expect(outcome.verdict.answer).toBe("some-wait");
  });

  test("are none: nothing is to be said of cost", () => {
    const outcome = ask({ nodes: today, pods: [small] }, waiting);
    expect(outcome.verdict).toEqual({
      answer: "nothing-to-place",
      causes: [{ code: "no-pods", sentence: "no pod waits" }],
    });
  });

  test("are named where they make Karpenter's side dearer than today's", () => {
    const outcome = ask({ nodes: today, pods: [small, pod({ name: "new", cpu: "60", memory: "8Gi" })] });
    expect(outcome.verdict.answer).toBe("costs-more");
    expect(sentences(outcome)).toContain(
      "1 pod that waits today would run too, with 60.0 cores and 8.0 GiB: they cost nothing today",
    );
  });
});

describe("what was not read", () => {
  test("DaemonSets: a saving is not claimed, a loss is", () => {
    const { daemonsets: _, ...objects } = snapshot({ objects: { nodes: today, pods: [small] } }).objects;
    const outcome = ask({ ...objects, daemonsets: undefined } as unknown as ClusterObjects);
    expect([outcome.verdict.answer, outcome.isComplete]).toEqual(["unknown", false]);
    expect(sentences(outcome)[0]).toContain("DaemonSets were not read");
    const tiny = [node({ name: "n", instanceType: "t3.nano", zone: "us-east-1a" })];
    const dearer = ask({ nodes: tiny, pods: [small], daemonsets: undefined } as unknown as ClusterObjects);
    expect(dearer.verdict.answer).toBe("costs-more");
  });

  test("nodes: there is no today", () => {
    const outcome = ask({ nodes: undefined, pods: [small] } as unknown as ClusterObjects);
    expect([outcome.verdict.answer, outcome.isTodayRead]).toEqual(["unknown", false]);
  });

  test("pods: there is no question", () => {
    expect(() => ask({ nodes: today, pods: undefined } as unknown as ClusterObjects)).toThrow("nothing to place");
  });
});

test("where nothing runs today, a pod that fits nowhere is a no", () => {
  expect(ask({ pods: [tooLarge("new")] }).verdict.answer).toBe("does-not-fit");
  expect(sentences(ask({ pods: [pod({ name: "new" })] }))).toEqual([
    "no node runs today: there is nothing to compare with; every pod gets a place",
    expect.stringMatching(/^the pods on 1 x m5.large would fit on 1 x /),
  ]);
});

test("without the pods that do not fit no saving is claimed", () => {
  const outcome = ask({ nodes: today, pods: [small, tooLarge("web-2", "n")] });
  expect(outcome.verdict.answer).toBe("does-not-fit");
  expect(sentences(outcome)).toEqual([
    "1 pod that runs today would never schedule; Karpenter's side is counted without it",
  ]);
});

test("without any pod there is nothing to place", () => {
  expect(ask({ nodes: today, pods: [] }).verdict.answer).toBe("nothing-to-place");
});

test("a Windows node has no Linux price", () => {
  const windows = node({ name: "w", instanceType: "m5.large", labels: { "kubernetes.io/os": "windows" } });
  const outcome = ask({ nodes: [...today, windows], pods: [small] });
  expect(outcome.verdict.answer).toBe("unknown");
  expect(sentences(outcome)).toContain("no price is known for m5.large with Windows");
});

test("pods for Fargate need no node, bound or not", () => {
  const fargate = node({ name: "f", labels: { "eks.amazonaws.com/compute-type": "fargate" } });
  const spec = { schedulerName: "fargate-scheduler" };
  const outcome = ask({
    nodes: [...today, fargate],
    pods: [small, pod({ name: "bound", node: "f", spec }), pod({ name: "waits", spec })],
  });
  expect(outcome.karpenter.nodes.flatMap((one) => one.pods)).toEqual(["default/web"]);
  expect(outcome.approximations).toContain("2 pods on Fargate left out: no node group and no NodePool runs them");
});

test("a static pod belongs to its node and is no pod of a zone", () => {
  const owners = [{ apiVersion: "v1", kind: "Node", name: "n", controller: true }];
  const outcome = ask({ nodes: today, pods: [small, pod({ name: "kube-proxy", node: "n", owners })] });
  expect(outcome.zones.map((zone) => zone.podsToday)).toEqual([1, 0, 0]);
  expect(outcome.evictions.pods).toBe(1);
});

test("addresses are counted for pods of DaemonSets too, but not on the host's network", () => {
  const daemon = (name: string, hostNetwork: boolean) => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "kube-system" },
    spec: { template: { spec: { hostNetwork, containers: [{ name: "a" }] } } },
  });
  const outcome = ask({ nodes: today, pods: [small], daemonsets: [daemon("cni", true), daemon("logs", false)] });
  expect(outcome.subnets.map(({ needed, possible }) => [needed, possible])).toEqual([
    [0, 3],
    [0, 3],
    [0, 3],
  ]);
});

test("a DaemonSet to leave out must be there", () => {
  const daemonsets = [
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "logs", namespace: "kube-system" },
      spec: { template: { spec: { containers: [{ name: "a" }] } } },
    },
  ];
  const objects = { nodes: today, pods: [small], daemonsets };
  expect(() => ask(objects, { withoutDaemonSets: ["log"] })).toThrow("there is no DaemonSet log");
  expect(ask(objects, { withoutDaemonSets: ["kube-system/logs"] }).daemonSets.daemonSets).toBe(0);
});
