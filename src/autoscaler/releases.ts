// Our own: the real program has no such file.
import { atLeast } from "./version.ts";

/**
 * What differs between releases of Cluster Autoscaler: one named difference each, with the file that holds it and the first release in
 * which it is so. Engines take a `Behaviour`; none compares version text. A release line before its `since` behaves the old way.
 */
export interface ReleaseBehaviour {
  /** Release as given, `1.36.1`. */
  readonly version: string;
  /** Missing nodes are upcoming only while CA has an open request for their group that is not backed off (clusterstate.go). */
  readonly upcomingNeedsRequest: boolean;
  /** A request that times out tries to lower the target again (clusterstate.go). */
  readonly revertsTimedOutScaleUp: boolean;
  /** A group's back-off is forgotten once a scale-up of it ends well (clusterstate.go). */
  readonly forgetsBackoffOnSuccess: boolean;
  /** The planner and deletions run in a loop with a scale-up too (static_autoscaler.go). */
  readonly planAfterScaleUp: boolean;
  /** A full cluster has a result and an event of its own; before, it is one without options (static_autoscaler.go). */
  readonly tellsFullCluster: boolean;
  /** Templates, quotas and the count of nodes go by all nodes, upcoming ones included, not by the ready ones (static_autoscaler.go). */
  readonly scaleUpSeesAllNodes: boolean;
  /** What a group holds of the cluster's cores and memory goes by its target, not by its nodes (core/scaleup/resource/manager.go). */
  readonly quotasByTarget: boolean;
  /** Similar groups are balanced within the cluster's limits too (orchestrator.go, `capScaleUpsByQuota`). */
  readonly balancesWithinQuota: boolean;
  /** Pods whose groups all failed to grow are told so (orchestrator.go, `markFailedGroupsAsUnschedulable`). */
  readonly tellsFailedPods: boolean;
  /** Nodes that are being deleted count for the cluster's minimums (resourcequotas/factory.go). */
  readonly minimumsCountAllNodes: boolean;
  /** Pods with a nominated node are taken as placed there (utils/kubernetes/listers.go). */
  readonly placesNominatedPods: boolean;
  /** A node whose utilization is the threshold itself is under-used (eligibility.go). */
  readonly thresholdIsLow: boolean;
  /** An unneeded time of 0 has passed at once (unneeded/nodes.go). */
  readonly zeroUnneededTimePasses: boolean;
  /** The search for a node starts one behind the last one found, the first at position 1 (clustersnapshot/scheduling_opts.go). */
  readonly searchStartsBehindLast: boolean;
  /** While its pods look for places a node stays as a tainted ghost (simulator/cluster.go). */
  readonly leavesGhost: boolean;
  /** System pods block for a time only (drainability/rules/system). */
  readonly systemPodsTimeOut: boolean;
  /** `safe-to-evict: on-completion` (drainability/rules/oncompletion). */
  readonly waitsForCompletion: boolean;
  /** The estimator packs groups of equal pods, not pod by pod (estimator/binpacking_estimator.go). */
  readonly estimatesByGroup: boolean;
  /** A refusal of the limiter ends new nodes for all later groups, not only for the one at hand (binpacking_estimator.go). */
  readonly limitEndsEstimate: boolean;
  /** A pod whose spread over hosts refuses the last node is tried on any other (binpacking_estimator.go). */
  readonly retriesHostSpread: boolean;
  /** least-waste and the estimator's order count requests as the scheduler does; before, the sum of the containers (waste.go). */
  readonly countsWholeRequests: boolean;
  /** Utilization counts init containers and overhead (utilization/info.go). */
  readonly utilizationCountsInit: boolean;
  /** Environment variables do not tell pods of one owner apart (utils/utils.go, `dropEnv`). */
  readonly ignoresEnvironment: boolean;
  /** Node condition `Suspended` (clusterstate.go). */
  readonly knowsSuspended: boolean;
  /** Nodes with a start-up taint are not ready (taints.go). */
  readonly startupTaintsUnready: boolean;
  /** Pods that are going already are not added again from nodes under drain (currently_drained_nodes.go). */
  readonly leavesOutLeavingPods: boolean;
  /** Atomic groups are looked at when nodes are chosen (processors/nodes/scale_down_set_processor.go). */
  readonly filtersAtomicGroups: boolean;
  /** `--drain-priority-config` is heeded; before, what was said on the command line went unseen (main.go, `isFlagPassed`). */
  readonly heedsDrainPriorities: boolean;
  /** What is in the status ConfigMap: text, YAML in the order of the fields, YAML in the order of the keys. */
  readonly status: "text" | "fields" | "keys";
}

type Difference = Exclude<keyof ReleaseBehaviour, "version" | "status">;

/** Since when each difference holds; `!` before a release: until then. */
const since: Readonly<Record<Difference, string>> = {
  upcomingNeedsRequest: "1.36",
  revertsTimedOutScaleUp: "1.36",
  forgetsBackoffOnSuccess: "!1.30",
  planAfterScaleUp: "1.34",
  tellsFullCluster: "1.33",
  scaleUpSeesAllNodes: "1.35",
  quotasByTarget: "!1.35",
  balancesWithinQuota: "1.36",
  tellsFailedPods: "1.36",
  minimumsCountAllNodes: "1.36",
  placesNominatedPods: "1.36",
  thresholdIsLow: "1.32.6 1.33.4 1.34.3 1.35",
  zeroUnneededTimePasses: "1.35",
  searchStartsBehindLast: "1.36",
  leavesGhost: "1.32.8 1.33.5 1.34.4 1.35.1 1.36",
  systemPodsTimeOut: "1.33",
  waitsForCompletion: "1.36",
  estimatesByGroup: "1.30",
  limitEndsEstimate: "1.33",
  retriesHostSpread: "1.33.1",
  countsWholeRequests: "1.33",
  utilizationCountsInit: "1.29",
  ignoresEnvironment: "1.32",
  knowsSuspended: "1.36",
  startupTaintsUnready: "1.29",
  leavesOutLeavingPods: "1.30.5 1.31",
  filtersAtomicGroups: "1.29",
  heedsDrainPriorities: "1.33",
};

/** The newest release that is modelled; it stands for an unknown one. */
const newestRelease = "1.36.1";

function areComplete(found: Readonly<Record<string, boolean>>): found is Readonly<Record<Difference, boolean>> {
  return Object.keys(since).every((name) => found[name] !== undefined);
}

/** The behaviour of a release; of the newest when it is unknown. */
export function releaseBehaviour(version: string | undefined): ReleaseBehaviour {
  const release = version ?? newestRelease;
  const holds = (when: string): boolean => {
    return when.startsWith("!") ? !atLeast(release, when.slice(1)) : atLeast(release, when);
  };
  const differences = Object.fromEntries(Object.entries(since).map(([name, when]) => [name, holds(when)]));
  if (!areComplete(differences)) throw new Error("a difference between releases was lost");
  const status = atLeast(release, "1.35") ? "keys" : atLeast(release, "1.30") ? "fields" : "text";
  return { version: release, status, ...differences };
}
