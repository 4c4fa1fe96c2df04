import type { ResourceName } from "../../../kube/resources.ts";
import type { SchedulerState } from "../../../kube-scheduler/save.ts";

/** What is kept of the scheduler while the world is closed. */
export interface KeptScheduler {
  saved?: SavedScheduler;
  /** Pods that have a node and wait for their volumes, by `namespace/name`. */
  readonly bindings: Record<string, PendingBinding>;
}

/** What the scheduler looks at, in the order in which it lists it at the start. */
export const watched = [
  "namespaces",
  "storageclasses",
  "csinodes",
  "persistentvolumes",
  "persistentvolumeclaims",
  "volumeattachments",
  "services",
  "replicasets",
  "statefulsets",
  "poddisruptionbudgets",
  "nodes",
  "pods",
] as const satisfies readonly ResourceName[];

/** Something the scheduler watches in this world. */
export type WatchedResource = (typeof watched)[number];

/** A pod that has a node and waits for its volumes. */
export interface PendingBinding {
  /** That pod and no later one of its name. */
  readonly uid: string | undefined;
  readonly nodeName: string;
  /** Claims, `namespace/name`, that must be bound first. */
  readonly claims: readonly string[];
  /** When the scheduler gives up. */
  readonly untilMs: number;
}

/** Names where the store holds the very objects the scheduler knows, and the objects where it has others by now. */
export interface Packed<T> {
  readonly names: readonly string[];
  readonly others: readonly T[];
}

/** What a scheduler remembers, without objects that the store remembers anyway. */
export type SavedScheduler = Omit<SchedulerState, "nodes" | "pods"> & {
  readonly nodes: Packed<SchedulerState["nodes"][number]>;
  readonly pods: Packed<SchedulerState["pods"][number]>;
};
