import type { SampleSpec, WorkloadSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "classic",
  kubernetesVersion: "1.22.17",
  autoscalerFlags: ["--balance-similar-node-groups", "--expander=least-waste", "--skip-nodes-with-system-pods=false"],
} as const;

/** A cluster as guides of 2022 made it: Kubernetes 1.22, aws-auth. Karpenter 0.16.3 installs here, releases since 0.32 do not. */
export const classic: SampleSpec = {
  name: "classic",
  summary: "as in 2022: Kubernetes 1.22, aws-auth, for Karpenter 0.16.3 and its Provisioners",
  ...base,
  authenticationMode: "CONFIG_MAP",
  hasOidcProvider: true,
  hasSpotRole: false,
  groups: [
    {
      name: "ng-workers",
      kind: "managed",
      capacityType: "on-demand",
      instanceTypes: ["m5.xlarge"],
      min: 2,
      max: 8,
      desired: 3,
      zones: ["a", "b", "c"],
    },
    {
      name: "ng-spot",
      kind: "managed",
      capacityType: "spot",
      instanceTypes: ["m5.large", "m5a.large"],
      min: 0,
      max: 6,
      desired: 2,
      zones: ["a", "b", "c"],
      labels: { lifecycle: "spot" },
      taints: [{ key: "spot", value: "true", effect: "NoSchedule" }],
    },
  ],
  workloads: [...systemWorkloads(base), ...applications()],
};

function applications(): readonly WorkloadSpec[] {
  const shop = { kind: "Deployment", namespace: "shop", spread: "zone-soft" } as const;
  return [
    { ...shop, name: "frontend", replicas: 4, cpu: "250m", memory: "256Mi", budget: { maxUnavailable: 1 } },
    { ...shop, name: "catalogue", replicas: 3, cpu: "200m", memory: "384Mi", budget: { maxUnavailable: 1 } },
    { ...shop, name: "orders", replicas: 3, cpu: "250m", memory: "512Mi", budget: { minAvailable: 2 } },
    {
      ...shop,
      name: "mailer",
      replicas: 3,
      cpu: "300m",
      memory: "512Mi",
      budget: { maxUnavailable: "34%" },
      spec: {
        nodeSelector: { lifecycle: "spot" },
        tolerations: [{ key: "spot", operator: "Equal", value: "true", effect: "NoSchedule" }],
      },
    },
  ];
}
