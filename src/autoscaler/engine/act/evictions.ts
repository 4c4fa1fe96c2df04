// Mirrors core/scaledown/actuation/drain.go of Cluster Autoscaler 1.36.1.
import type { Pod } from "../../../kube/objects.ts";
import { nameOf } from "../../../kube/pod.ts";
import type { DrainGroup, DrainPod, Eviction } from "../memory.ts";
import { isDaemonSetPod, isMirror } from "../pods/classify.ts";
import type { Settings } from "../settings.ts";

const defaultGraceSeconds = 30;

/** Pods of a node that are evicted: by themselves, and daemons, which may refuse or ask for it (drain.go, `podsToEvict`). */
function podsToEvict(
  pods: readonly Pod[],
  evictsDaemons: boolean,
): { readonly daemons: readonly Pod[]; readonly others: readonly Pod[] } {
  const evictable = pods.filter((pod) => !isMirror(pod));
  return {
    daemons: evictable.filter((pod) => isDaemonSetPod(pod) && isDaemonEvicted(pod, evictsDaemons)),
    others: evictable.filter((pod) => !isDaemonSetPod(pod)),
  };
}

function isDaemonEvicted(pod: Pod, byDefault: boolean): boolean {
  const said = pod.metadata.annotations?.["cluster-autoscaler.kubernetes.io/enable-ds-eviction"];
  return said === undefined ? byDefault : said === "true";
}

/** Pods of a drain in the order of their priorities; those of an empty node are its daemons only, none of which must go. */
export function drainGroups(pods: readonly Pod[], settings: Settings, isDrain: boolean): readonly DrainGroup[] {
  const byDefault = settings.of(
    isDrain ? "daemonset-eviction-for-occupied-nodes" : "daemonset-eviction-for-empty-nodes",
  );
  const { daemons, others } = podsToEvict(pods, byDefault);
  const priorities = settings.drainPriorities;
  if (!isDrain) return grouped([], daemons, settings);
  // With priorities daemons must go like any other pod.
  return priorities === undefined ? grouped(others, daemons, settings) : grouped([...others, ...daemons], [], settings);
}

function grouped(full: readonly Pod[], best: readonly Pod[], settings: Settings): readonly DrainGroup[] {
  const steps = settings.drainPriorities ?? [
    { priority: 2 ** 31 - 1, seconds: settings.of("max-graceful-termination-sec") },
  ];
  const groups = steps.map(({ seconds }): { graceSeconds: number; full: DrainPod[]; best: DrainPod[] } => ({
    graceSeconds: seconds,
    full: [],
    best: [],
  }));
  const of = (pod: Pod): (typeof groups)[number] | undefined => groups[stepOf(pod, steps)];
  for (const pod of full) of(pod)?.full.push(drainPod(pod));
  for (const pod of best) of(pod)?.best.push(drainPod(pod));
  return groups.filter((group) => group.full.length > 0 || group.best.length > 0);
}

// The highest step not above the pod's priority; below all of them the lowest (priority.go, `groupIndex`).
function stepOf(pod: Pod, steps: readonly { readonly priority: number }[]): number {
  const priority = pod.spec.priority ?? 0;
  const at = steps.findLastIndex((one) => one.priority <= priority);
  return Math.max(0, at);
}

function drainPod(pod: Pod): DrainPod {
  const graceSeconds = pod.spec.terminationGracePeriodSeconds;
  return graceSeconds === undefined ? { name: nameOf(pod) } : { name: nameOf(pod), graceSeconds };
}

/** Evictions of a group, all due now. */
export function dueEvictions(group: DrainGroup, nowMs: number): readonly Eviction[] {
  const eviction = (pod: DrainPod, isFull: boolean): Eviction => {
    const own = pod.graceSeconds ?? defaultGraceSeconds;
    const graceSeconds = group.graceSeconds > 0 ? Math.min(own, group.graceSeconds) : own;
    return { pod: pod.name, graceSeconds, isFull, dueMs: nowMs };
  };
  return [...group.full.map((pod) => eviction(pod, true)), ...group.best.map((pod) => eviction(pod, false))];
}
