// Our own: the real program has no such file.
import type { Node, Pod } from "../../kube/objects.ts";
import type { DeletionResult, Unneeded, Unremovable, Utilization } from "./decision.ts";
import type { LaunchError } from "./view.ts";

/** What one Cluster Autoscaler process carries from loop to loop. Plain data: it can be written down and read again. */
export interface Memory {
  readonly isFirstLoop: boolean;
  readonly lastScaleUpMs: number;
  readonly lastScaleDownDeleteMs: number;
  readonly lastScaleDownFailMs: number;
  /** Nodes that are not needed, in the order in which they were found. */
  readonly unneeded: readonly Unneeded[];
  /** Names of the nodes that the planner last found unneeded; they go first the next time, even if what it knew was forgotten since. */
  readonly candidates: readonly string[];
  /** As the planner last saw them. */
  readonly unremovable: readonly Unremovable[];
  readonly utilization: Readonly<Record<string, Utilization>>;
  /** Nodes that a simulation could not remove, and until when they are not asked again. */
  readonly unremovableUntilMs: Readonly<Record<string, number>>;
  /** When the planner last ran. */
  readonly latestPlanMs?: number;
  /** The smallest interval between two plans. */
  readonly planIntervalMs?: number;
  readonly pendingHints: Hints;
  readonly moveHints: Hints;
  /** Where the search for a node goes on. */
  readonly searchIndex: number;
  /** Open scale-up requests by group. */
  readonly requests: Readonly<Record<string, GrowthRequest>>;
  readonly scaleDowns: readonly { readonly group: string; readonly expectedMs: number }[];
  readonly backoffs: Readonly<Record<string, Backoff>>;
  /** When each instance without a node was first seen. */
  readonly unregisteredSinceMs: Readonly<Record<string, number>>;
  /** Instances with an error in the loop before, by group. */
  readonly failedInstances: Readonly<Record<string, readonly string[]>>;
  readonly wrongSizes: Readonly<Record<string, WrongSize>>;
  readonly templates: Readonly<Record<string, CachedTemplate>>;
  /** When each group last grew, shrank, or failed to: for `--scale-down-delay-type-local`. */
  readonly grewMs: Readonly<Record<string, number>>;
  readonly shrankMs: Readonly<Record<string, number>>;
  readonly failedToShrinkMs: Readonly<Record<string, number>>;
  /** Deletions under way. */
  readonly deletions: readonly Deletion[];
  /** Deletions that ended since the last loop. */
  readonly finished: readonly { readonly node: string; readonly result: DeletionResult }[];
  /** Groups some deletion of which failed since deletions were last started. */
  readonly failedGroups: readonly string[];
  /** State of the dice. */
  readonly dice: number;
}

/** What a memory becomes while a loop works: its parts are replaced, never changed. */
export type MemoryDraft = { -readonly [Key in keyof Memory]: Memory[Key] };

/** Where pods were put by the last simulations, by uid; two generations. */
export interface Hints {
  readonly current: Readonly<Record<string, string>>;
  readonly old: Readonly<Record<string, string>>;
}

/** Nodes that were asked for. */
export interface GrowthRequest {
  readonly increase: number;
  readonly timeMs: number;
  readonly expectedMs: number;
}

/** A group that failed. */
export interface Backoff {
  readonly durationMs: number;
  readonly untilMs: number;
  readonly lastFailureMs: number;
  readonly error: LaunchError;
}

/** A group whose nodes are not as many as its target. */
export interface WrongSize {
  readonly current: number;
  readonly expected: number;
  readonly sinceMs: number;
}

/** What a node of a group was last seen to be, with the pods that every one of them has. */
export interface CachedTemplate {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly addedMs: number;
}

/** One node's way out, step by step. */
export interface Deletion {
  readonly node: string;
  /** `spec.providerID`. */
  readonly instance: string;
  readonly group: string;
  readonly isDrain: boolean;
  /** Nodes of the group that must go in one call; 0 for a group that is not atomic. */
  readonly batch: number;
  /** The node asked for a delay when its deletion began. */
  readonly isDelayed: boolean;
  readonly stage: DeletionStage;
}

/** Where a deletion is, and when the next thing is due. */
export type DeletionStage =
  /** Tainted; pods are looked at again once the taint had time to be seen. */
  | { readonly at: "tainted"; readonly dueMs: number }
  /** Evictions of the first group are tried. */
  | {
      readonly at: "evicting";
      readonly groups: readonly DrainGroup[];
      readonly untilMs: number;
      readonly tries: readonly Eviction[];
      /** Some pod that must go could not be evicted. */
      readonly hasFailed: boolean;
    }
  /** The first group's pods are on their way out. */
  | { readonly at: "waiting"; readonly groups: readonly DrainGroup[]; readonly sinceMs: number; readonly dueMs: number }
  /** Its annotation holds it. */
  | { readonly at: "delayed"; readonly untilMs: number; readonly dueMs: number }
  /** Ready to go; waits for the others of its atomic group. */
  | { readonly at: "queued" }
  /** Ready to go; waits for the batch of its group. */
  | { readonly at: "batched"; readonly dueMs: number };

/** Pods that are evicted together. */
export interface DrainGroup {
  readonly graceSeconds: number;
  /** Pods that must go. */
  readonly full: readonly DrainPod[];
  /** Pods that may stay. */
  readonly best: readonly DrainPod[];
}

/** A pod of a drain: `namespace/name` and its own grace. */
export interface DrainPod {
  readonly name: string;
  readonly graceSeconds?: number;
}

/** An eviction that is tried until it succeeds or its time is over. */
export interface Eviction {
  readonly pod: string;
  readonly graceSeconds: number;
  readonly isFull: boolean;
  readonly dueMs: number;
}

const hourMs = 3_600_000;
const noHints: Hints = { current: {}, old: {} };

/** What a process knows that has just started: no cooldown, no unneeded node, no hint. */
export function newMemory(nowMs: number, seed = 1): Memory {
  return {
    isFirstLoop: true,
    lastScaleUpMs: nowMs - hourMs,
    lastScaleDownDeleteMs: nowMs - hourMs,
    lastScaleDownFailMs: nowMs - hourMs,
    unneeded: [],
    candidates: [],
    unremovable: [],
    utilization: {},
    unremovableUntilMs: {},
    pendingHints: noHints,
    moveHints: noHints,
    searchIndex: 0,
    requests: {},
    scaleDowns: [],
    backoffs: {},
    unregisteredSinceMs: {},
    failedInstances: {},
    wrongSizes: {},
    templates: {},
    grewMs: {},
    shrankMs: {},
    failedToShrinkMs: {},
    deletions: [],
    finished: [],
    failedGroups: [],
    dice: seed,
  };
}
