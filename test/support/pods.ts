import type {
  Container,
  KubeObject,
  Labels,
  Metadata,
  Node,
  OwnerReference,
  Pod,
  PodSpec,
  ResourceTexts,
  Taint,
  Volume,
  Workload,
} from "../../src/kube/objects.ts";
import type { ClusterObjects } from "../../src/kube/resources.ts";

/** Small objects for tests: what a test does not say is filled in with something plain and valid. */

export interface NamedInput {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly owners?: readonly OwnerReference[];
  readonly createdAt?: string;
  readonly uid?: string;
}

export function metadata(input: NamedInput, fallback: string, isNamespaced = true): Metadata {
  const name = input.name ?? fallback;
  return {
    name,
    uid: input.uid ?? `uid-${input.namespace ?? "default"}-${name}`,
    ...(isNamespaced ? { namespace: input.namespace ?? "default" } : {}),
    ...(input.labels === undefined ? {} : { labels: input.labels }),
    ...(input.annotations === undefined ? {} : { annotations: input.annotations }),
    ...(input.owners === undefined ? {} : { ownerReferences: input.owners }),
    creationTimestamp: input.createdAt ?? "2026-01-01T00:00:00Z",
  };
}

/** A controller reference to the object. */
export function ownedBy(owner: KubeObject): OwnerReference {
  const uid = owner.metadata.uid;
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    ...(uid === undefined ? {} : { uid }),
    controller: true,
  };
}

export interface PodInput extends NamedInput {
  readonly cpu?: string;
  readonly memory?: string;
  readonly requests?: ResourceTexts;
  /** Node name: the pod runs there; without it the pod is pending. */
  readonly node?: string;
  readonly phase?: string;
  readonly isReady?: boolean;
  readonly volumes?: readonly Volume[];
  /** Merged over everything else. */
  readonly spec?: Partial<PodSpec>;
}

/** A pod with one container; requests are 100m and 128Mi unless said otherwise. Pass `requests: {}` for none. */
export function pod(input: PodInput = {}): Pod {
  const isBound = input.node !== undefined;
  const conditions = isBound
    ? [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: input.isReady === false ? "False" : "True" },
      ]
    : [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata(input, "pod"),
    spec: { ...podSpec(input), ...(isBound ? { nodeName: input.node } : {}), ...input.spec },
    status: { phase: input.phase ?? (isBound ? "Running" : "Pending"), conditions },
  };
}

/** Several equal pods, `name-0` and on. */
export function pods(count: number, input: PodInput = {}): Pod[] {
  return Array.from({ length: count }, (_, i) => pod({ ...input, name: `${input.name ?? "pod"}-${i}` }));
}

/** The pod spec that the short inputs describe, also for templates. */
function podSpec(input: PodInput = {}): PodSpec {
  const requests = input.requests ?? { cpu: input.cpu ?? "100m", memory: input.memory ?? "128Mi" };
  const container: Container = { name: "app", image: "example/app:1", resources: { requests } };
  return {
    containers: [container],
    ...(input.volumes === undefined ? {} : { volumes: input.volumes }),
    ...input.spec,
  };
}

export interface NodeInput extends NamedInput {
  readonly cpu?: string;
  readonly memory?: string;
  readonly maxPods?: number;
  readonly zone?: string;
  readonly instanceType?: string;
  readonly instanceId?: string;
  readonly capacityType?: "spot" | "on-demand";
  /** Managed node group name: sets the labels EKS sets. */
  readonly nodegroup?: string;
  readonly taints?: readonly Taint[];
  readonly isReady?: boolean;
  readonly kubeletVersion?: string;
  readonly allocatable?: ResourceTexts;
}

