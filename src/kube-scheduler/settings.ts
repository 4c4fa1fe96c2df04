// Mirrors apis/config/v1/defaults.go of kube-scheduler 1.35.
import { defaultProfile, type Profile } from "./profile.ts";
import { type Behaviour, defaultSchedulerRelease } from "./releases.ts";

/** How a scheduler is set up. */
export interface SchedulerSettings {
  readonly behaviour: Behaviour;
  /** By different names. */
  readonly profiles: readonly Profile[];
  /** Back-off after a pod's first failure. */
  readonly initialBackoffMs: number;
  /** Longest back-off; 0: none at all. */
  readonly maxBackoffMs: number;
  /** Feature gate SchedulerPopFromBackoffQ: an idle scheduler takes pods out of back-off. */
  readonly popsFromBackoff: boolean;
  /** Feature gate SchedulerAsyncPreemption: victims are deleted after the attempt, and the pod is kept out until the last is. */
  readonly preemptsAfterwards: boolean;
  /** Feature gate OpportunisticBatching. */
  readonly batches: boolean;
}

/** A scheduler of a release as it comes. */
export function defaultSchedulerSettings(behaviour: Behaviour = defaultSchedulerRelease): SchedulerSettings {
  return {
    behaviour,
    profiles: [defaultProfile(behaviour)],
    initialBackoffMs: 1000,
    maxBackoffMs: 10_000,
    popsFromBackoff: true,
    preemptsAfterwards: true,
    batches: behaviour.batchesEqualPods,
  };
}
