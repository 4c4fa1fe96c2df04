import { managed, modern, service } from "./parts.ts";
import type { SampleSpec, WorkloadSpec } from "./spec.ts";
import { systemWorkloads } from "./system.ts";

const base = {
  clusterName: "granary-prod",
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--balance-similar-node-groups", "--expander=least-waste", "--skip-nodes-with-local-storage=false"],
} as const;

const data = { labels: { role: "data" }, instanceTypes: ["r5.xlarge"], min: 1, max: 4, desired: 2 } as const;

/** Databases on zonal volumes, with a node group for each zone so that Cluster Autoscaler finds the zone of a volume. */
export const stateful: SampleSpec = {
  name: "stateful",
  summary: "databases on zonal volumes, a node group for each zone as Cluster Autoscaler needs it",
  ...base,
  ...modern,
  groups: [
    managed("workers"),
    managed("data-a", { ...data, zones: ["a"] }),
    managed("data-b", { ...data, zones: ["b"] }),
    managed("data-c", { ...data, zones: ["c"] }),
  ],
  workloads: [
    ...systemWorkloads(base),
    database("ledger/postgres", { replicas: 3, volumeGiB: 200, cpu: "800m", memory: "6Gi" }),
    database("events/kafka", { replicas: 6, volumeGiB: 500, cpu: "600m", memory: "4Gi" }),
    database("search/opensearch", { replicas: 3, volumeGiB: 300, cpu: "700m", memory: "6Gi", spread: "node" }),
    // One replica: down while its volume moves from node to node.
    database("cache/redis", { replicas: 1, volumeGiB: 20, cpu: "200m", memory: "2Gi", budget: { maxUnavailable: 1 } }),
    service("ledger/api", 6),
    service("events/consumer", 5),
    service("search/query", 4),
  ],
};

function database(name: string, rest: Partial<WorkloadSpec> & { readonly replicas: number }): WorkloadSpec {
  return service(name, rest.replicas, {
    kind: "StatefulSet",
    spread: "zone",
    spec: { nodeSelector: { role: "data" }, terminationGracePeriodSeconds: 120 },
    ...rest,
  });
}
