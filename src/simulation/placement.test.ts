import { expect, test } from "vitest";
import type { Node, Pod, PodSpec } from "../kube/objects.ts";
import { Placer } from "./placement.ts";

const noVolumes = { claimsOf: () => [], zonesOf: () => undefined };

function node(name: string, zone = "a", rest: Partial<NonNullable<Node["spec"]>> = {}, cpu = "2"): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { zone, "topology.kubernetes.io/zone": zone, "kubernetes.io/hostname": name } },
    spec: rest,
    status: { allocatable: { cpu, memory: "4Gi", pods: "10" } },
  };
}

function pod(name: string, spec: Partial<PodSpec> = {}, nodeName?: string): Pod {
  const containers = [{ name: "main", resources: { requests: { cpu: "500m", memory: "256Mi" } } }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", labels: { app: "web" } },
    spec: { containers, ...spec, ...(nodeName === undefined ? {} : { nodeName }) },
  };
}

function place(nodes: readonly Node[], bound: readonly Pod[], one: Pod): string {
  const placement = new Placer({ nodes, bound, volumes: noVolumes }).place(one);
  return placement.kind === "node" ? placement.node : [...placement.reasons.keys()].toSorted().join("; ");
}

const spread = [
  {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: { app: "web" } },
  },
];
const apart = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } },
    ],
  },
};

test.each<readonly [string, readonly Node[], readonly Pod[], Pod, string]>([
  ["the emptier node", [node("n1"), node("n2")], [pod("x", {}, "n1")], pod("p"), "n2"],
  [
    "no node with a taint that it does not tolerate",
    [node("n1", "a", { taints: [{ key: "k", value: "v", effect: "NoSchedule" }] })],
    [],
    pod("p"),
    "node(s) had untolerated taint {k: v}",
  ],
  [
    "a tainted node that it tolerates",
    [node("n1", "a", { taints: [{ key: "k", effect: "NoSchedule" }] })],
    [],
    pod("p", { tolerations: [{ key: "k", operator: "Exists" }] }),
    "n1",
  ],
  ["no cordoned node", [node("n1", "a", { unschedulable: true })], [], pod("p"), "node(s) were unschedulable"],
  ["no node without room", [node("n1", "a", {}, "400m")], [], pod("p"), "Insufficient cpu"],
  ["the selected node", [node("n1"), node("n2", "b")], [], pod("p", { nodeSelector: { zone: "b" } }), "n2"],
  [
    "the zone that a hard spread leaves",
    [node("n1"), node("n2", "b", {}, "600m")],
    [pod("x", {}, "n1")],
    pod("p", { topologySpreadConstraints: spread }),
    "n2",
  ],
  [
    "nothing when a hard spread leaves no zone with room",
    [node("n1"), node("n2", "b", {}, "100m")],
    [pod("x", {}, "n1")],
    pod("p", { topologySpreadConstraints: spread }),
    "Insufficient cpu; node(s) didn't match pod topology spread constraints",
  ],
  [
    "no node where its anti-affinity forbids it",
    [node("n1")],
    [pod("x", {}, "n1")],
    pod("p", { affinity: apart }),
    "node(s) didn't match pod anti-affinity rules",
  ],
  [
    "no node whose pod forbids it",
    [node("n1")],
    [pod("x", { affinity: apart }, "n1")],
    pod("p"),
    "node(s) didn't match pod anti-affinity rules",
  ],
])("a pod gets %s", (_name, nodes, bound, one, expected) => {
  expect(place(nodes, bound, one)).toBe(expected);
});

test("what was assumed counts for what follows", () => {
  const placer = new Placer({ nodes: [node("n1", "a", {}, "1")], bound: [], volumes: noVolumes });
  placer.assume(pod("a"), "n1");
  expect(placer.fits(pod("b"), "n1")).toBe(true);
  placer.assume(pod("b"), "n1");
  expect(placer.fits(pod("c"), "n1")).toBe(false);
});
