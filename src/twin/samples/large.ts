import { managed, modern, service } from "./parts.ts";
import type { SampleSpec, WorkloadSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "delta-prod",
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--balance-similar-node-groups", "--expander=least-waste", "--max-nodes-total=400"],
} as const;

/** Two hundred nodes in four groups, some two thousand pods of sixty services. */
export const large: SampleSpec = {
  name: "large",
  summary: "200 nodes in 4 node groups, 60 services",
  ...base,
  ...modern,
  groups: [
    managed("general", { instanceTypes: ["m5.2xlarge"], min: 20, max: 160, desired: 100 }),
    managed("compute", { instanceTypes: ["c5.2xlarge"], max: 80, desired: 50, labels: { workload: "compute" } }),
    managed("memory", { instanceTypes: ["r5.2xlarge"], max: 60, desired: 30, labels: { workload: "memory" } }),
    managed("spot", {
      capacityType: "spot",
      instanceTypes: ["m5.2xlarge", "m5a.2xlarge", "m6i.2xlarge"],
      min: 0,
      max: 60,
      desired: 20,
      labels: { workload: "spot" },
    }),
  ],
  workloads: [...systemWorkloads(base), ...teams()],
};

function teams(): readonly WorkloadSpec[] {
  const names = ["atlas", "beacon", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper"];
  const on = (workload: string): Partial<WorkloadSpec> => ({ spec: { nodeSelector: { workload } } });
  return names.flatMap((team) => [
    service(`${team}/web`, 45, { cpu: "600m", memory: "1Gi" }),
    service(`${team}/api`, 40, { cpu: "600m", memory: "1536Mi", budget: { maxUnavailable: "10%" } }),
    service(`${team}/worker`, 25, { cpu: "1200m", memory: "1Gi", budget: { maxUnavailable: "20%" }, ...on("compute") }),
    service(`${team}/cache`, 12, { cpu: "1200m", memory: "10Gi", ...on("memory") }),
    service(`${team}/import`, 12, { cpu: "700m", memory: "2Gi", budget: { maxUnavailable: "50%" }, ...on("spot") }),
    service(`${team}/admin`, 3, { cpu: "200m", memory: "256Mi" }),
  ]);
}
