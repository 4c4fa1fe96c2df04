import type { Pod } from "../../../kube/objects.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import type { Shape } from "../../../kube-scheduler/pods/shape.ts";
import type { NodeState } from "../../../kube-scheduler/cluster/node-state.ts";
import { podRequests } from "../../../kube/pod-requests.ts";
import { parseResources, type ResourceList } from "../../../kube/resource-list.ts";
import { ceilToMilli, parseQuantity } from "../../../kube/quantity.ts";
import type { Utilization } from "../decision.ts";
import { isDaemonSetPod, isLongTerminating, isMirror } from "../pods/classify.ts";
import type { Settings } from "../settings.ts";
import { gpuResourceOf } from "../state/readiness.ts";

/** How utilization is counted on a node. */
export interface UtilizationInput {
  readonly settings: Settings;
  readonly nowMs: number;
  readonly ignoresDaemonSets: boolean;
}

/**
 * How far a node is used (simulator/utilization/info.go): the share of the requests of its pods in what it can allocate, the
 * greater of cpu and
 * memory, on a node with GPUs that of the GPUs alone. Undefined when the node does not say what it can allocate.
 */
export function utilizationOf(node: NodeState, input: UtilizationInput): Utilization | undefined {
  const gpu = gpuResourceOf(node.node);
  if (gpu !== undefined) {
    const share = shareOf(node, gpu, input) ?? 0;
    return { cpu: 0, memory: 0, gpu: share, utilization: share, by: gpu };
  }
  const cpu = shareOf(node, "cpu", input);
  const memory = shareOf(node, "memory", input);
  if (cpu === undefined || memory === undefined) return undefined;
  return cpu > memory
    ? { cpu, memory, gpu: 0, utilization: cpu, by: "cpu" }
    : { cpu, memory, gpu: 0, utilization: memory, by: "memory" };
}

function shareOf({ node, pods }: NodeState, resource: string, input: UtilizationInput): number | undefined {
  const text = node.status?.allocatable?.[resource];
  const parsed = text === undefined ? undefined : parseQuantity(text);
  if (parsed === undefined || !parsed.ok) return undefined;
  const whole = Number(ceilToMilli(parsed.value));
  if (whole === 0) return undefined;
  const ignoresMirrors = input.settings.of("ignore-mirror-pods-utilization");
  let used = 0n;
  let ignored = 0n;
  for (const info of pods) {
    const { pod } = info;
    const amount = requestsOf(info, input.settings).get(resource) ?? 0n;
    if ((input.ignoresDaemonSets && isDaemonSetPod(pod)) || (ignoresMirrors && isMirror(pod))) ignored += amount;
    else if (!isLongTerminating(pod, input.nowMs)) used += amount;
  }
  return Number(ceilToMilli(used)) / (whole - Number(ceilToMilli(ignored)));
}

const whole = new WeakMap<Shape, ResourceList>();
const containers = new WeakMap<Shape, ResourceList>();
const none: ResourceList = new Map();

function requestsOf({ pod, shape }: PodInfo, { behaviour }: Settings): ResourceList {
  const cache = behaviour.utilizationCountsInit ? whole : containers;
  const known = cache.get(shape);
  if (known !== undefined) return known;
  const read = behaviour.utilizationCountsInit ? podRequests(pod) : containerRequests(pod);
  const list = read.ok ? read.value : none;
  cache.set(shape, list);
  return list;
}

function containerRequests(pod: Pod): { readonly ok: true; readonly value: ResourceList } {
  const sum = new Map<string, bigint>();
  for (const container of pod.spec.containers) {
    const parsed = parseResources(container.resources?.requests);
    if (!parsed.ok) continue;
    for (const [name, amount] of parsed.value) sum.set(name, (sum.get(name) ?? 0n) + amount);
  }
  return { ok: true, value: sum };
}
