import type { ResourceTexts } from "../../kube/objects.ts";
import type { LaunchError } from "./view.ts";

/** A call that Cluster Autoscaler makes. Nodes and pods by name, instances without a node by their id. */
export type Act =
  | { readonly act: "increase"; readonly group: string; readonly delta: number }
  | { readonly act: "decrease"; readonly group: string; readonly delta: number }
  | { readonly act: "deleteNodes"; readonly group: string; readonly nodes: readonly string[] }
  | {
      readonly act: "taint";
      readonly node: string;
      readonly key: string;
      readonly effect: string;
      readonly value: string;
    }
  | { readonly act: "untaint"; readonly node: string; readonly key: string }
  | { readonly act: "cordon" | "uncordon"; readonly node: string }
  | { readonly act: "evict"; readonly pod: string; readonly graceSeconds: number };

/**
 * An act with what became of it. `ok: false`: CA's own provider refuses it without asking the cloud, or the world is known to
 * refuse it.
 */
export type MadeAct = Act & {
  readonly ok: boolean;
  /** So long after the step began; see `Calls.wait`. */
  readonly afterMs?: number;
};

/** An event as CA writes it. */
export interface CaEvent {
  readonly reason: string;
  readonly type: "Normal" | "Warning";
  readonly kind: "ConfigMap" | "Node" | "Pod";
  /** `namespace/name`, or a name where there are no namespaces. */
  readonly object: string;
  readonly message: string;
  /** So long after the loop began; see `Calls.wait`. */
  readonly afterMs?: number;
}

/** How a scale-up ended. */
export type ScaleUpResult =
  | "successful"
  | "error"
  | "noOptions"
  | "notNeeded"
  | "notTried"
  | "inCooldown"
  | "limitedByMaxNodesTotal";

/** What one group would add. */
export interface GrowthOption {
  readonly group: string;
  readonly nodes: number;
  /** `namespace/name`. */
  readonly pods: readonly string[];
  readonly similar: readonly string[];
}

/** A group that grows. */
export interface Increase {
  readonly group: string;
  readonly from: number;
  readonly to: number;
  readonly max: number;
}

/** Why a group does not help a pod: a scheduler plugin refuses it, or the group was not looked at. */
export type GroupRefusal =
  | { readonly plugin: string; readonly reasons: readonly string[] }
  | { readonly skipped: SkipReason };

/** Why a group was not looked at. */
export type SkipReason =
  | "backoff"
  | "maxSize"
  | "notReady"
  | "atomicExceedsNodeLimit"
  | { readonly limit: readonly string[] };

/** A pod that no group can take. */
export interface Unhelped {
  readonly pod: string;
  /** `executionFailed`: the group's call failed; `filteredOut`: no option was left by the expander. */
  readonly groups: Readonly<Record<string, GroupRefusal | "executionFailed" | "filteredOut">>;
}

/** One scale-up of a loop. */
export interface ScaleUp {
  readonly result: ScaleUpResult;
  readonly options: readonly GrowthOption[];
  readonly chosen?: string;
  readonly increases: readonly Increase[];
  readonly triggered: readonly string[];
  readonly awaiting: readonly string[];
  readonly unhelped: readonly Unhelped[];
  /** Class of the error that it ended with. */
  readonly error?: string;
  /** Groups whose call failed. */
  readonly failedResize?: readonly string[];
}

/** Why a node is not removed (simulator/cluster.go, `UnremovableReason`). */
export type UnremovableReason =
  | "ScaleDownDisabledAnnotation"
  | "ScaleDownUnreadyDisabled"
  | "NotAutoscaled"
  | "NotUnneededLongEnough"
  | "NotUnreadyLongEnough"
  | "NodeGroupMinSizeReached"
  | "AtomicScaleDownFailed"
  | "MinimalResourceLimitExceeded"
  | "CurrentlyBeingDeleted"
  | "NotUnderutilized"
  | "RecentlyUnremovable"
  | "NoPlaceToMovePods"
  | "BlockedByPod"
  | "UnexpectedError"
  | "NoNodeInfo"
  | "BlockedByOnCompletionPod";

/** What of a pod keeps its node (utils/drain/drain.go, `BlockingPodReason`). */
export type BlockingReason =
  | "ControllerNotFound"
  | "MinReplicasReached"
  | "NotReplicated"
  | "LocalStorageRequested"
  | "NotSafeToEvictAnnotation"
  | "UnmovableKubeSystemPod"
  | "NotEnoughPdb";

/** A node that stays, and why. */
export interface Unremovable {
  readonly node: string;
  readonly reason: UnremovableReason;
  readonly pod?: string;
  readonly why?: BlockingReason;
}

/** A node that CA would do without. */
export interface Unneeded {
  readonly node: string;
  readonly sinceMs: number;
  /** Pods that would have to move. */
  readonly moves: readonly string[];
  /** A budget allows some but not all of them at once. */
  readonly isRisky: boolean;
  /** Pods that must end by themselves first. */
  readonly onCompletion: number;
}

/** How far a node is used: shares of what it can allocate. */
export interface Utilization {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  readonly utilization: number;
  /** The resource that decides. */
  readonly by: string;
}

/** A deletion that began. */
export interface Deleting {
  readonly node: string;
  readonly group: string;
  readonly kind: "empty" | "drain";
  readonly evicts: readonly string[];
}

/** How a deletion ended. */
export type DeletionResult = "ok" | "failedToEvict" | "failedToDelete" | "failedToMark" | "internal";

/** How scale-down ended. */
export type ScaleDownResult =
  | "nodeDeleteStarted"
  | "noNodeDeleted"
  | "inCooldown"
  | "noCandidates"
  | "notTried"
  | "error";

/** Scale-down of a loop. What the planner knows stands even when it did not run. */
export interface ScaleDown {
  readonly result: ScaleDownResult;
  readonly unneeded: readonly Unneeded[];
  readonly unremovable: readonly Unremovable[];
  readonly utilization: ReadonlyMap<string, Utilization>;
  readonly deleting: readonly Deleting[];
  readonly finished: readonly { readonly node: string; readonly result: DeletionResult }[];
}

/** A back-off that began. */
export interface BackoffBegun {
  readonly group: string;
  readonly untilMs: number;
  readonly error: LaunchError;
}

/** How a group stands after the loop. */
export interface GroupStanding {
  readonly target: number;
  readonly instances: number;
  readonly isBackedOff: boolean;
  readonly isHealthy: boolean;
  /** Where CA learnt what one more node of it would be; undefined when it does not know. */
  readonly template: string | undefined;
  /** What such a node can allocate. */
  readonly offers: ResourceTexts | undefined;
}

/** What one loop decided, with everything that explains it. */
export interface LoopDecision {
  /** The loop ended with an error of this class. */
  readonly error?: string;
  /** Pending pods left after those that fit somewhere are gone, before the age filter; undefined when the loop ended before. */
  readonly podsToHelp?: readonly string[];
  /** Pods that fit where they are simulated: node names, `upcoming:GROUP:N`, `salvo:…`. */
  readonly placed: ReadonlyMap<string, string>;
  readonly scaleUp: ScaleUp;
  readonly moreScaleUps: readonly ScaleUp[];
  readonly scaleDown: ScaleDown;
  readonly backoffs: readonly BackoffBegun[];
  readonly upcoming: Readonly<Record<string, number>>;
  readonly notStarted: Readonly<Record<string, readonly string[]>>;
  readonly groups: Readonly<Record<string, GroupStanding>>;
  readonly isClusterHealthy: boolean;
}
