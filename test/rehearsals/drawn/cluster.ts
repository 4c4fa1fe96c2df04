import type { Pod } from "../../../src/kube/objects.ts";
import type { GroupSpec, SampleSpec, WorkloadSpec } from "../../../src/twin/samples/spec.ts";
import { systemWorkloads } from "../../../src/twin/samples/system.ts";
import { Random } from "../../../src/twin/time/random.ts";

const base = {
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--expander=least-waste", "--skip-nodes-with-local-storage=false"],
} as const;

/** Clusters that are drawn: each takes a second to build, and is then begun from again and again. */
export const clusters = 24;

/** A cluster by its number: one to three node groups of either kind over one to three zones, and workloads that ask for some of everything. */
export function drawnCluster(number: number): SampleSpec {
  const random = Random.of(`cluster ${number}`);
  const about = { clusterName: `drawn-${number}`, ...base };
  const groups = Array.from({ length: random.integer(1, 3) }, (_, i) => groupOf(random, i));
  const room = groups.reduce((sum, group) => sum + group.desired, 0);
  const count = random.integer(2, Math.min(5, 1 + room));
  return {
    name: `drawn-${number}`,
    summary: "drawn for rehearsals",
    ...about,
    authenticationMode: "API_AND_CONFIG_MAP",
    hasOidcProvider: true,
    hasSpotRole: true,
    groups,
    workloads: [...systemWorkloads(about), ...Array.from({ length: count }, (_, i) => workloadOf(random, groups, i))],
    barePods: random.integer(0, 2) === 0 ? [bare(groups)] : [],
  };
}

function groupOf(random: Random, index: number): GroupSpec {
  const zones = (["a", "b", "c"] as const).slice(0, random.integer(1, 3));
  // The first takes what asks for no group, the system's own among it.
  const desired = index === 0 ? random.integer(2, 4) : random.integer(1, 2);
  return {
    name: ["apps", "batch", "extra"][index] ?? `g${index}`,
    kind: random.integer(0, 1) === 0 ? "managed" : "self-managed",
    capacityType: random.integer(0, 3) === 0 ? "spot" : "on-demand",
    instanceTypes: [random.pick(["m5.large", "m5.xlarge", "c5.xlarge"]) ?? "m5.large"],
    min: random.integer(0, desired),
    max: desired + random.integer(1, 4),
    desired,
    zones,
    ...(index === 0 ? {} : { labels: { workload: `w${index}` } }),
  };
}

function workloadOf(random: Random, groups: readonly GroupSpec[], index: number): WorkloadSpec {
  const group = random.integer(0, groups.length - 1);
  const replicas = random.integer(1, 3);
  const budget = ([undefined, { maxUnavailable: 1 }, { minAvailable: 1 }, { minAvailable: "50%" }] as const)[
    random.integer(0, 3)
  ];
  const isStateful = random.integer(0, 3) === 0;
  const isProtected = random.integer(0, 6) === 0;
  const spread = ([undefined, undefined, "zone-soft", "zone", "node"] as const)[random.integer(0, 4)];
  return {
    kind: isStateful ? "StatefulSet" : "Deployment",
    namespace: "shop",
    name: `w${index}`,
    replicas,
    cpu: `${random.integer(1, 4) * 100}m`,
    memory: "256Mi",
    ...(budget === undefined || ("minAvailable" in budget && replicas === 1) ? {} : { budget }),
    ...(spread === undefined ? {} : { spread: spread === "node" ? "zone-soft" : spread }),
    ...(isProtected ? { annotations: { "karpenter.sh/do-not-disrupt": "true" } } : {}),
    ...(isStateful && random.integer(0, 1) === 0 ? { volumeGiB: 10 } : {}),
    ...(group === 0 ? {} : { spec: { nodeSelector: { workload: `w${group}` } } }),
  };
}

function bare(groups: readonly GroupSpec[]): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "debug", namespace: "shop", labels: { by: "hand" } },
    spec: {
      containers: [
        { name: "shell", image: `example.com/shell:${groups.length}`, resources: { requests: { cpu: "50m" } } },
      ],
    },
  } as Pod;
}
