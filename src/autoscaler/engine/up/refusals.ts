// Mirrors core/scaleup/orchestrator/orchestrator.go of Cluster Autoscaler 1.36.1.
import { nameOf } from "../../../kube/pod.ts";
import type { Pod } from "../../../kube/objects.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import type { GroupRefusal, ScaleUp, SkipReason } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";
import type { Growth } from "./balance.ts";

/** A pod group with what groups say to it. */
export interface PodGroupAnswers {
  readonly pods: readonly Pod[];
  /** The same pods as the scheduler reads them. */
  readonly infos: readonly PodInfo[];
  readonly refusals: Map<string, GroupRefusal | "executionFailed" | "filteredOut">;
  readonly helpers: string[];
  isSchedulable: boolean;
}

/** Groups that did not grow because of a failed call. */
export function failedGroups(
  { settings }: LoopState,
  growths: readonly Growth[],
  failed: readonly string[],
): ReadonlySet<string> {
  const names = growths.map(({ group }) => group.name);
  // One after the other: what comes behind the one that failed was not tried.
  const first = failed.length === 1 && !settings.of("parallel-scale-up") ? names.indexOf(failed[0] ?? "") : -1;
  return new Set([...failed, ...(first < 0 ? [] : names.slice(first + 1))]);
}

/** No group takes these pods now, for one reason. */
export function markAll(candidates: readonly PodGroupAnswers[], why: "executionFailed" | "filteredOut"): void {
  for (const candidate of candidates) {
    if (!candidate.isSchedulable) continue;
    for (const group of candidate.helpers) candidate.refusals.set(group, why);
    candidate.isSchedulable = false;
  }
}

/** Pods that only groups would help whose growth failed. */
export function markFailed(candidates: readonly PodGroupAnswers[], failed: ReadonlySet<string>): void {
  for (const candidate of candidates) {
    if (!candidate.isSchedulable) continue;
    for (const group of candidate.helpers) if (failed.has(group)) candidate.refusals.set(group, "executionFailed");
    if (candidate.helpers.every((group) => failed.has(group))) candidate.isSchedulable = false;
  }
}

/** Pods that no group can take, with what each group says. */
export function unhelpedPods(
  candidates: readonly PodGroupAnswers[],
  skipped: ReadonlyMap<string, SkipReason>,
): ScaleUp["unhelped"] {
  const skips = Array.from(skipped, ([group, reason]) => [group, { skipped: reason }] as const);
  return candidates
    .filter((one) => !one.isSchedulable)
    .flatMap(({ pods, refusals }) => {
      const groups = Object.fromEntries([...refusals, ...skips]);
      return pods.map((pod) => ({ pod: nameOf(pod), groups }));
    });
}
