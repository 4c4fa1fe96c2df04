// Mirrors utils/kubernetes/listers.go and utils/drain/drain.go of Cluster Autoscaler 1.36.1.
import type { Pod } from "../../../kube/objects.ts";
import { controllerOf, isBound, isTerminal, isTerminating } from "../../../kube/pod.ts";
import type { Settings } from "../settings.ts";

/** The pods of a loop by what CA makes of them (utils/kubernetes/listers.go, `ArrangePodsBySchedulability`). */
export interface PodsByState {
  /** On a node, or nominated to one. */
  readonly allocated: readonly { readonly pod: Pod; readonly node: string }[];
  /** Pods that may make the cluster grow. */
  readonly unschedulable: readonly Pod[];
}

/**
 * Sorts pods: on a node, unschedulable, or none of CA's business. Pods that have ended are invisible. Expendable pods that run
 * are not seen
 * either.
 */
export function classifyPods(pods: readonly Pod[], settings: Settings): PodsByState {
  const bypassed = new Set(settings.of("bypassed-scheduler-names"));
  const allowed = new Set(settings.of("allowed-scheduler-names"));
  const cutoff = settings.of("expendable-pods-priority-cutoff");
  const scheduled: { readonly pod: Pod; readonly node: string }[] = [];
  const nominated: { readonly pod: Pod; readonly node: string }[] = [];
  const unschedulable: Pod[] = [];
  const unprocessed: Pod[] = [];
  for (const pod of pods) {
    if (isTerminal(pod)) continue;
    if (isBound(pod)) scheduled.push({ pod, node: pod.spec.nodeName ?? "" });
    else if (isTerminating(pod)) continue;
    else {
      const nominee = settings.behaviour.placesNominatedPods ? (pod.status?.nominatedNodeName ?? "") : "";
      if (nominee !== "") {
        nominated.push({ pod, node: nominee });
        continue;
      }
      const isAllowed = allowed.size === 0 || allowed.has(pod.spec.schedulerName ?? "default-scheduler");
      if (!isAllowed) continue;
      const condition = pod.status?.conditions?.find((one) => one.type === "PodScheduled");
      if (condition?.status === "False" && condition.reason === "Unschedulable") unschedulable.push(pod);
      else if (bypassed.has(pod.spec.schedulerName ?? "default-scheduler") && isUnprocessed(condition))
        unprocessed.push(pod);
    }
  }
  const allocated = [...scheduled, ...nominated].filter(({ pod }) => !isExpendable(pod, cutoff));
  return { allocated, unschedulable: [...unschedulable, ...unprocessed] };
}

function isUnprocessed(condition: { readonly status: string; readonly reason?: string } | undefined): boolean {
  return condition === undefined || (condition.status === "False" && (condition.reason ?? "") === "");
}

/** Whether a pod may be killed without a thought: its priority lies below the cut-off. Pods without a priority are not expendable. */
export function isExpendable(pod: Pod, cutoff: number): boolean {
  return pod.spec.priority !== undefined && pod.spec.priority < cutoff;
}

/** A pod of a DaemonSet, or one that says it is to be taken for one (utils/pod/pod.go). */
export function isDaemonSetPod(pod: Pod): boolean {
  return (
    controllerOf(pod)?.kind === "DaemonSet" ||
    pod.metadata.annotations?.["cluster-autoscaler.kubernetes.io/daemonset-pod"] === "true"
  );
}

/** A copy in the API of a pod that the kubelet runs by itself. */
export function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
}

function isStatic(pod: Pod): boolean {
  const source = pod.metadata.annotations?.["kubernetes.io/config.source"];
  return source !== undefined && source !== "api";
}

/** Whether somebody makes the pod again when it is gone. */
export function isRecreatable(pod: Pod): boolean {
  return !isStatic(pod) && !isMirror(pod) && !isDaemonSetPod(pod);
}

const thresholdSeconds = 30;

/** Whether a pod should have been gone for half a minute (utils/drain/drain.go). */
export function isLongTerminating(pod: Pod, nowMs: number): boolean {
  const { deletionTimestamp } = pod.metadata;
  if (deletionTimestamp === undefined) return false;
  const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
  return Date.parse(deletionTimestamp) + (grace + thresholdSeconds) * 1000 < nowMs;
}
