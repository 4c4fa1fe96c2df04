import { managed, modern, service } from "./parts.ts";
import type { SampleSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "narrow-prod",
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--balance-similar-node-groups", "--expander=least-waste"],
} as const;

/** Subnets cut too small: a few more nodes, and there is no address left for their pods. */
export const prefix: SampleSpec = {
  name: "prefix",
  summary: "subnets of 64 addresses, nearly all taken: what runs beside the old nodes finds no room",
  ...base,
  ...modern,
  // What nodes and pods have taken already is off; the machines of the groups take theirs from what is left.
  subnets: { prefixLength: 26, freeAddresses: 9 },
  groups: [
    managed("workers", { min: 2, desired: 6 }),
    managed("edge", { min: 1, desired: 3, labels: { tier: "edge" } }),
  ],
  workloads: [
    ...systemWorkloads(base),
    service("shop/web", 10),
    service("shop/orders", 8),
    service("shop/stock", 8),
    service("edge/proxy", 6, { cpu: "800m", spec: { nodeSelector: { tier: "edge" } } }),
  ],
};
