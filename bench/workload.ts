import { defaultRelease } from "../src/karpenter/releases.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NodePool } from "../src/karpenter/api.ts";
import type { InstanceType } from "../src/karpenter/instance-type.ts";
import type { Affinity, JsonObject, Labels, Pod, TopologySpreadConstraint } from "../src/kube/objects.ts";
import type { SolveInput } from "../src/scheduling/types.ts";

/** The shape of upstream's scheduling benchmark: 400 types, one pool without demands, pods of five kinds. */

const root = join(import.meta.dirname, "..");
/** Pods drawn with Go's own generator, as upstream's benchmark draws them. */
export const workloadFile = join(root, "bench", "data", "karpenter-benchmark-workload.json");
/** Where the types of the benchmark are. */
export const catalogueFolder = join(root, "test", "vectors", "karpenter");

type Row = readonly [kind: string, label: string, selector: string | null, cpuMilli: number, memoryMi: number];

interface Workload {
  readonly diverse: readonly { readonly count: number; readonly pods: readonly Row[] }[];
}

/** The diverse pods of one size. */
export function diversePods(count: number): Pod[] {
  const { diverse } = JSON.parse(readFileSync(workloadFile, "utf8")) as Workload;
  const drawn = diverse.find((one) => one.count === count);
  if (drawn === undefined) throw new Error(`${workloadFile} has no workload of ${count} pods`);
  return drawn.pods.map(podOf);
}

/** Pods that all prefer one zone, and prefer to be apart by zone and by host. */
export function preferencePods(count: number): Pod[] {
  const labelSelector = { matchLabels: { app: "nginx" } };
  const apart = (topologyKey: string, weight: number) => ({ weight, podAffinityTerm: { topologyKey, labelSelector } });
  const zone = { key: "topology.kubernetes.io/zone", operator: "In", values: ["test-zone-1"] };
  const affinity: Affinity = {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [zone] } }],
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        apart("topology.kubernetes.io/zone", 10),
        apart("kubernetes.io/hostname", 1),
      ],
    },
  };
  return Array.from({ length: count }, (_, at) =>
    pod(at, { labels: { app: "nginx" }, cpuMilli: 100, memoryMi: 4096, affinity }),
  );
}

interface Wishes {
  readonly labels: Labels;
  readonly cpuMilli: number;
  readonly memoryMi: number;
  readonly affinity?: Affinity;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
}

function podOf([kind, label, selector, cpuMilli, memoryMi]: Row, at: number): Pod {
  const size = { cpuMilli, memoryMi };
  const spread = (topologyKey: string): readonly TopologySpreadConstraint[] => [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { "my-label": selector ?? "" } },
    },
  ];
  switch (kind) {
    case "generic":
      return pod(at, { ...size, labels: { "my-label": label } });
    case "spread-zone":
      return pod(at, {
        ...size,
        labels: { "my-label": label },
        topologySpreadConstraints: spread("topology.kubernetes.io/zone"),
      });
    case "spread-hostname":
      return pod(at, {
        ...size,
        labels: { "my-label": label },
        topologySpreadConstraints: spread("kubernetes.io/hostname"),
      });
    case "anti-hostname": {
      const labels = { app: "nginx" };
      const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
      return pod(at, {
        ...size,
        labels,
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
      });
    }
    default: {
      const labels = { "my-affininity": label };
      const term = { topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: labels } };
      return pod(at, {
        ...size,
        labels,
        affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
      });
    }
  }
}

function pod(at: number, { labels, cpuMilli, memoryMi, ...spec }: Wishes): Pod {
  const requests = { cpu: `${cpuMilli}m`, memory: `${memoryMi}Mi` };
  const number = (width: number): string => String(at).padStart(width, "0");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", name: `pod-${number(5)}`, uid: number(8), labels },
    spec: { containers: [{ name: "main", image: "registry.example/app:1", resources: { requests } }], ...spec },
    status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
  };
}

function condition(type: string): JsonObject {
  return { type, status: "True", reason: type, message: "", lastTransitionTime: "2026-09-14T10:00:00Z" };
}

function nodePool(zones: readonly string[]): NodePool {
  const requirements =
    zones.length === 0 ? [] : [{ key: "topology.kubernetes.io/zone", operator: "In", values: zones }];
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "main", uid: "pool" },
    spec: {
      limits: { cpu: "10000000", memory: "10000000Gi" },
      template: {
        spec: { requirements, nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" } },
      },
    },
    status: { conditions: ["ValidationSucceeded", "NodeClassReady", "Ready"].map(condition) },
  };
}

/** The pods with upstream's pool and types, as our engine takes them. */
export function benchInput(pods: readonly Pod[], zones: readonly string[] = []): SolveInput {
  const types = JSON.parse(
    readFileSync(join(catalogueFolder, "catalogue-bench-400.json"), "utf8"),
  ) as readonly InstanceType[];
  return {
    nowMs: Date.parse("2026-09-14T10:00:00Z"),
    objects: { nodepools: [nodePool(zones)], pods, nodes: [] },
    instanceTypes: new Map([["main", types]]),
    wellKnownLabels: "fake",
    behaviour: defaultRelease.behaviour,
    options: {},
  };
}

/**
 * The same as a scenario for the oracle. A simulation that takes no node away: a provisioning pass would break off after a minute, and the
 * real program needs longer for the larger sizes.
 */
export function benchScenario(pods: readonly Pod[], zones: readonly string[] = []): unknown {
  return {
    id: "bench",
    area: "simulate",
    candidates: [],
    now: "2026-09-14T10:00:00Z",
    options: {},
    objects: { nodePools: [nodePool(zones)], pods },
    instanceTypes: { "*": { catalogue: "bench-400" } },
    wellKnownLabels: "fake",
  };
}
