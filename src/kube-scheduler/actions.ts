import type { PersistentVolume, PersistentVolumeClaim } from "../kube/objects.ts";

/** A condition as the scheduler writes it; times are the driver's to fill in. */
export interface WrittenCondition {
  readonly type: "PodScheduled" | "DisruptionTarget";
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/**
 * A call to the API server that an attempt gives rise to. Whoever drives the scheduler makes them in order and lets it see what came of
 * them, as a watch would. Pods are named `namespace/name`.
 */
export type SchedulerAction =
  | {
      /** Patch of a pod's status: a condition, the nominated node (empty: none any more), or both. */
      readonly kind: "patch-status";
      readonly pod: string;
      readonly condition: WrittenCondition | undefined;
      /** Undefined: stays as it is. */
      readonly nominatedNodeName: string | undefined;
    }
  /** The volume is reserved for the claim it names; the volume controller binds both. */
  | { readonly kind: "update-volume"; readonly volume: PersistentVolume }
  /** The claim names the node for which a volume has to be made. */
  | { readonly kind: "update-claim"; readonly claim: PersistentVolumeClaim }
  | { readonly kind: "bind"; readonly pod: string; readonly nodeName: string }
  /** The victim gets the condition, unless it has it (undefined), and is deleted. */
  | {
      readonly kind: "preempt";
      readonly victim: string;
      readonly preemptor: string;
      readonly condition: WrittenCondition | undefined;
    };
