import type { AutoscalerInstallation, NodeGroup } from "../autoscaler/types.ts";
import type { Account } from "../aws/account.ts";
import type { NodePool } from "../karpenter/api.ts";
import { groupBy } from "../kube/group-by.ts";
import type { KubeObject, Node, PersistentVolume, PersistentVolumeClaim, Pod, ResourceTexts } from "../kube/objects.ts";
import { isFargateNode } from "../kube/node.ts";
import { isActive } from "../kube/pod.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type BudgetFacts, budgetsOf } from "./budget.ts";
import { type KarpenterInstallation, karpentersOf } from "../karpenter/installations.ts";
import { type WorkloadFacts, workloadsOf } from "./workload.ts";

/** A snapshot with the joins that rules need, made once. */
export interface Facts {
  readonly snapshot: Snapshot;
  readonly objects: ClusterObjects;
  readonly account: Account | undefined;
  /** The cluster's name, or `NAME` for commands to be completed by the reader. */
  readonly clusterName: string;
  /** `Cluster/name`, the subject of findings about the whole. */
  readonly clusterSubject: string;
  readonly workloads: readonly WorkloadFacts[];
  /** By `Kind/namespace/name`. */
  readonly workloadBySubject: ReadonlyMap<string, WorkloadFacts>;
  readonly budgets: readonly BudgetFacts[];
  readonly budgetsOfPod: ReadonlyMap<Pod, readonly BudgetFacts[]>;
  /** Every budget that guards at least one pod of the workload. */
  readonly budgetsOfWorkload: ReadonlyMap<WorkloadFacts, readonly BudgetFacts[]>;
  readonly nodes: readonly Node[];
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>;
  /** By `namespace/name`. */
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly volumes: ReadonlyMap<string, PersistentVolume>;
  readonly storageClasses: ReadonlyMap<string, KubeObject>;
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly nodeGroups: readonly NodeGroup[];
  readonly groupOfNode: ReadonlyMap<string, NodeGroup>;
  readonly karpenters: readonly KarpenterInstallation[];
  readonly instanceTypes: readonly UsableType[] | undefined;
  readonly nodePools: readonly NodePool[] | undefined;
}

/** What a rule needs to know of an instance type. */
export interface UsableType {
  readonly name: string;
  readonly capacity: ResourceTexts;
  /** Pods that the network interfaces allow when so many of them carry none, as Karpenter counts. */
  readonly interfacePods?: (reserved: number) => number;
}

/** What is found in a snapshot beside its objects. */
export interface FoundFacts {
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly nodeGroups: readonly NodeGroup[];
  /** The types that a NodePool could use in this region; undefined when there is no catalogue. */
  readonly instanceTypes?: readonly UsableType[];
  /** The NodePools that pods will meet: those that the node groups translate to, and those of the cluster. */
  readonly nodePools?: readonly NodePool[];
}

/** Joins a snapshot once, in time linear in its objects. */
export function factsOf(snapshot: Snapshot, discovered: FoundFacts): Facts {
  const { objects } = snapshot;
  const workloads = withoutFargate(workloadsOf(objects), objects);
  const budgets = budgetsOf(objects, workloads);
  const { nodeGroups } = discovered;
  return {
    snapshot,
    objects,
    account: snapshot.account,
    clusterName: snapshot.clusterName ?? "NAME",
    clusterSubject: snapshot.clusterName === undefined ? "Cluster" : `Cluster/${snapshot.clusterName}`,
    workloads,
    workloadBySubject: new Map(workloads.map((one) => [one.subject, one])),
    budgets,
    budgetsOfPod: grouped(budgets, (budget) => budget.pods),
    budgetsOfWorkload: grouped(budgets, (budget) => budget.workloads),
    nodes: objects.nodes ?? [],
    podsByNode: podsByNode(objects.pods ?? []),
    claims: new Map((objects.persistentvolumeclaims ?? []).map((one) => [idOf(one), one])),
    volumes: new Map((objects.persistentvolumes ?? []).map((one) => [one.metadata.name, one])),
    storageClasses: new Map((objects.storageclasses ?? []).map((one) => [one.metadata.name, one])),
    autoscalers: discovered.autoscalers,
    nodeGroups,
    groupOfNode: new Map(nodeGroups.flatMap((group) => group.nodeNames.map((name) => [name, group] as const))),
    karpenters: karpentersOf(objects),
    instanceTypes: discovered.instanceTypes,
    nodePools: discovered.nodePools,
  };
}

/** Pods on Fargate have no node to share or to lose: nothing of a migration concerns them. */
function withoutFargate(workloads: readonly WorkloadFacts[], objects: ClusterObjects): readonly WorkloadFacts[] {
  const names = new Set((objects.nodes ?? []).filter(isFargateNode).map((node) => node.metadata.name));
  const isThere = (pod: Pod): boolean =>
    names.has(pod.spec.nodeName ?? "") || pod.spec.schedulerName === "fargate-scheduler";
  return workloads.filter((one) => one.pods.length === 0 || !one.pods.every(isThere));
}

/** `namespace/name` of an object. */
function idOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? "default"}/${object.metadata.name}`;
}

function grouped<T, K>(items: readonly T[], keysOf: (item: T) => readonly K[]): ReadonlyMap<K, readonly T[]> {
  const map = new Map<K, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const known = map.get(key);
      if (known === undefined) map.set(key, [item]);
      else known.push(item);
    }
  }
  return map;
}

function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  return groupBy(pods.filter(isActive), (pod) => pod.spec.nodeName);
}
