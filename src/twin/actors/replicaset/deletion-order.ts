import type { Pod } from "../../../kube/objects.ts";
import { isReady } from "../../../kube/pod.ts";

const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Pods in the order in which a ReplicaSet gives them up (kubernetes 1.35, `controller_utils.go`, `ActivePodsWithRanks`): not bound,
 * pending, not ready, cheap to delete, on nodes with many of their kind, ready for a shorter time, restarted more, younger. `related` are
 * all pods that count for the nodes with many.
 */
export function deletionOrder(pods: readonly Pod[], related: readonly Pod[], nowMs: number): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const { spec } of related)
    if (spec.nodeName !== undefined) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod, onNode, nowMs) }));
  return ranked
    .toSorted((a, b) => {
      for (let i = 0; i < a.rank.length; i++) {
        const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0);
        if (difference !== 0) return difference;
      }
      return (a.pod.metadata.uid ?? "") < (b.pod.metadata.uid ?? "") ? -1 : 1;
    })
    .map(({ pod }) => pod);
}

function rankOf(pod: Pod, onNode: ReadonlyMap<string, number>, nowMs: number): readonly number[] {
  const { nodeName } = pod.spec;
  const restarts = (pod.status?.containerStatuses ?? []).reduce((sum, one) => Math.max(sum, one.restartCount ?? 0), 0);
  return [
    nodeName === undefined ? 0 : 1,
    phases[pod.status?.phase ?? "Pending"] ?? 0,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0),
    nodeName === undefined ? 0 : -(onNode.get(nodeName) ?? 0),
    ageClass(readySince(pod), nowMs),
    -restarts,
    ageClass(pod.metadata.creationTimestamp, nowMs),
  ];
}

function readySince(pod: Pod): string | undefined {
  return pod.status?.conditions?.find((one) => one.type === "Ready" && one.status === "True")?.lastTransitionTime;
}

// Ages are compared by their power of two (LogarithmicScaleDown).
function ageClass(since: string | undefined, nowMs: number): number {
  const seconds = since === undefined ? 0 : (nowMs - Date.parse(since)) / 1000;
  return seconds < 1 ? 0 : Math.floor(Math.log2(seconds)) + 1;
}
