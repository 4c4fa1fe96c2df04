import type { Node, Pod, PodAffinityTerm } from "../../../kube/objects.ts";
import { selectorMatches } from "../../../kube/selector.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import { amountsIn, templateCapacity } from "./amounts.ts";

/** Pods that are alike, as the scheduler reads them. */
export interface PackedGroup {
  readonly infos: readonly PodInfo[];
}

/**
 * The group whose arithmetic saves the most simulations; undefined when none may be computed (binpacking_estimator.go,
 * `tryFastPath`).
 */
export function bestForFastPath(groups: readonly PackedGroup[], template: Node): PackedGroup | undefined {
  let best: PackedGroup | undefined;
  let most = 0;
  for (const group of groups) {
    const [info] = group.infos;
    if (info === undefined) continue;
    const { pod } = info;
    const { length } = group.infos;
    const nodes = nodesFor(pod, length, template);
    const saved = nodes > 0 ? length - Math.floor(length / nodes) : 0;
    if (saved < most || !isPlain(pod)) continue;
    best = group;
    most = saved;
  }
  return best;
}

function nodesFor(pod: Pod, pods: number, template: Node): number {
  const capacity = templateCapacity(template);
  const request = amountsIn(pod.spec.containers[0]?.resources?.requests);
  const byAmount = (asked: number | undefined, whole: number): number =>
    asked === undefined ? 0 : Math.ceil((pods * asked) / whole);
  const isAlone = antiAffinityOf(pod).some(
    (term) => term.topologyKey === "kubernetes.io/hostname" && selectorMatches(term.labelSelector, pod.metadata.labels),
  );
  const hasRequests = pod.spec.containers[0]?.resources?.requests !== undefined;
  if (!hasRequests) return isAlone ? pods : 0;
  return Math.max(
    isAlone ? pods : 0,
    byAmount(request.milliCpu, capacity.milliCpu),
    byAmount(request.memoryBytes, capacity.memoryBytes),
  );
}

function isPlain(pod: Pod): boolean {
  if (pod.spec.topologySpreadConstraints !== undefined) return false;
  return antiAffinityOf(pod).every((term) => term.topologyKey === "kubernetes.io/hostname");
}

function antiAffinityOf(pod: Pod): readonly PodAffinityTerm[] {
  return pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}
