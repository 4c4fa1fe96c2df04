import type { DecidingFlag } from "../autoscaler/flags/table.ts";
import { changed, ended, expanderRule, type FlagRule, kept, lost, type Rule, silent, unless } from "./flag-rule.ts";

const disruption = "NodePool spec.disruption";
const budgets = `${disruption}.budgets`;
const limits = "NodePool spec.limits";

const noCap = "Karpenter has no cap over all NodePools; each pool has its own limit";
const capFix = "the limits of the pools together may exceed the cap: check their sum";
const protect = (what: string): FlagRule =>
  lost(
    `Karpenter evicts ${what} when it consolidates a node`,
    "pods that held their node are moved",
    'add the annotation karpenter.sh/do-not-disrupt: "true" to the pods that must stay; dovetail assess lists them',
    "warning",
  );
const moved = (what: string): FlagRule => ended(`${what} were not protected by this setting either`);

const translated: Rule = kept("the NodePools of this translation");
const nobodyAsked: Rule = ended("no outside program is asked");
const capped: Rule = changed(limits, noCap, capFix, "warning");
const registered: Rule = ended("Karpenter deletes a node that does not register in 15 minutes");
const goesOn: Rule = ended("Karpenter goes on provisioning while nodes are unready");
const repaired: Rule = lost(
  "Karpenter repairs nodes only with its feature gate NodeRepair",
  "nodes that stay unready are not replaced",
  "install with feature gate NodeRepair",
  "info",
);
const backedOff: Rule = silent("fixed", "an offering that EC2 refused is left out for three minutes");
const utilization: Rule = ended("Karpenter does not go by utilization");
const threshold: Rule = (value) => ({
  fate: "changed",
  to: `${disruption}.consolidationPolicy`,
  becomes: Number(value) <= 0 ? "WhenEmpty" : "WhenEmptyOrUnderutilized",
  why: "Karpenter removes a node when its pods fit elsewhere for less money, at any utilization",
  fix: "expect fewer and fuller nodes; consolidationPolicy WhenEmpty removes empty nodes only",
});
const noPause: Rule = ended("budgets limit how many nodes go at once; there is no pause in between");
const emptyAtOnce: Rule = changed(
  budgets,
  "per NodePool, for reason Empty",
  "with several pools the sum may be higher than now",
);
const daemonsDrained: Rule = silent(
  "tolerations",
  "DaemonSet pods that do not tolerate karpenter.sh/disrupted are drained",
);
const startupTaints: Rule = kept("NodePool spec.template.spec.startupTaints");
const allSchedulers: Rule = silent(
  "all schedulers",
  "Karpenter answers pods that any scheduler marked unschedulable",
  "check pods with a schedulerName of their own",
);
const buffered: Rule = unless(
  "false",
  lost(
    "capacity buffers are an alpha feature gate of Karpenter",
    "headroom is gone",
    "enable the gate CapacityBuffer, or run pause pods",
    "warning",
  ),
  "not enabled",
);

