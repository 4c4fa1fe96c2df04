import type { NodePool } from "../karpenter/api.ts";
import { isFargateNode } from "../kube/node.ts";
import type { Node, PersistentVolumeClaim, Pod, Workload } from "../kube/objects.ts";
import { isDaemonPod, isOwnedByNode, isTerminal, nameOf } from "../kube/pod.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { keepingZones } from "../migration/shift/spread.ts";
import { type Kept, keptFor, keptOf } from "./kept.ts";
import type { SimulateInput, SimulateOptions } from "./options.ts";

/** The cluster as the engine is asked about it, and which pods count. */
export interface WorkloadQuestion {
  readonly objects: ClusterObjects;
  /** Pods to be placed. */
  readonly pods: readonly Pod[];
  /** Pods of DaemonSets, as they run today. */
  readonly daemonPods: readonly Pod[];
  /** EC2 nodes of today's side. */
  readonly nodes: readonly Node[];
  /** Those that stay on Karpenter's side. */
  readonly kept: Kept;
  /** Pods that Fargate runs or would run. */
  readonly fargatePods: number;
}

/** Frees every pod from its node (or takes only the waiting ones) and takes the nodes away that Karpenter would replace. */
export function questionOf(input: SimulateInput, options: SimulateOptions): WorkloadQuestion {
  const isPendingOnly = options.isPendingOnly === true;
  const { objects } = options.keepsZones === true && !isPendingOnly ? keepingZones(input.snapshot) : input.snapshot;
  const nodes = (objects.nodes ?? []).filter((node) => !isFargateNode(node));
  const elsewhere = new Set((objects.nodes ?? []).filter(isFargateNode).map((node) => node.metadata.name));
  const all = (objects.pods ?? []).filter((pod) => !isTerminal(pod));
  const isOnFargate = (pod: Pod): boolean =>
    elsewhere.has(pod.spec.nodeName ?? "") || pod.spec.schedulerName === "fargate-scheduler";
  const live = all.filter((pod) => !isOnFargate(pod));
  const daemonPods = live.filter(isDaemonPod);
  const pods = live.filter((pod) => !isDaemonPod(pod) && !isOwnedByNode(pod));
  const daemonsets = keptDaemonSets(objects.daemonsets, options.withoutDaemonSets ?? []);
  const names = new Set((daemonsets ?? []).map(nameOf));
  const keptDaemonPods = daemonPods.filter((pod) => names.has(`${pod.metadata.namespace ?? ""}/${ownerName(pod)}`));
  const pending = pods.filter((pod) => pod.spec.nodeName === undefined || pod.spec.nodeName === "");
  const kept = isPendingOnly
    ? keptOf({ nodes, nodeclaims: objects.nodeclaims ?? [] }, input.release)
    : keptFor(pods, nodes);
  // A migration leaves a node that stays as it is, with all that runs on it.
  const staying = new Set(options.keepsZones === true ? kept.nodes.map(({ metadata }) => metadata.name) : []);
  const isStaying = (pod: Pod): boolean => kept.unmanaged.has(nameOf(pod)) || staying.has(pod.spec.nodeName ?? "");
  const placed = isPendingOnly ? pending : pods.filter((pod) => !isStaying(pod));
  const moving = new Set(placed);
  return {
    objects: {
      ...objects,
      nodes: isPendingOnly ? nodes : kept.nodes,
      nodeclaims: isPendingOnly ? (objects.nodeclaims ?? []) : [],
      csinodes: kept.nodes.length > 0 ? (objects.csinodes ?? []) : [],
      pods: [...pods.filter((pod) => !moving.has(pod)), ...keptDaemonPods, ...placed.map(waiting)],
      ...(daemonsets === undefined ? {} : { daemonsets }),
      ...(objects.persistentvolumeclaims === undefined
        ? {}
        : { persistentvolumeclaims: objects.persistentvolumeclaims.map(completed) }),
      nodepools: input.nodePools,
    },
    pods: placed,
    daemonPods,
    nodes: [...nodes, ...kept.starting],
    kept,
    fargatePods: all.length - live.length,
  };
}

// A claim that is Bound has been completed by its controller; trimmed dumps and old clusters may lack the note of it.
function completed(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  if (claim.status?.phase !== "Bound") return claim;
  const annotations = { "pv.kubernetes.io/bind-completed": "yes", ...claim.metadata.annotations };
  return { ...claim, metadata: { ...claim.metadata, annotations } };
}

/** The pod as the scheduler would see it had it just been made. */
function waiting(pod: Pod): Pod {
  const { nodeName: _nodeName, ...spec } = pod.spec;
  const { deletionTimestamp: _deleted, ...metadata } = pod.metadata;
  return {
    ...pod,
    metadata,
    spec,
    status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
  };
}

function keptDaemonSets(
  daemonsets: readonly Workload[] | undefined,
  without: readonly string[],
): readonly Workload[] | undefined {
  return daemonsets?.filter((one) => !without.includes(one.metadata.name) && !without.includes(nameOf(one)));
}

function ownerName(pod: Pod): string {
  return pod.metadata.ownerReferences?.find((owner) => owner.kind === "DaemonSet")?.name ?? "";
}

/** NodePools with the what-ifs added to their requirements. */
export function withWhatIfs(pools: readonly NodePool[], options: SimulateOptions): readonly NodePool[] {
  const extra = [
    ...(options.capacityType === undefined
      ? []
      : [{ key: "karpenter.sh/capacity-type", operator: "In", values: [options.capacityType] }]),
    ...(options.instanceTypes === undefined
      ? []
      : [{ key: "node.kubernetes.io/instance-type", operator: "In", values: options.instanceTypes }]),
  ];
  if (extra.length === 0) return pools;
  const replaced = new Set(extra.map((one) => one.key));
  return pools.map((pool) => {
    const { template } = pool.spec;
    const own = (template.spec.requirements ?? []).filter((one) => !replaced.has(one.key));
    // Families and sizes would contradict a list of types given instead.
    const kept = options.instanceTypes === undefined ? own : own.filter((one) => !shapes.has(one.key));
    const spec = { ...template.spec, requirements: [...kept, ...extra] };
    return { ...pool, spec: { ...pool.spec, template: { ...template, spec } } };
  });
}

/** Requirements that say how big a node may be and of which kind. */
export const shapes: ReadonlySet<string> = new Set(
  [
    "instance-category",
    "instance-family",
    "instance-size",
    "instance-generation",
    "instance-cpu",
    "instance-memory",
    "instance-cpu-manufacturer",
  ].map((name) => `karpenter.k8s.aws/${name}`),
);
