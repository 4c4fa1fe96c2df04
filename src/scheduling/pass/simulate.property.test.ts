import { defaultRelease } from "../../karpenter/releases.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { managedNode, runningPod } from "../../../test/support/disruption.ts";
import { instanceType, readyPool, waitingPod, zones } from "../../../test/support/scheduling.ts";
import type { InstanceType } from "../../karpenter/instance-type.ts";
import type { KubeObject, PersistentVolume, PersistentVolumeClaim, Pod, PodSpec } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import type { PassOutcome } from "./pass-result.ts";
import { readWorld, type SchedulingWorld, simulateWithout, solve } from "./solve.ts";
import type { SolveInput, SolveResult } from "../types.ts";

const nowMs = Date.parse("2026-01-05T10:00:00Z");
const zoneKey = "topology.kubernetes.io/zone";
const reserved = {
  requirements: [
    { key: zoneKey, operator: "In", values: ["zone-b"] },
    { key: "karpenter.sh/capacity-type", operator: "In", values: ["reserved"] },
    { key: "dovetail.dev/reservation-id", operator: "In", values: ["r1"] },
  ],
  price: 0.01,
  available: true,
  reservationCapacity: 1,
};
const large = instanceType({
  name: "l",
  cpu: "8",
  memory: "16Gi",
  price: 0.3,
  capacityTypes: ["on-demand", "reserved"],
});
const types: readonly InstanceType[] = [
  instanceType({ name: "s", cpu: "2", memory: "8Gi", price: 0.1, capacityTypes: ["spot", "on-demand"] }),
  instanceType({ name: "m", cpu: "4", memory: "8Gi", price: 0.15 }),
  { ...large, offerings: [...large.offerings, reserved], capacity: { ...large.capacity, "example.com/card": "2" } },
];

/** What pods of an app have in common; some look at others. */
const apps: Readonly<Record<string, Partial<PodSpec>>> = {
  plain: {},
  spread: { topologySpreadConstraints: [spreading("spread")] },
  soft: { topologySpreadConstraints: [{ ...spreading("soft"), whenUnsatisfiable: "ScheduleAnyway" }] },
  hosts: { topologySpreadConstraints: [{ ...spreading("spread"), topologyKey: "kubernetes.io/hostname" }] },
  alone: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("alone", false)] } } },
  zoned: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("zoned", true)] } } },
  together: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("together", true)] } } },
  follower: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near("spread", true)] } } },
  shy: {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: near("plain", true) }],
      },
    },
  },
};

function spreading(app: string) {
  const labelSelector = { matchLabels: { app } };
  return { maxSkew: 1, topologyKey: zoneKey, whenUnsatisfiable: "DoNotSchedule", labelSelector };
}

function near(app: string, isZonal: boolean) {
  return { topologyKey: isZonal ? zoneKey : "kubernetes.io/hostname", labelSelector: { matchLabels: { app } } };
}

interface PodWish {
  readonly app: string;
  readonly cpu: string;
  /** Zones it demands, in the order it names them. */
  readonly zones: readonly string[];
  readonly port: boolean;
  readonly card: boolean;
  /** Number of its volume. */
  readonly volume: number | undefined;
  readonly isPending: boolean;
  readonly node: number;
}

const wishes = fc.record<PodWish>({
  app: fc.constantFrom("spread", "spread", ...Object.keys(apps)),
  cpu: fc.constantFrom("100m", "500m", "1", "1500u"),
  zones: fc.constantFrom([], [], ["zone-c", "zone-a"], ["zone-a", "zone-c"], ["zone-b"]),
  port: fc.boolean(),
  card: fc.boolean(),
  volume: fc.constantFrom(undefined, undefined, 0, 1, 2, 3),
  isPending: fc.constantFrom(false, false, true),
  node: fc.nat(5),
});

function podOf(wish: PodWish, at: number, nodes: number): Pod {
  const name = `p${String(at).padStart(3, "0")}`;
  const base = wish.isPending ? waitingPod({ name }) : runningPod(name, `n${wish.node % nodes}`);
  const requests = { cpu: wish.cpu, memory: "256Mi", ...(wish.card ? { "example.com/card": "1" } : {}) };
  const ports = wish.port ? { ports: [{ hostPort: 80, protocol: "TCP" }] } : {};
  const { affinity, ...constraints } = apps[wish.app] ?? {};
  const nodeSelectorTerms = [{ matchExpressions: [{ key: zoneKey, operator: "In", values: wish.zones }] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  const wanted = wish.zones.length === 0 ? affinity : { ...affinity, nodeAffinity };
  const claim = { name: "data", persistentVolumeClaim: { claimName: `v${wish.volume ?? ""}` } };
  return {
    ...base,
    metadata: { ...base.metadata, labels: { app: wish.app } },
    spec: {
      ...base.spec,
      ...constraints,
      ...(wanted === undefined ? {} : { affinity: wanted }),
      ...(wish.volume === undefined ? {} : { volumes: [claim] }),
      containers: [{ name: "main", resources: { requests }, ...ports }],
    },
  };
}

const volumeZones = ["zone-a", "zone-a", "zone-a", "zone-b"];

/** Volumes bound to their claims: in the first zone more than a node may hold. */
function storage(): Pick<ClusterObjects, "persistentvolumes" | "persistentvolumeclaims"> {
  const claims = zones.map(
    (_, at): PersistentVolumeClaim => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: `v${at}`,
        namespace: "default",
        annotations: { "pv.kubernetes.io/bind-completed": "yes" },
      },
      spec: { volumeName: `pv${at}` },
    }),
  );
  const volumes = volumeZones.map((zone, at): PersistentVolume => {
    const nodeSelectorTerms = [{ matchExpressions: [{ key: zoneKey, operator: "In", values: [zone] }] }];
    return {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `pv${at}` },
      spec: {
        csi: { driver: "ebs.csi.aws.com", volumeHandle: `vol-${at}` },
        nodeAffinity: { required: { nodeSelectorTerms } },
      },
    };
  });
  return { persistentvolumeclaims: claims, persistentvolumes: volumes };
}