/** What becomes of each flag that decides. Total over the table: a new flag does not compile until it stands here. */
export const decidingFates: Readonly<Record<DecidingFlag, Rule>> = {
  "allowed-scheduler-names": allSchedulers,
  "balance-similar-node-groups": (value) =>
    value === "false"
      ? ended("balancing is off")
      : lost(
          "Karpenter does not spread nodes over zones; pods' topologySpreadConstraints do",
          "zones may become uneven",
          "add topologySpreadConstraints over topology.kubernetes.io/zone to workloads that rely on an even spread",
          "warning",
        ),
  "blocking-system-pod-distruption-timeout": moved("pods in kube-system older than this"),
  "bypassed-scheduler-names": allSchedulers,
  "capacity-buffer-controller-enabled": buffered,
  "capacity-buffer-pod-injection-enabled": buffered,
  "capacity-quotas-enabled": changed(limits, "each NodePool has its own limit"),
  "cordon-node-before-terminating": kept("always on: the taint karpenter.sh/disrupted"),
  "cores-total": capped,
  "daemonset-eviction-for-empty-nodes": daemonsDrained,
  "daemonset-eviction-for-occupied-nodes": daemonsDrained,
  "drain-priority-config": lost(
    "the order of a drain is fixed",
    "other pods go first",
    "nothing in most cases",
    "info",
  ),
  "enable-dynamic-resource-allocation": unless(
    "false",
    lost(
      "Karpenter makes no nodes for resource claims",
      "pods with resource claims stay pending",
      "keep a node group for them",
      "warning",
    ),
    "not enabled",
  ),
  "enable-provisioning-requests": unless(
    "false",
    lost(
      "Karpenter knows no ProvisioningRequest",
      "batch jobs that wait for one stay pending",
      "let the jobs' pods go pending as usual",
      "warning",
    ),
    "not enabled",
  ),
  "enforce-node-group-min-size": unless(
    "false",
    lost(
      "a NodePool has no minimum",
      "pools shrink to nothing without pods",
      "run pause pods as headroom, or keep a small managed node group",
      "warning",
    ),
    "the minimum is not enforced",
  ),
  expander: expanderRule,
  "expendable-pods-priority-cutoff": lost(
    "Karpenter makes nodes for any pending pod",
    "filler pods of very low priority now start nodes",
    "cap them: a NodePool of their own with a limit, or schedulingGates",
    "warning",
  ),
  "force-delete-failed-nodes": registered,
  "force-delete-unregistered-nodes": registered,
  "force-ds": kept("always on: DaemonSets count on every new node"),
  "gpu-total": capped,
  "grpc-expander-cert": nobodyAsked,
  "grpc-expander-url": nobodyAsked,
  "ignore-daemonsets-utilization": utilization,
  "ignore-mirror-pods-utilization": utilization,
  "ignore-taint": startupTaints,
  "initial-node-group-backoff-duration": backedOff,
  "max-drain-parallelism": changed(
    budgets,
    "per NodePool, for reasons Underutilized and Drifted",
    "with several pools the sum may be higher than now",
  ),
  "max-empty-bulk-delete": emptyAtOnce,
  "max-graceful-termination-sec": silent(
    "each pod's own terminationGracePeriodSeconds",
    "Karpenter never shortens a pod's grace period",
    "set terminationGracePeriod on the NodePool to bound a whole drain; it deletes pods by force at its end",
  ),
  "max-node-group-backoff-duration": backedOff,
  "max-node-provision-time": silent("fixed", "Karpenter gives a node 15 minutes to register, then tries another"),
  "max-node-startup-time": goesOn,
  "max-nodes-total": unless("0", changed(limits, noCap, capFix, "warning"), "no cap is set"),
  "max-pod-eviction-time": silent(
    "no bound",
    "Karpenter retries an eviction until it succeeds; it does not give a node up",
    "make sure that no PodDisruptionBudget blocks for ever; dovetail assess lists them",
  ),
  "max-scale-down-parallelism": emptyAtOnce,
  "max-total-unready-percentage": goesOn,
  "memory-total": capped,
  "min-replica-count": unless(
    "0",
    lost(
      "Karpenter goes by PodDisruptionBudgets only",
      "single replicas are moved",
      "give these workloads a PodDisruptionBudget",
      "warning",
    ),
    "no minimum is set",
  ),
  "new-pod-scale-up-delay": unless(
    "0s",
    silent(
      "Karpenter's BATCH_IDLE_DURATION and BATCH_MAX_DURATION",
      "seconds for all pods together, not a delay per pod",
      "hold pods back with schedulingGates if the delay matters",
    ),
    "no delay is set",
  ),
  "node-deletion-delay-timeout": ended("Karpenter waits for volumes to detach"),
  "node-group-auto-discovery": translated,
  "node-group-backoff-reset-timeout": backedOff,
  nodes: translated,
  "ok-total-unready-count": goesOn,
  "scale-down-delay-after-add": changed(
    `${disruption}.consolidateAfter`,
    "taken into account when it is longer than the unneeded time",
  ),
  "scale-down-delay-after-delete": noPause,
  "scale-down-delay-after-failure": noPause,
  "scale-down-enabled": (value) =>
    value === "false" ? silent(disruption, "consolidateAfter Never and a budget of 0") : kept("always on"),
  "scale-down-gpu-utilization-threshold": threshold,
  "scale-down-unneeded-time": changed(
    `${disruption}.consolidateAfter`,
    "counts from the last pod that came or went, not from the moment the node was unneeded",
  ),
  "scale-down-unready-enabled": repaired,
  "scale-down-unready-time": repaired,
  "scale-down-utilization-threshold": threshold,
  "scale-up-from-zero": kept("always on"),
  "scheduler-config-file": lost(
    "Karpenter has its own model of the scheduler",
    "other placements are expected",
    "check that pods do not rely on a changed scheduler profile",
    "info",
  ),
  "skip-nodes-with-custom-controller-pods": unless(
    "false",
    protect("pods of custom controllers"),
    "pods of custom controllers were moved before too",
  ),
  "skip-nodes-with-local-storage": unless(
    "false",
    protect("pods with emptyDir and hostPath volumes"),
    "pods with local storage were moved before too",
  ),
  "skip-nodes-with-system-pods": unless(
    "false",
    protect("pods in kube-system"),
    "pods in kube-system were moved before too",
  ),
  "startup-taint": startupTaints,
  "startup-taint-prefix": startupTaints,
  "status-taint": ended("Karpenter looks at a pool's own taints only"),
};
