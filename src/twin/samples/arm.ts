import { managed, modern, service } from "./parts.ts";
import type { SampleSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "willow-prod",
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--balance-similar-node-groups", "--expander=least-waste"],
} as const;

const tolerations = [{ key: "arch", operator: "Equal", value: "arm64", effect: "NoSchedule" }] as const;
const onArm = { spec: { nodeSelector: { "kubernetes.io/arch": "arm64" } } } as const;

/** Half way to Graviton: two architectures, told apart by a selector here and by nothing but a taint there. */
export const arm: SampleSpec = {
  name: "arm",
  summary: "half way to Graviton: arm64 and amd64 nodes, images for one or for both",
  ...base,
  ...modern,
  groups: [
    managed("intel", { min: 2, desired: 4 }),
    managed("graviton", {
      instanceTypes: ["m6g.xlarge"],
      image: "arm64",
      desired: 4,
      taints: [{ key: "arch", value: "arm64", effect: "NoSchedule" }],
    }),
    managed("graviton-spot", {
      capacityType: "spot",
      instanceTypes: ["c6g.2xlarge", "c7g.2xlarge"],
      image: "arm64",
      min: 0,
      desired: 2,
      labels: { workload: "build" },
      taints: [{ key: "arch", value: "arm64", effect: "NoSchedule" }],
    }),
  ],
  workloads: [
    ...systemWorkloads(base),
    // No arm64 image: only the taint keeps it from Graviton.
    service("billing/invoices", 5, { cpu: "500m", memory: "1Gi" }),
    service("billing/exports", 4),
    service("shop/catalogue", 8, { spec: { ...onArm.spec, tolerations } }),
    service("shop/checkout", 7, { spec: { ...onArm.spec, tolerations } }),
    // Built for both: goes where room is.
    service("shop/frontend", 6, { spec: { tolerations } }),
    service("ci/runner", 5, {
      cpu: "1500m",
      memory: "2Gi",
      spec: { nodeSelector: { "kubernetes.io/arch": "arm64", workload: "build" }, tolerations },
    }),
  ],
};