export function node(input: NodeInput = {}): Node {
  const name = input.name ?? "node";
  const zone = input.zone ?? "us-east-1a";
  const type = input.instanceType ?? "m5.large";
  const eks =
    input.nodegroup === undefined
      ? {}
      : {
          "eks.amazonaws.com/nodegroup": input.nodegroup,
          "eks.amazonaws.com/capacityType": input.capacityType === "spot" ? "SPOT" : "ON_DEMAND",
        };
  const resources: ResourceTexts = {
    cpu: input.cpu ?? "1930m",
    memory: input.memory ?? "7Gi",
    pods: String(input.maxPods ?? 29),
    "ephemeral-storage": "18Gi",
    ...input.allocatable,
  };
  const labels = {
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "node.kubernetes.io/instance-type": type,
    "topology.kubernetes.io/zone": zone,
    "topology.kubernetes.io/region": zone.slice(0, -1),
    ...eks,
    ...input.labels,
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { ...metadata({ ...input, labels }, "node", false) },
    spec: {
      providerID: `aws:///${zone}/${input.instanceId ?? `i-${name}`}`,
      ...(input.taints === undefined ? {} : { taints: input.taints }),
    },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [{ type: "Ready", status: input.isReady === false ? "False" : "True" }],
      nodeInfo: { kubeletVersion: input.kubeletVersion ?? "v1.34.1-eks-1234567" },
    },
  };
}

export interface WorkloadInput extends PodInput {
  readonly replicas?: number;
  readonly templateAnnotations?: Labels;
}

function workload(kind: string, input: WorkloadInput): Workload {
  const name = input.name ?? "app";
  const labels = input.labels ?? { app: name };
  const annotations = input.templateAnnotations;
  return {
    apiVersion: kind === "Job" ? "batch/v1" : "apps/v1",
    kind,
    metadata: metadata({ ...input, labels }, "app"),
    spec: {
      ...(kind === "DaemonSet" || kind === "Job" ? {} : { replicas: input.replicas ?? 1 }),
      selector: { matchLabels: labels },
      template: { metadata: { labels, ...(annotations === undefined ? {} : { annotations }) }, spec: podSpec(input) },
    },
  };
}

export const deployment = (input: WorkloadInput = {}): Workload => workload("Deployment", input);
export const statefulSet = (input: WorkloadInput = {}): Workload => workload("StatefulSet", input);
export const daemonSet = (input: WorkloadInput = {}): Workload => workload("DaemonSet", input);
export const job = (input: WorkloadInput = {}): Workload => workload("Job", input);

/** A CronJob; its Jobs' template lies deeper than other workloads'. */
export function cronJob(input: WorkloadInput = {}): KubeObject {
  const { spec, ...made } = workload("Job", input);
  const template = { ...spec.template, spec: { restartPolicy: "Never", ...spec.template.spec } };
  return {
    ...made,
    kind: "CronJob",
    spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template } } },
  } as KubeObject;
}

/** A Deployment with its ReplicaSet and running pods, one per replica, on the nodes in turn. Spread it into `snapshot`'s objects. */
export function running(
  input: WorkloadInput & { readonly kind?: "Deployment" | "StatefulSet"; readonly on?: readonly string[] },
): ClusterObjects & { readonly pods: readonly Pod[] } {
  const on = input.on ?? ["node"];
  const podsOf = (owner: Workload, separator: string): Pod[] =>
    Array.from({ length: input.replicas ?? 1 }, (_, i) =>
      pod({
        ...input,
        name: `${owner.metadata.name}${separator}${i}`,
        labels: owner.spec.template.metadata?.labels ?? {},
        ...(input.templateAnnotations === undefined ? {} : { annotations: input.templateAnnotations }),
        owners: [ownedBy(owner)],
        node: on[i % on.length] ?? "node",
      }),
    );
  if (input.kind === "StatefulSet") {
    const set = statefulSet(input);
    return { statefulsets: [set], pods: podsOf(set, "-") };
  }
  const made = deployment(input);
  const replicaSet: Workload = {
    ...made,
    kind: "ReplicaSet",
    metadata: {
      ...made.metadata,
      name: `${made.metadata.name}-5d9f7`,
      uid: `${made.metadata.uid ?? ""}-rs`,
      ownerReferences: [ownedBy(made)],
    },
  };
  return { deployments: [made], replicasets: [replicaSet], pods: podsOf(replicaSet, "-") };
}

/** One set of objects from several: lists are joined, a list that no part has stays absent. */
export function together(...parts: readonly ClusterObjects[]): ClusterObjects {
  const joined: Record<string, unknown[]> = {};
  for (const part of parts) {
    for (const [resource, items] of Object.entries(part)) joined[resource] = [...(joined[resource] ?? []), ...items];
  }
  return joined as ClusterObjects;
}
