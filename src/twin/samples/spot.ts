import { managed, modern, service } from "./parts.ts";
import type { SampleSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "harbour-prod",
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--balance-similar-node-groups", "--expander=least-waste", "--max-node-provision-time=10m"],
} as const;

const stateless = { spec: { nodeSelector: { "eks.amazonaws.com/capacityType": "SPOT" } } } as const;

/** Nearly all on spot, in two sizes of several types each; what must not be interrupted is on a few on-demand nodes. */
export const spot: SampleSpec = {
  name: "spot",
  summary: "nearly all on spot: pods that choose capacity by EKS's own label, few on-demand nodes",
  ...base,
  ...modern,
  groups: [
    managed("core", { min: 2 }),
    managed("spot-medium", {
      capacityType: "spot",
      instanceTypes: ["m5.xlarge", "m5a.xlarge", "m5d.xlarge", "m6i.xlarge"],
      min: 0,
      max: 20,
      desired: 6,
    }),
    managed("spot-large", {
      capacityType: "spot",
      instanceTypes: ["c5.2xlarge", "c5a.2xlarge", "c6i.2xlarge"],
      min: 0,
      max: 12,
      desired: 3,
      labels: { size: "large" },
      taints: [{ key: "spot", value: "large", effect: "NoSchedule" }],
    }),
  ],
  workloads: [
    ...systemWorkloads(base),
    service("payments/ledger", 3, { spec: { nodeSelector: { "eks.amazonaws.com/capacityType": "ON_DEMAND" } } }),
    service("web/frontend", 12, stateless),
    service("web/images", 8, { cpu: "600m", memory: "1Gi", ...stateless }),
    service("web/search", 9, { memory: "1Gi", spread: "zone", ...stateless }),
    service("batch/render", 10, {
      cpu: "1500m",
      memory: "2Gi",
      budget: { maxUnavailable: "50%" },
      spec: {
        nodeSelector: { size: "large" },
        tolerations: [{ key: "spot", operator: "Equal", value: "large", effect: "NoSchedule" }],
      },
    }),
  ],
};
