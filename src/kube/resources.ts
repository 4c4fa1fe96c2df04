import type {
  ConfigMap,
  CsiNode,
  KubeObject,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PriorityClass,
  Service,
  StorageClass,
  VolumeAttachment,
  Workload,
} from "./objects.ts";

/**
 * The resources that Dovetail reads, by plural name, with the type of their items.
 *
 * Secrets are absent on purpose: no code path may ask for them.
 */
export interface ResourceTypes {
  readonly nodes: Node;
  readonly pods: Pod;
  readonly namespaces: KubeObject;
  readonly services: Service;
  readonly serviceaccounts: KubeObject;
  readonly configmaps: ConfigMap;
  readonly persistentvolumes: PersistentVolume;
  readonly persistentvolumeclaims: PersistentVolumeClaim;
  readonly replicationcontrollers: Workload;
  readonly events: KubeObject;
  readonly deployments: Workload;
  readonly replicasets: Workload;
  readonly statefulsets: Workload;
  readonly daemonsets: Workload;
  readonly jobs: Workload;
  readonly cronjobs: KubeObject;
  readonly poddisruptionbudgets: PodDisruptionBudget;
  readonly horizontalpodautoscalers: KubeObject;
  readonly priorityclasses: PriorityClass;
  readonly storageclasses: StorageClass;
  readonly limitranges: KubeObject;
  readonly runtimeclasses: KubeObject;
  readonly csinodes: CsiNode;
  readonly volumeattachments: VolumeAttachment;
  readonly leases: KubeObject;
  readonly customresourcedefinitions: KubeObject;
  readonly clusterroles: KubeObject;
  readonly clusterrolebindings: KubeObject;
  readonly nodepools: KubeObject;
  readonly nodeclaims: KubeObject;
  readonly ec2nodeclasses: KubeObject;
  readonly provisioners: KubeObject;
  readonly machines: KubeObject;
  readonly awsnodetemplates: KubeObject;
  /** EKS Auto Mode's own node class (`eks.amazonaws.com/v1`). */
  readonly nodeclasses: KubeObject;
}

/** Plural name of a resource, as in its URL. */
export type ResourceName = keyof ResourceTypes;

/** Where a resource lives in the API. `group` is empty for the core group. */
export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const info = (group: string, version: string, kind: string, namespaced: boolean): ResourceInfo => ({
  group,
  version,
  kind,
  namespaced,
});

/** The preferred version of each resource; a Karpenter resource may be served in an older version too. */
export const resources: { readonly [R in ResourceName]: ResourceInfo } = {
  nodes: info("", "v1", "Node", false),
  pods: info("", "v1", "Pod", true),
  namespaces: info("", "v1", "Namespace", false),
  services: info("", "v1", "Service", true),
  serviceaccounts: info("", "v1", "ServiceAccount", true),
  configmaps: info("", "v1", "ConfigMap", true),
  persistentvolumes: info("", "v1", "PersistentVolume", false),
  persistentvolumeclaims: info("", "v1", "PersistentVolumeClaim", true),
  replicationcontrollers: info("", "v1", "ReplicationController", true),
  events: info("", "v1", "Event", true),
  deployments: info("apps", "v1", "Deployment", true),
  replicasets: info("apps", "v1", "ReplicaSet", true),
  statefulsets: info("apps", "v1", "StatefulSet", true),
  daemonsets: info("apps", "v1", "DaemonSet", true),
  jobs: info("batch", "v1", "Job", true),
  cronjobs: info("batch", "v1", "CronJob", true),
  poddisruptionbudgets: info("policy", "v1", "PodDisruptionBudget", true),
  horizontalpodautoscalers: info("autoscaling", "v2", "HorizontalPodAutoscaler", true),
  priorityclasses: info("scheduling.k8s.io", "v1", "PriorityClass", false),
  storageclasses: info("storage.k8s.io", "v1", "StorageClass", false),
  limitranges: info("", "v1", "LimitRange", true),
  runtimeclasses: info("node.k8s.io", "v1", "RuntimeClass", false),
  csinodes: info("storage.k8s.io", "v1", "CSINode", false),
  volumeattachments: info("storage.k8s.io", "v1", "VolumeAttachment", false),
  leases: info("coordination.k8s.io", "v1", "Lease", true),
  customresourcedefinitions: info("apiextensions.k8s.io", "v1", "CustomResourceDefinition", false),
  clusterroles: info("rbac.authorization.k8s.io", "v1", "ClusterRole", false),
  clusterrolebindings: info("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", false),
  nodepools: info("karpenter.sh", "v1", "NodePool", false),
  nodeclaims: info("karpenter.sh", "v1", "NodeClaim", false),
  ec2nodeclasses: info("karpenter.k8s.aws", "v1", "EC2NodeClass", false),
  provisioners: info("karpenter.sh", "v1alpha5", "Provisioner", false),
  machines: info("karpenter.sh", "v1alpha5", "Machine", false),
  awsnodetemplates: info("karpenter.k8s.aws", "v1alpha1", "AWSNodeTemplate", false),
  nodeclasses: info("eks.amazonaws.com", "v1", "NodeClass", false),
};

/**
 * Objects of one cluster by resource. A missing key means *not read* (see the snapshot's gaps); an empty list means *none there*.
 */
export type ClusterObjects = { readonly [R in ResourceName]?: readonly ResourceTypes[R][] };

/** Whether a text is the plural name of a resource that Dovetail knows. */
export function isResourceName(text: string): text is ResourceName {
  return Object.hasOwn(resources, text);
}
