import type { SampleSpec, WorkloadSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const clusterName = "orchard-prod";
const base = {
  clusterName,
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--balance-similar-node-groups", "--expander=least-waste", "--skip-nodes-with-local-storage=false"],
} as const;

/** A cluster in good order: 12 nodes in 3 node groups, about 120 pods, budgets that let a drain pass. */
export const clean: SampleSpec = {
  name: "clean",
  summary: "in good order: 12 nodes in 3 node groups, budgets that let a drain pass",
  ...base,
  authenticationMode: "API_AND_CONFIG_MAP",
  hasOidcProvider: true,
  hasSpotRole: true,
  groups: [
    {
      name: "general",
      kind: "managed",
      capacityType: "on-demand",
      instanceTypes: ["m5.xlarge"],
      min: 2,
      max: 10,
      desired: 6,
      zones: ["a", "b", "c"],
    },
    {
      name: "batch-spot",
      kind: "managed",
      capacityType: "spot",
      instanceTypes: ["c5.2xlarge", "c5d.2xlarge"],
      min: 0,
      max: 8,
      desired: 3,
      zones: ["a", "b", "c"],
      labels: { workload: "batch" },
      taints: [{ key: "dedicated", value: "batch", effect: "NoSchedule" }],
    },
    {
      name: "orchard-memory",
      kind: "self-managed",
      capacityType: "on-demand",
      instanceTypes: ["r5.xlarge"],
      min: 1,
      max: 6,
      desired: 3,
      zones: ["a", "b", "c"],
      labels: { workload: "memory" },
      diskGiB: 50,
    },
  ],
  workloads: [...systemWorkloads(base), ...applications()],
};

function applications(): readonly WorkloadSpec[] {
  const web = (namespace: string, name: string, replicas: number, rest: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
    kind: "Deployment",
    namespace,
    name,
    replicas,
    // A little above half of each node: Cluster Autoscaler keeps them all, and Karpenter needs fewer.
    cpu: "395m",
    memory: "512Mi",
    budget: { maxUnavailable: 1 },
    spread: "zone-soft",
    ...rest,
  });
  const memory = { spec: { nodeSelector: { workload: "memory" } }, cpu: "400m", memory: "3Gi" } as const;
  const batch = {
    spec: {
      nodeSelector: { workload: "batch" },
      tolerations: [{ key: "dedicated", operator: "Equal", value: "batch", effect: "NoSchedule" }],
    },
  } as const;
  return [
    web("platform", "ingress-nginx", 3, { cpu: "200m", memory: "256Mi", spread: "node" }),
    web("platform", "grafana", 2, { cpu: "150m", memory: "384Mi" }),
    web("storefront", "web", 8, { budget: { minAvailable: "75%" } }),
    web("storefront", "cart", 5),
    web("storefront", "checkout", 4, { spread: "zone" }),
    web("storefront", "recommendations", 3),
    web("catalog", "search-api", 5),
    web("catalog", "pricing", 4, { cpu: "420m" }),
    web("catalog", "inventory", 3),
    web("payments", "payments-api", 4, { budget: { minAvailable: 3 }, spread: "zone" }),
    web("payments", "fraud-scoring", 3, memory),
    {
      kind: "StatefulSet",
      namespace: "payments",
      name: "session-cache",
      replicas: 3,
      ...memory,
      budget: { maxUnavailable: 1 },
    },
    web("catalog", "search-index", 4, memory),
    web("data", "etl-worker", 12, { ...batch, cpu: "900m", memory: "1Gi", budget: { maxUnavailable: "25%" } }),
    web("data", "thumbnailer", 4, { ...batch, cpu: "500m", memory: "512Mi" }),
  ];
}