function csiNode(name: string): KubeObject {
  const drivers = [{ name: "ebs.csi.aws.com", nodeID: name, allocatable: { count: 2 } }];
  return { apiVersion: "storage.k8s.io/v1", kind: "CSINode", metadata: { name }, spec: { drivers } } as KubeObject;
}

interface Question {
  readonly nodes: readonly number[];
  readonly afterSeconds: number;
  readonly enforceConsolidateAfter: boolean;
}

const questions = fc.record<Question>({
  nodes: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 }),
  afterSeconds: fc.constantFrom(0, 15, 3600),
  enforceConsolidateAfter: fc.boolean(),
});

const worlds = fc
  .record({
    wished: fc.array(wishes, { minLength: 4, maxLength: 24 }),
    types: fc.array(fc.constantFrom("s", "m", "l"), { minLength: 2, maxLength: 6 }),
    isDeleting: fc.boolean(),
    limit: fc.constantFrom(undefined, "12", "40"),
    minValuesPolicy: fc.constantFrom<"Strict" | "BestEffort">("Strict", "BestEffort"),
  })
  .map(({ wished, types: nodeTypes, isDeleting, limit, minValuesPolicy }): SolveInput => {
    const made = nodeTypes.map((type, at) => managedNode({ name: `n${at}`, type, zone: zones[at % 3] ?? "" }, types));
    const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "Exists", minValues: 2 }];
    const pool = readyPool({
      name: "general",
      requirements,
      ...(limit === undefined ? {} : { limits: { cpu: limit } }),
    });
    return {
      nowMs,
      behaviour: defaultRelease.behaviour,
      objects: {
        pods: wished.map((wish, at) => podOf(wish, at, made.length)),
        nodes: made.map(({ node }) => node),
        nodeclaims: made.map(({ claim }) => claim),
        nodepools: [
          { ...pool, spec: { ...pool.spec, disruption: { consolidateAfter: "90m" } } },
          readyPool({ name: "other" }),
        ],
        csinodes: made.map(({ node }) => csiNode(node.metadata.name)),
        ...storage(),
      },
      instanceTypes: new Map([["*", types]]),
      wellKnownLabels: "fake",
      options: { minValuesPolicy },
      ...(isDeleting ? { marks: { deletingNodes: ["n0"] } } : {}),
    };
  });

function asked(world: SchedulingWorld, { nodes, afterSeconds, enforceConsolidateAfter }: Question): PassOutcome {
  const active = world.state.nodes.filter(({ isDeleting }) => !isDeleting);
  const gone = new Set(nodes.flatMap((at) => active[at % active.length] ?? []));
  return simulateWithout(world, { nodes: [...gone], nowMs: nowMs + afterSeconds * 1000, enforceConsolidateAfter });
}

function bytesOf({ launches, ...rest }: PassOutcome): string {
  return bytesOfResult({ newNodeClaims: launches.map(({ claim, options }) => claim(options)), ...rest });
}

function bytesOfResult({ existing, podErrors, ignored, ...rest }: SolveResult): string {
  const errors = [...podErrors].map(([pod, { classes, message }]) => [pod, classes, message]);
  return JSON.stringify([rest, [...existing], errors, [...ignored]]);
}

test("a simulation answers alike on a fresh world and on one that was asked other questions before", () => {
  fc.assert(
    fc.property(worlds, fc.array(questions, { minLength: 2, maxLength: 8 }), (input, series) => {
      const world = readWorld(input);
      // Texts and claims are written down when they are asked for: here after all other questions.
      const outcomes = series.map((question) => asked(world, question));
      const fresh = series.map((question) => bytesOf(asked(readWorld(input), question)));
      expect(outcomes.map(bytesOf)).toEqual(fresh);
      expect(series.toReversed().map((question) => bytesOf(asked(world, question)))).toEqual(fresh.toReversed());
    }),
    { numRuns: 120 },
  );
});

test("a simulation answers what a pass does that is given the nodes as candidates", () => {
  fc.assert(
    fc.property(worlds, questions, (input, question) => {
      const world = readWorld(input);
      const active = world.state.nodes.filter(({ isDeleting }) => !isDeleting);
      const names = new Set(question.nodes.flatMap((at) => active[at % active.length]?.name ?? []));
      const { enforceConsolidateAfter } = question;
      const alone = { ...input, options: { ...input.options, enforceConsolidateAfter }, candidates: [...names] };
      expect(bytesOf(asked(world, { ...question, afterSeconds: 0 }))).toBe(bytesOfResult(solve(alone)));
    }),
    { numRuns: 80 },
  );
});

test("a provisioning pass answers alike before and after simulations on the same input", () => {
  fc.assert(
    fc.property(worlds, fc.array(questions, { minLength: 1, maxLength: 4 }), (input, series) => {
      const before = bytesOfResult(solve(input));
      const world = readWorld(input);
      for (const question of series) asked(world, question);
      expect(bytesOfResult(solve(input))).toBe(before);
    }),
    { numRuns: 60 },
  );
});
