import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Node, Pod } from "../../kube/objects.ts";
import { Framework } from "../framework.ts";
import { SchedulerCluster } from "./cluster.ts";

const zones = ["a", "b", "c"];

function node(at: number, change = 0): Node {
  const zone = zones[(at + change) % 3];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `n${at}`,
      labels: {
        "kubernetes.io/hostname": `n${at}`,
        ...(change === 2 ? {} : { "topology.kubernetes.io/zone": zone ?? "a" }),
      },
    },
    spec: change === 1 ? { taints: [{ key: "dedicated", effect: "NoSchedule" }] } : {},
    status: { allocatable: { cpu: "4", memory: "8Gi", pods: "6" } },
  };
}

const selector = (app: string): object => ({ labelSelector: { matchLabels: { app } } });
const zone = "topology.kubernetes.io/zone";

/** Pods of several kinds: plain, spread, near each other, apart, with a port. */
function pod(at: number): Pod {
  const app = `app${at % 3}`;
  const kinds: Pod["spec"][] = [
    { containers: [{ name: "c", resources: { requests: { cpu: "500m", memory: "1Gi" } } }] },
    {
      containers: [{ name: "c" }],
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: "DoNotSchedule", ...selector(app) },
      ],
    },
    {
      containers: [{ name: "c" }],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", ...selector(app) }],
        },
      },
    },
    {
      containers: [{ name: "c" }],
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: zone, ...selector(app) }] },
      },
    },
    { containers: [{ name: "c", ports: [{ hostPort: 80 }] }] },
    {
      containers: [{ name: "c" }],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "DoNotSchedule",
          nodeTaintsPolicy: "Honor",
          ...selector(app),
        },
      ],
    },
  ];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `p${at}`,
      namespace: "default",
      labels: { app },
      ...(at % 7 === 6 ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: kinds[at % kinds.length] ?? { containers: [] },
  };
}

type Change =
  | { readonly kind: "node"; readonly at: number; readonly change: number }
  | { readonly kind: "no-node"; readonly at: number }
  | { readonly kind: "pod"; readonly at: number; readonly node: number }
  | { readonly kind: "no-pod"; readonly at: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("node" as const), at: fc.nat(4), change: fc.nat(2) }),
  fc.record({ kind: fc.constant("no-node" as const), at: fc.nat(4) }),
  fc.record({ kind: fc.constant("pod" as const), at: fc.nat(30), node: fc.nat(4) }),
  fc.record({ kind: fc.constant("no-pod" as const), at: fc.nat(30) }),
);

/** A cluster with the list of what is in it. */
function hasPort(at: number): boolean {
  return (pod(at).spec.containers ?? []).some(({ ports }) => (ports ?? []).length > 0);
}

class Played {
  readonly cluster = new SchedulerCluster();
  readonly framework = new Framework({ cluster: this.cluster });
  readonly nodes = new Map<number, Node>();
  readonly placed = new Map<number, number>();
  /** Whether two pods stood on one port: the first that goes frees it then, which a cluster made in one go cannot know. */
  hasClashed = false;

  play(one: Change): void {
    switch (one.kind) {
      case "node":
        this.nodes.set(one.at, node(one.at, one.change));
        this.cluster.putNode(node(one.at, one.change));
        break;
      case "no-node":
        this.nodes.delete(one.at);
        this.cluster.removeNode(`n${one.at}`);
        break;
      case "pod":
        if (this.placed.has(one.at)) break;
        this.hasClashed ||=
          hasPort(one.at) && Array.from(this.placed).some(([at, on]) => on === one.node && hasPort(at));
        this.placed.set(one.at, one.node);
        this.cluster.addPod(pod(one.at), `n${one.node}`);
        break;
      case "no-pod": {
        const on = this.placed.get(one.at);
        if (on === undefined) break;
        expect(this.cluster.removePod(pod(one.at), `n${on}`)).toBe(true);
        this.placed.delete(one.at);
        break;
      }
    }
  }

  /** The same cluster made in one go. */
  afresh(): SchedulerCluster {
    const pods = Array.from(this.placed, ([at, on]) => ({ ...pod(at), spec: { ...pod(at).spec, nodeName: `n${on}` } }));
    return new SchedulerCluster({ nodes: [...this.nodes.values()], pods });
  }
}

/** What every node says to every kind of pod, and what it has left. */
function answers(framework: Framework): unknown {
  const asked = Array.from({ length: 21 }, (_, at) => {
    const found = framework.prefilter(pod(at));
    return framework.cluster.nodes
      .map((one) => [one.name, found.ok ? (framework.filter(found.value, one) ?? "yes") : found] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  });
  const sums = framework.cluster.nodes
    .map((one) => [
      one.name,
      one.requested.milliCpu,
      one.pods.map((info) => info.name).toSorted(),
      one.nonZeroMemoryBytes,
    ])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return { asked, sums };
}

describe("a cluster that changes", () => {
  test("answers as one that is made afresh", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const played = new Played();
        for (const one of changes) {
          played.play(one);
          answers(played.framework);
        }
        if (played.hasClashed) return;
        expect(answers(played.framework)).toEqual(answers(new Framework({ cluster: played.afresh() })));
      }),
      { numRuns: 60 },
    );
  });

  test("is after a revert exactly what it was, order of pods included", () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 25 }),
        fc.array(change, { maxLength: 15 }),
        fc.array(change, { maxLength: 15 }),
        (before, inside, deeper) => {
          const played = new Played();
          for (const one of before) played.play(one);
          const orders = (): unknown =>
            played.cluster.nodes.map((one) => [one.name, one.slot, one.pods.map((info) => info.name)]);
          const was = [orders(), answers(played.framework)];
          const [nodes, placed] = [new Map(played.nodes), new Map(played.placed)];
          played.cluster.fork();
          for (const one of inside) played.play(one);
          played.cluster.fork();
          for (const one of deeper) played.play(one);
          if (deeper.length % 2 === 0) played.cluster.commit();
          else played.cluster.revert();
          played.cluster.revert();
          expect([orders(), answers(played.framework)]).toEqual(was);
          played.nodes.clear();
          played.placed.clear();
          for (const [at, one] of nodes) played.nodes.set(at, one);
          for (const [at, on] of placed) played.placed.set(at, on);
          if (played.hasClashed) return;
          expect(answers(played.framework)).toEqual(answers(new Framework({ cluster: played.afresh() })));
        },
      ),
      { numRuns: 60 },
    );
  });
});
