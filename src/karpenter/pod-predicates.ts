// Mirrors pkg/utils/pod/scheduling.go of karpenter v1.14.1.
import type { OwnerReference, Pod, Taint } from "../kube/objects.ts";
import { isActive, isBound, isOwnedByNode, isTerminal, isTerminating } from "../kube/pod.ts";
import type { KarpenterBehaviour } from "./behaviour.ts";
import { parseGoDuration } from "../kube/go-duration.ts";
import { annotationKeys } from "./labels.ts";
import { toleratesAll } from "./taints.ts";

/** Karpenter's questions about a pod (`pkg/utils/pod/scheduling.go`). */

const disruptedTaint: Taint = { key: "karpenter.sh/disrupted", effect: "NoSchedule" };

function isOwnedBy(pod: Pod, apiVersion: string, kind: string): boolean {
  const owners: readonly OwnerReference[] = pod.metadata.ownerReferences ?? [];
  return owners.some((owner) => owner.apiVersion === apiVersion && owner.kind === kind);
}

/** Owned by an apps/v1 DaemonSet. */
export function isOwnedByDaemonSet(pod: Pod): boolean {
  return isOwnedBy(pod, "apps/v1", "DaemonSet");
}

/** The scheduler has given up on it and it is a pod Karpenter makes nodes for. */
export function isProvisionable(pod: Pod): boolean {
  const gaveUp =
    pod.status?.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable") ?? false;
  const isPreempting = (pod.status?.nominatedNodeName ?? "") !== "";
  return gaveUp && !isBound(pod) && !isPreempting && !isOwnedByDaemonSet(pod) && !isOwnedByNode(pod);
}

/** It would need a new home if its node went away. */
export function isReschedulable(pod: Pod): boolean {
  const comesBack = isOwnedBy(pod, "apps/v1", "StatefulSet") && isTerminating(pod);
  return (isActive(pod) || comesBack) && !isOwnedByDaemonSet(pod) && !isOwnedByNode(pod);
}

/** When a pod is asked about, and by which release's rules. */
export interface PodMoment {
  readonly nowMs: number;
  readonly behaviour: Pick<KarpenterBehaviour, "podDoNotDisrupt">;
}

/** The `karpenter.sh/do-not-disrupt` annotation holds: `true`, or (from v1.12 on) for a time since the pod started. */
export function isDoNotDisruptActive(pod: Pod, { nowMs, behaviour }: PodMoment): boolean {
  const value = pod.metadata.annotations?.[annotationKeys.doNotDisrupt];
  if (value === undefined) return false;
  if (value === "true") return true;
  if (behaviour.podDoNotDisrupt === "literal") return false;
  const duration = parseGoDuration(value);
  if (duration === undefined || duration <= 0n) return false;
  const started = pod.status?.startTime;
  if (started === undefined) return true;
  return BigInt(Math.round(nowMs - Date.parse(started))) * 1_000_000n < duration;
}

/** Its annotation does not keep it where it is. */
export function isDisruptable(pod: Pod, moment: PodMoment): boolean {
  return !isActive(pod) || !isDoNotDisruptActive(pod, moment);
}

/** It is to be evicted before its node goes. */
export function isEvictable(pod: Pod, moment: PodMoment): boolean {
  return isActive(pod) && !toleratesDisruption(pod) && !isOwnedByNode(pod) && !isDoNotDisruptActive(pod, moment);
}

/** Draining waits for it or evicts it. */
export function isDrainable(pod: Pod, nowMs: number): boolean {
  return !toleratesDisruption(pod) && !isStuckTerminating(pod, nowMs) && !isOwnedByNode(pod);
}

/** Draining still waits for it. */
export function isWaitingEviction(pod: Pod, nowMs: number): boolean {
  return !isTerminal(pod) && isDrainable(pod, nowMs);
}

function isStuckTerminating(pod: Pod, nowMs: number): boolean {
  const deleted = pod.metadata.deletionTimestamp;
  return deleted !== undefined && nowMs - Date.parse(deleted) > 60_000;
}

function toleratesDisruption(pod: Pod): boolean {
  return toleratesAll([disruptedTaint], pod.spec.tolerations);
}

/** Pods that ask for devices through resource claims are refused by v1.14.1 with its default settings. */
export function hasResourceClaims(pod: Pod): boolean {
  const { resourceClaims, containers, initContainers } = pod.spec;
  if ((resourceClaims?.length ?? 0) > 0) return true;
  return [...(initContainers ?? []), ...containers].some((container) => (container.resources?.claims?.length ?? 0) > 0);
}
