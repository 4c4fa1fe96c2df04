import type {
  Container,
  JsonObject,
  KubeObject,
  Labels,
  PersistentVolume,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  StorageClass,
  Workload,
} from "../../src/kube/objects.ts";
import { deployment, metadata, type NamedInput, type WorkloadInput } from "./pods.ts";

export interface BudgetInput extends NamedInput {
  /** `matchLabels`; `{}` selects every pod of the namespace. */
  readonly matchLabels?: Labels;
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
  readonly spec?: Partial<PodDisruptionBudget["spec"]>;
  readonly status?: PodDisruptionBudget["status"];
}

export function pdb(input: BudgetInput = {}): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadata(input, "pdb"),
    spec: {
      selector: { matchLabels: input.matchLabels ?? { app: "app" } },
      ...(input.minAvailable === undefined ? {} : { minAvailable: input.minAvailable }),
      ...(input.maxUnavailable === undefined ? {} : { maxUnavailable: input.maxUnavailable }),
      ...input.spec,
    },
    ...(input.status === undefined ? {} : { status: input.status }),
  };
}

export function claim(
  input: NamedInput & { readonly volume?: string; readonly storageClass?: string } = {},
): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: metadata(input, "data"),
    spec: {
      storageClassName: input.storageClass ?? "gp3",
      ...(input.volume === undefined ? {} : { volumeName: input.volume }),
      accessModes: ["ReadWriteOnce"],
    },
    status: { phase: input.volume === undefined ? "Pending" : "Bound" },
  };
}

/** An EBS volume in one zone, or with `local` set a volume of one node. */
export function volume(
  input: NamedInput & {
    readonly zone?: string;
    readonly local?: string;
    readonly spec?: Partial<PersistentVolume["spec"]>;
  } = {},
): PersistentVolume {
  const key = input.local === undefined ? "topology.ebs.csi.aws.com/zone" : "kubernetes.io/hostname";
  const values = [input.local ?? input.zone ?? "us-east-1a"];
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: metadata(input, "pv", false),
    spec: {
      ...(input.local === undefined
        ? { csi: { driver: "ebs.csi.aws.com", volumeHandle: `vol-${input.name ?? "pv"}` } }
        : { local: { path: "/mnt/disks/1" } }),
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "In", values }] }] } },
      ...input.spec,
    },
  };
}

export function storageClass(
  input: NamedInput & { readonly provisioner?: string; readonly bindingMode?: string } = {},
): StorageClass {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: metadata(input, "gp3", false),
    provisioner: input.provisioner ?? "ebs.csi.aws.com",
    volumeBindingMode: input.bindingMode ?? "WaitForFirstConsumer",
  };
}

/** Any other object. */
export function object(
  apiVersion: string,
  kind: string,
  input: NamedInput & { readonly rest?: JsonObject } = {},
): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: metadata(input, kind.toLowerCase(), input.namespace !== undefined),
    ...input.rest,
  };
}

export interface AutoscalerInput extends WorkloadInput {
  readonly flags?: readonly string[];
  readonly version?: string;
}

/** A Cluster Autoscaler Deployment as the upstream example manifest writes it. */
export function clusterAutoscaler(input: AutoscalerInput = {}): Workload {
  const flags = input.flags ?? [
    "--cloud-provider=aws",
    "--expander=least-waste",
    "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/test",
  ];
  const container: Container = {
    name: "cluster-autoscaler",
    image: `registry.k8s.io/autoscaling/cluster-autoscaler:v${input.version ?? "1.34.1"}`,
    command: ["./cluster-autoscaler", ...flags],
    resources: { requests: { cpu: "100m", memory: "600Mi" } },
  };
  return deployment({
    namespace: "kube-system",
    ...input,
    name: input.name ?? "cluster-autoscaler",
    spec: { containers: [container], serviceAccountName: "cluster-autoscaler", ...input.spec },
  });
}
