import type {
  KubeObject,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  ReplicationController,
  StorageClass,
  Workload,
} from "../../kube/objects.ts";

/** What Cluster Autoscaler sees of the cluster and the cloud at one instant. Lists are in the order in which the API gives them. */
export interface View {
  readonly nowMs: number;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly daemonSets: readonly Workload[];
  readonly replicaSets: readonly Workload[];
  readonly statefulSets: readonly Workload[];
  readonly replicationControllers: readonly ReplicationController[];
  readonly jobs: readonly KubeObject[];
  readonly namespaces?: readonly KubeObject[];
  readonly persistentVolumes: readonly PersistentVolume[];
  readonly persistentVolumeClaims: readonly PersistentVolumeClaim[];
  readonly storageClasses: readonly StorageClass[];
  /** Node groups in the provider's order. */
  readonly groups: readonly Group[];
  /** Tiers of the priority expander's ConfigMap; absent when there is none. */
  readonly priorities?: Priorities | "invalid";
}

/** Priorities with the patterns of the groups that have them. */
export type Priorities = ReadonlyMap<number, readonly string[]>;

/** A node group as the cloud shows it. */
export interface Group {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Desired capacity. */
  readonly target: number;
  /** Instances, placeholders for missing ones included. */
  readonly instances: readonly Instance[];
  /** What the provider says a node of it would be; undefined when it cannot tell. */
  readonly template: Node | undefined;
  readonly options?: GroupOptions;
}

/** One instance, or a stand-in for one that was asked for and is not there. */
export interface Instance {
  /** As nodes name it in `spec.providerID`. */
  readonly id: string;
  readonly isPlaceholder?: boolean;
  /** Why it could not be made. */
  readonly error?: LaunchError;
}

/** Why an instance was not made. */
export interface LaunchError {
  readonly class: "outOfResources" | "other";
  readonly code: string;
  readonly message?: string;
}

/** What a group's tags say otherwise than the flags. Durations in milliseconds. */
export interface GroupOptions {
  readonly scaleDownUtilizationThreshold?: number;
  readonly scaleDownGpuUtilizationThreshold?: number;
  readonly scaleDownUnneededMs?: number;
  readonly scaleDownUnreadyMs?: number;
  readonly ignoreDaemonSetsUtilization?: boolean;
  readonly maxNodeProvisionMs?: number;
  readonly maxNodeStartupMs?: number;
  /** The group is at zero or at its maximum, never between. */
  readonly isAtomic?: boolean;
}
