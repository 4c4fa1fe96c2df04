import type { ConfigMap, Labels, Pod, PodDisruptionBudget, PodSpec, Taint, Workload } from "../../kube/objects.ts";

/** A node group of a sample cluster. */
export interface GroupSpec {
  readonly name: string;
  readonly kind: "managed" | "self-managed";
  readonly capacityType: "on-demand" | "spot";
  readonly instanceTypes: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly zones: readonly ("a" | "b" | "c")[];
  readonly labels?: Labels;
  readonly taints?: readonly Taint[];
  readonly diskGiB?: number;
  /** What its image is made for: `x86_64` unless said. */
  readonly image?: ImageKind;
}

/** The images of Amazon Linux 2023 that a sample's account may use. */
export type ImageKind = "x86_64" | "arm64" | "nvidia";

/** A workload of a sample cluster, in the words its owners would use. */
export interface WorkloadSpec {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet" | "Job";
  readonly namespace: string;
  readonly name: string;
  readonly replicas?: number;
  readonly cpu: string;
  readonly memory: string;
  readonly image?: string;
  readonly budget?: { readonly minAvailable?: number | string; readonly maxUnavailable?: number | string };
  readonly spread?: "zone" | "zone-soft" | "node";
  readonly annotations?: Labels;
  readonly labels?: Labels;
  readonly args?: readonly string[];
  readonly spec?: Partial<PodSpec>;
  /** GPUs of each pod, as `nvidia.com/gpu`. */
  readonly gpus?: number;
  /** Size of a volume for each pod of a StatefulSet. */
  readonly volumeGiB?: number;
}

/** Everything a sample cluster is made of before its controllers act. */
export interface SampleSpec {
  readonly name: string;
  /** For the list of sandboxes. */
  readonly summary: string;
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly authenticationMode: "API" | "API_AND_CONFIG_MAP" | "CONFIG_MAP";
  readonly hasOidcProvider: boolean;
  readonly hasSpotRole: boolean;
  readonly groups: readonly GroupSpec[];
  readonly workloads: readonly WorkloadSpec[];
  /** Pods that nobody made and nobody will make again. */
  readonly barePods?: readonly Pod[];
  readonly extraBudgets?: readonly PodDisruptionBudget[];
  readonly autoscalerFlags: readonly string[];
  /** Beside the workloads, there from the first day: the priority expander's list. */
  readonly configMaps?: readonly ConfigMap[];
  /** The private subnets: with room for 4,091 addresses each unless said, of which the nodes take theirs. */
  readonly subnets?: { readonly prefixLength: number; readonly freeAddresses: number };
}

/** The Kubernetes object of a workload. */
export function workloadOf(spec: WorkloadSpec): Workload {
  const labels = { "app.kubernetes.io/name": spec.name, "app.kubernetes.io/part-of": spec.namespace, ...spec.labels };
  const selector = { matchLabels: { "app.kubernetes.io/name": spec.name } };
  const image = spec.image ?? `registry.example.com/${spec.namespace}/${spec.name}:2.14.${spec.name.length}`;
  const gpus = spec.gpus === undefined ? {} : { "nvidia.com/gpu": `${spec.gpus}` };
  const container = {
    name: spec.name,
    image,
    ...(spec.args === undefined ? {} : { args: spec.args }),
    resources: { requests: { cpu: spec.cpu, memory: spec.memory, ...gpus }, limits: { memory: spec.memory, ...gpus } },
  };
  const template = {
    metadata: { labels, ...(spec.annotations === undefined ? {} : { annotations: spec.annotations }) },
    spec: {
      containers: [container],
      ...(spec.spread === undefined ? {} : { topologySpreadConstraints: [spreadOf(spec)] }),
      ...(spec.kind === "Job" ? { restartPolicy: "Never" } : {}),
      ...spec.spec,
    },
  };
  const isScaled = spec.kind === "Deployment" || spec.kind === "StatefulSet";
  return {
    apiVersion: spec.kind === "Job" ? "batch/v1" : "apps/v1",
    kind: spec.kind,
    metadata: { name: spec.name, namespace: spec.namespace, labels },
    spec: {
      ...(isScaled ? { replicas: spec.replicas ?? 1 } : {}),
      ...(spec.kind === "Job" ? {} : { selector }),
      template,
      ...(spec.kind === "Deployment"
        ? { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } } }
        : {}),
      ...(spec.volumeGiB === undefined ? {} : { volumeClaimTemplates: [claimOf(spec.volumeGiB)] }),
    },
  };
}

function claimOf(sizeGiB: number): NonNullable<Workload["spec"]["volumeClaimTemplates"]>[number] {
  const resources = { requests: { storage: `${sizeGiB}Gi` } };
  return { metadata: { name: "data" }, spec: { storageClassName: "gp3", accessModes: ["ReadWriteOnce"], resources } };
}

function spreadOf(spec: WorkloadSpec): NonNullable<PodSpec["topologySpreadConstraints"]>[number] {
  return {
    maxSkew: 1,
    topologyKey: spec.spread === "node" ? "kubernetes.io/hostname" : "topology.kubernetes.io/zone",
    whenUnsatisfiable: spec.spread === "zone" ? "DoNotSchedule" : "ScheduleAnyway",
    labelSelector: { matchLabels: { "app.kubernetes.io/name": spec.name } },
  };
}

/** The budget of a workload; undefined when it has none. */
export function budgetOf(spec: WorkloadSpec): PodDisruptionBudget | undefined {
  if (spec.budget === undefined) return undefined;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: spec.name, namespace: spec.namespace },
    spec: { selector: { matchLabels: { "app.kubernetes.io/name": spec.name } }, ...spec.budget },
  };
}
