import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { Node, Pod } from "../kube/objects.ts";
import { estimate, type GroupTemplate, planScaleUp } from "./scale-up.ts";

interface Group {
  readonly n: number;
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly hostPort?: number;
  readonly spread?: { readonly key: string; readonly maxSkew: number; readonly minDomains: number };
}

interface Vectors {
  readonly estimator: readonly {
    readonly name: string;
    readonly node: { readonly cpuMilli: number; readonly memMiB: number; readonly pods: number };
    readonly maxNodes?: number;
    readonly pegs: readonly Group[];
    readonly nodes: number;
    readonly scheduled: number;
  }[];
  readonly leastWaste: {
    readonly pod: { readonly cpuMilli: number; readonly memMiB: number };
    readonly groups: Readonly<Record<string, { readonly cpuMilli: number; readonly memMiB: number }>>;
    readonly cases: readonly { readonly options: readonly string[]; readonly best: string }[];
  };
}

const vectors = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../test/vectors/ca-vectors.json"), "utf8"),
) as Vectors;
const noVolumes = { claimsOf: () => [], zonesOf: () => undefined };

function node(
  name: string,
  zone: string,
  size: { readonly cpuMilli: number; readonly memMiB: number; readonly pods: number },
): Node {
  const resources = { cpu: `${size.cpuMilli}m`, memory: `${size.memMiB}Mi`, pods: String(size.pods) };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "topology.kubernetes.io/zone": zone, "kubernetes.io/hostname": name } },
    status: { capacity: resources, allocatable: resources, conditions: [{ type: "Ready", status: "True" }] },
  };
}

function podsOf(group: Group, prefix: string): readonly Pod[] {
  const { spread, hostPort } = group;
  const labelSelector = { matchLabels: { app: "estimatee" } };
  return Array.from({ length: group.n }, (_, i) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${prefix}-${i}`, namespace: "universe", labels: { app: "estimatee" } },
    spec: {
      containers: [
        {
          name: "main",
          resources: { requests: { cpu: `${group.cpuMilli}m`, memory: String(group.memBytes) } },
          ...(hostPort === undefined ? {} : { ports: [{ hostPort, containerPort: hostPort }] }),
        },
      ],
      ...(spread === undefined
        ? {}
        : {
            topologySpreadConstraints: [
              {
                topologyKey: spread.key,
                maxSkew: spread.maxSkew,
                minDomains: spread.minDomains,
                whenUnsatisfiable: "DoNotSchedule",
                labelSelector,
              },
            ],
          }),
    },
  }));
}

// The benchmark's 51,000 pods measure speed, not decisions.
test.each(vectors.estimator.filter((one) => one.name !== "benchmark"))(
  "estimates as Cluster Autoscaler does: $name",
  (one) => {
    const group: GroupTemplate = {
      name: "group",
      template: node("template", "zone-mars", one.node),
      daemons: [],
      room: one.maxNodes ?? 1000,
    };
    const old = node("oldnode", "zone-jupiter", { cpuMilli: 100, memMiB: 100, pods: 10 });
    const waiting = one.pegs.flatMap((peg, i) => podsOf(peg, `peg${i}`));
    const option = estimate(group, waiting, { nodes: [old], bound: [], volumes: noVolumes });
    expect([option?.nodes, option?.pods.length]).toEqual([one.nodes, one.scheduled]);
  },
);

test.each(vectors.leastWaste.cases)("least-waste takes $best of $options", ({ options, best }) => {
  const { pod, groups } = vectors.leastWaste;
  const pending = podsOf({ n: 1, cpuMilli: pod.cpuMilli, memBytes: pod.memMiB * 2 ** 20 }, "pod");
  const plan = planScaleUp({
    pending,
    nodes: [],
    upcoming: [],
    bound: [],
    volumes: noVolumes,
    groups: options.map((name) => ({
      name,
      template: node(name, "zone-mars", { cpuMilli: 1, memMiB: 1, ...groups[name], pods: 110 }),
      daemons: [],
      room: 10,
    })),
    expanders: ["least-waste"],
    chance: 0.99,
  });
  expect(plan?.group).toBe(best);
});

test("pods that fit on a node that is coming wait for it", () => {
  const size = { cpuMilli: 1000, memMiB: 1000, pods: 10 };
  const group: GroupTemplate = { name: "group", template: node("template", "zone-mars", size), daemons: [], room: 10 };
  const pending = podsOf({ n: 2, cpuMilli: 400, memBytes: 1000 }, "pod");
  const base = { pending, nodes: [], bound: [], volumes: noVolumes, groups: [group], expanders: ["random"], chance: 0 };
  expect(planScaleUp({ ...base, upcoming: [] })?.nodes).toBe(1);
  expect(planScaleUp({ ...base, upcoming: [group] })).toBeUndefined();
});
