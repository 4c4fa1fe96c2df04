// Our own: the real program has no such file.
import type { BlockingReason, Unhelped, Unremovable, UnremovableReason } from "./decision.ts";
import { refusalTexts } from "./up/events.ts";

const removals: Readonly<Record<UnremovableReason, string>> = {
  ScaleDownDisabledAnnotation: "an annotation of the node forbids it",
  ScaleDownUnreadyDisabled: "it is not ready, and --scale-down-unready-enabled is false",
  NotAutoscaled: "it is in no group that is managed",
  NotUnneededLongEnough: "not needed, but not for long enough",
  NotUnreadyLongEnough: "not ready, but not for long enough",
  NodeGroupMinSizeReached: "its group is at its minimum",
  AtomicScaleDownFailed: "its group goes whole or not at all",
  MinimalResourceLimitExceeded: "the cluster would have less than its minimum of cores or memory",
  CurrentlyBeingDeleted: "it is being deleted already",
  NotUnderutilized: "it is used enough",
  RecentlyUnremovable: "it could not go a short time ago",
  NoPlaceToMovePods: "its pods fit nowhere else",
  BlockedByPod: "a pod holds it",
  UnexpectedError: "something unexpected",
  NoNodeInfo: "nothing is known of it",
  BlockedByOnCompletionPod: "a pod on it must end first",
};

const blocks: Readonly<Record<BlockingReason, string>> = {
  ControllerNotFound: "its controller does not exist",
  MinReplicasReached: "its controller has fewer replicas than --min-replica-count",
  NotReplicated: "nothing would make it again",
  LocalStorageRequested: "it has local storage",
  NotSafeToEvictAnnotation: "it is annotated as not safe to evict",
  UnmovableKubeSystemPod: "it is a system pod without a budget",
  NotEnoughPdb: "its disruption budget allows no eviction",
};

/** Why a node stays. */
export function removalText({ reason, pod, why }: Unremovable): string {
  if (pod === undefined || why === undefined) return removals[reason];
  return `${pod} holds it: ${blocks[why]}`;
}

/** Why a group does not help a pod. */
export function groupRefusalText(refusal: Unhelped["groups"][string]): string {
  return refusalTexts(refusal).join(", ");
}
