import type { Pod } from "../../kube/objects.ts";
import type { SampleSpec, WorkloadSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const clusterName = "quarry-prod";
const base = {
  clusterName,
  kubernetesVersion: "1.33.5",
  autoscalerFlags: ["--expander=priority", "--scale-down-utilization-threshold=0.45"],
} as const;

/** A cluster with what burnt people: each workload here is one trap, beside ordinary ones. */
export const traps: SampleSpec = {
  name: "traps",
  summary: "what burnt people: impossible budgets, a bare pod, pinned pods, zonal volumes",
  ...base,
  authenticationMode: "CONFIG_MAP",
  hasOidcProvider: true,
  hasSpotRole: false,
  groups: [
    {
      name: "workers",
      kind: "managed",
      capacityType: "on-demand",
      instanceTypes: ["m5.xlarge"],
      min: 2,
      max: 9,
      desired: 5,
      zones: ["a", "b", "c"],
    },
    {
      name: "legacy-monolith",
      kind: "managed",
      capacityType: "on-demand",
      instanceTypes: ["r5.xlarge"],
      min: 1,
      max: 3,
      desired: 2,
      zones: ["a"],
      labels: { tier: "legacy" },
      diskGiB: 100,
    },
    {
      name: "quarry-spot",
      kind: "self-managed",
      capacityType: "spot",
      instanceTypes: ["c5.2xlarge"],
      min: 0,
      max: 6,
      desired: 2,
      zones: ["b", "c"],
      labels: { lifecycle: "spot" },
    },
  ],
  workloads: [...systemWorkloads(base), ...ordinary(), ...trapped()],
  barePods: [barePod()],
  extraBudgets: [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "everything-in-orders", namespace: "orders" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/part-of": "orders" } } },
    },
  ],
};

function ordinary(): readonly WorkloadSpec[] {
  const web = (namespace: string, name: string, replicas: number): WorkloadSpec => ({
    kind: "Deployment",
    namespace,
    name,
    replicas,
    cpu: "450m",
    memory: "512Mi",
    budget: { maxUnavailable: 1 },
    spread: "zone-soft",
  });
  return [
    web("storefront", "web", 6),
    web("storefront", "cart", 4),
    web("search", "query", 4),
    web("search", "suggest", 3),
    web("platform", "ingress-nginx", 3),
  ];
}

function trapped(): readonly WorkloadSpec[] {
  const single = { kind: "Deployment", replicas: 1, cpu: "200m", memory: "512Mi" } as const;
  return [
    // A budget that equals its replicas: the drain waits for ever.
    {
      kind: "Deployment",
      namespace: "payments",
      name: "ledger",
      replicas: 2,
      cpu: "300m",
      memory: "1Gi",
      budget: { minAvailable: 2 },
    },
    // Two budgets over one pod: the Eviction API refuses with an error.
    {
      kind: "Deployment",
      namespace: "orders",
      name: "order-api",
      replicas: 3,
      cpu: "250m",
      memory: "512Mi",
      budget: { minAvailable: 2 },
    },
    // Pinned to a node group by the label that EKS sets: no Karpenter node ever has it.
    {
      kind: "Deployment",
      namespace: "legacy",
      name: "monolith",
      replicas: 2,
      cpu: "800m",
      memory: "6Gi",
      spec: { nodeSelector: { "eks.amazonaws.com/nodegroup": "legacy-monolith" } },
    },
    // Protected from Cluster Autoscaler only.
    {
      ...single,
      namespace: "data",
      name: "model-training",
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
    },
    // One replica and no budget: down while it moves.
    { ...single, namespace: "storefront", name: "feature-flags" },
    { ...single, namespace: "platform", name: "grafana" },
    // An EBS volume lives in one zone.
    {
      kind: "StatefulSet",
      namespace: "data",
      name: "postgres",
      replicas: 2,
      cpu: "500m",
      memory: "2Gi",
      volumeGiB: 100,
      budget: { maxUnavailable: 1 },
    },
    ...crowded(),
  ];
}

function crowded(): readonly WorkloadSpec[] {
  return [
    // Preferred rules, which Karpenter treats as required while it can.
    {
      kind: "Deployment",
      namespace: "search",
      name: "indexer",
      replicas: 3,
      cpu: "400m",
      memory: "1Gi",
      spec: {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 100,
                podAffinityTerm: {
                  topologyKey: "kubernetes.io/hostname",
                  labelSelector: { matchLabels: { "app.kubernetes.io/name": "indexer" } },
                },
              },
            ],
          },
        },
      },
    },
    {
      kind: "Deployment",
      namespace: "search",
      name: "crawler",
      replicas: 6,
      cpu: "1200m",
      memory: "1Gi",
      spec: { nodeSelector: { lifecycle: "spot" } },
    },
  ];
}

function barePod(): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "debug-shell-mk", namespace: "platform", labels: { "created-by": "kubectl-run" } },
    spec: {
      containers: [
        {
          name: "shell",
          image: "public.ecr.aws/docker/library/busybox:1.37",
          resources: { requests: { cpu: "50m", memory: "64Mi" } },
        },
      ],
    },
  };
}
