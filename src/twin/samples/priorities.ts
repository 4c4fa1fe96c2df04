import { managed, modern, service } from "./parts.ts";
import type { SampleSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "ladder-prod",
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--expander=priority,least-waste", "--scale-down-utilization-threshold=0.6"],
} as const;

/** An order of preference among groups: spot first, then small on-demand nodes, then large ones. */
export const priorities: SampleSpec = {
  name: "priorities",
  summary: "the priority expander: spot first, then on-demand, large machines last",
  ...base,
  ...modern,
  groups: [
    managed("on-demand", { min: 2, desired: 3 }),
    managed("spot", {
      capacityType: "spot",
      instanceTypes: ["m5.xlarge", "m5a.xlarge", "m6i.xlarge"],
      min: 0,
      max: 15,
      desired: 4,
    }),
    managed("overflow-large", { instanceTypes: ["m5.4xlarge"], min: 0, max: 4, desired: 0 }),
  ],
  configMaps: [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "cluster-autoscaler-priority-expander", namespace: "kube-system" },
      data: { priorities: "50:\n  - eks-spot-.*\n20:\n  - eks-on-demand-.*\n10:\n  - .*\n" },
    },
  ],
  workloads: [
    ...systemWorkloads(base),
    service("desk/web", 9),
    service("desk/api", 9, { memory: "1Gi" }),
    service("desk/mailer", 6),
    service("reports/worker", 8, { cpu: "600m", memory: "1Gi", budget: { maxUnavailable: "25%" } }),
  ],
};
