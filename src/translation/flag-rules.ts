import { loopFlags, programFlags } from "./idle-flags.ts";
import { changed, ended, silent, expanderRule, kept, lost, unless, type FlagRule, type Rule } from "./flag-rule.ts";

const disruption = "NodePool spec.disruption";
const budgets = `${disruption}.budgets`;
const limits = "NodePool spec.limits";

const own = "a knob of Cluster Autoscaler's own loop";
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

const table: readonly (readonly [flags: string, rule: Rule])[] = [
  ["node-group-auto-discovery nodes", kept("the NodePools of this translation")],
  [
    "cloud-provider cloud-config cluster-name namespace aws-use-static-instance-list",
    kept("Karpenter's settings, which install writes"),
  ],
  ["kubeconfig kubernetes", kept("Karpenter's service account")],
  [loopFlags, ended(own)],
  [programFlags, ended("how Cluster Autoscaler itself runs, logs and reports")],
  ["expander", expanderRule],
  ["grpc-expander-url grpc-expander-cert", ended("no outside program is asked")],
  [
    "balance-similar-node-groups",
    (value) =>
      value === "false"
        ? ended("balancing is off")
        : lost(
            "Karpenter does not spread nodes over zones; pods' topologySpreadConstraints do",
            "zones may become uneven",
            "add topologySpreadConstraints over topology.kubernetes.io/zone to workloads that rely on an even spread",
            "warning",
          ),
  ],
  [
    "balancing-ignore-label balancing-label memory-difference-ratio max-free-difference-ratio " +
      "max-allocatable-difference-ratio",
    ended("refines the balancing of similar groups"),
  ],
  ["max-nodes-total", unless("0", changed(limits, noCap, capFix, "warning"), "no cap is set")],
  ["cores-total memory-total gpu-total", changed(limits, noCap, capFix, "warning")],
  [
    "enforce-node-group-min-size",
    unless(
      "false",
      lost(
        "a NodePool has no minimum",
        "pools shrink to nothing without pods",
        "run pause pods as headroom, or keep a small managed node group",
        "warning",
      ),
      "the minimum is not enforced",
    ),
  ],
  [
    "enable-dynamic-resource-allocation",
    unless(
      "false",
      lost(
        "Karpenter makes no nodes for resource claims",
        "pods with resource claims stay pending",
        "keep a node group for them",
        "warning",
      ),
      "not enabled",
    ),
  ],
  [
    "force-delete-unregistered-nodes force-delete-failed-nodes",
    ended("Karpenter deletes a node that does not register in 15 minutes"),
  ],
  ["scale-from-unschedulable enable-csi-node-aware-scheduling", ended(own)],
  ["scale-up-from-zero", kept("always on")],
  ["max-node-provision-time", silent("fixed", "Karpenter gives a node 15 minutes to register, then tries another")],
  [
    "max-node-startup-time ok-total-unready-count max-total-unready-percentage",
    ended("Karpenter goes on provisioning while nodes are unready"),
  ],
  [
    "scale-down-unready-time scale-down-unready-enabled",
    lost(
      "Karpenter repairs nodes only with its feature gate NodeRepair",
      "nodes that stay unready are not replaced",
      "install with feature gate NodeRepair",
      "info",
    ),
  ],
  [
    "initial-node-group-backoff-duration max-node-group-backoff-duration node-group-backoff-reset-timeout",
    silent("fixed", "an offering that EC2 refused is left out for three minutes"),
  ],
  [
    "new-pod-scale-up-delay",
    unless(
      "0s",
      silent(
        "Karpenter's BATCH_IDLE_DURATION and BATCH_MAX_DURATION",
        "seconds for all pods together, not a delay per pod",
        "hold pods back with schedulingGates if the delay matters",
      ),
      "no delay is set",
    ),
  ],
  [
    "expendable-pods-priority-cutoff",
    lost(
      "Karpenter makes nodes for any pending pod",
      "filler pods of very low priority now start nodes",
      "cap them: a NodePool of their own with a limit, or schedulingGates",
      "warning",
    ),
  ],
  ["force-ds", kept("always on: DaemonSets count on every new node")],
  ["ignore-daemonsets-utilization ignore-mirror-pods-utilization", ended("Karpenter does not go by utilization")],
  [
    "scale-down-enabled",
    (value) => (value === "false" ? silent(disruption, "consolidateAfter Never and a budget of 0") : kept("always on")),
  ],
  [
    "scale-down-utilization-threshold scale-down-gpu-utilization-threshold",
    (value) => ({
      fate: "changed",
      to: `${disruption}.consolidationPolicy`,
      becomes: Number(value) <= 0 ? "WhenEmpty" : "WhenEmptyOrUnderutilized",
      why: "Karpenter removes a node when its pods fit elsewhere for less money, at any utilization",
      fix: "expect fewer and fuller nodes; consolidationPolicy WhenEmpty removes empty nodes only",
    }),
  ],
  [
    "scale-down-unneeded-time",
    changed(
      `${disruption}.consolidateAfter`,
      "counts from the last pod that came or went, not from the moment the node was unneeded",
    ),
  ],
  [
    "scale-down-delay-after-add",
    changed(`${disruption}.consolidateAfter`, "taken into account when it is longer than the unneeded time"),
  ],
  [
    "scale-down-delay-after-delete scale-down-delay-after-failure",
    ended("budgets limit how many nodes go at once; there is no pause in between"),
  ],
  [
    "max-scale-down-parallelism max-empty-bulk-delete",
    changed(budgets, "per NodePool, for reason Empty", "with several pools the sum may be higher than now"),
  ],
  [
    "max-drain-parallelism",
    changed(
      budgets,
      "per NodePool, for reasons Underutilized and Drifted",
      "with several pools the sum may be higher than now",
    ),
  ],
  [
    "max-graceful-termination-sec",
    silent(
      "each pod's own terminationGracePeriodSeconds",
      "Karpenter never shortens a pod's grace period",
      "set terminationGracePeriod on the NodePool to bound a whole drain; it deletes pods by force at its end",
    ),
  ],
  [
    "max-pod-eviction-time",
    silent(
      "no bound",
      "Karpenter retries an eviction until it succeeds; it does not give a node up",
      "make sure that no PodDisruptionBudget blocks for ever; dovetail assess lists them",
    ),
  ],
  [
    "drain-priority-config",
    lost("the order of a drain is fixed", "other pods go first", "nothing in most cases", "info"),
  ],
  ["node-deletion-delay-timeout", ended("Karpenter waits for volumes to detach")],
  ["cordon-node-before-terminating", kept("always on: the taint karpenter.sh/disrupted")],
  [
    "daemonset-eviction-for-empty-nodes daemonset-eviction-for-occupied-nodes",
    silent("tolerations", "DaemonSet pods that do not tolerate karpenter.sh/disrupted are drained"),
  ],
  [
    "skip-nodes-with-local-storage",
    unless(
      "false",
      protect("pods with emptyDir and hostPath volumes"),
      "pods with local storage were moved before too",
    ),
  ],
  [
    "skip-nodes-with-system-pods",
    unless("false", protect("pods in kube-system"), "pods in kube-system were moved before too"),
  ],
  [
    "skip-nodes-with-custom-controller-pods",
    unless("false", protect("pods of custom controllers"), "pods of custom controllers were moved before too"),
  ],
  [
    "min-replica-count",
    unless(
      "0",
      lost(
        "Karpenter goes by PodDisruptionBudgets only",
        "single replicas are moved",
        "give these workloads a PodDisruptionBudget",
        "warning",
      ),
      "no minimum is set",
    ),
  ],
  ["blocking-system-pod-distruption-timeout", moved("pods in kube-system older than this")],
  ["startup-taint ignore-taint startup-taint-prefix", kept("NodePool spec.template.spec.startupTaints")],
  ["status-taint", ended("Karpenter looks at a pool's own taints only")],
  [
    "scheduler-config-file",
    lost(
      "Karpenter has its own model of the scheduler",
      "other placements are expected",
      "check that pods do not rely on a changed scheduler profile",
      "info",
    ),
  ],
  [
    "bypassed-scheduler-names allowed-scheduler-names",
    silent(
      "all schedulers",
      "Karpenter answers pods that any scheduler marked unschedulable",
      "check pods with a schedulerName of their own",
    ),
  ],
  [
    "enable-provisioning-requests check-capacity-batch-processing check-capacity-processor-instance " +
      "kube-api-qps-provisioning-requests max-nodes-per-provisioning-request",
    unless(
      "false",
      lost(
        "Karpenter knows no ProvisioningRequest",
        "batch jobs that wait for one stay pending",
        "let the jobs' pods go pending as usual",
        "warning",
      ),
      "not enabled",
    ),
  ],
  [
    "capacity-buffer-controller-enabled capacity-buffer-pod-injection-enabled",
    unless(
      "false",
      lost(
        "capacity buffers are an alpha feature gate of Karpenter",
        "headroom is gone",
        "enable the gate CapacityBuffer, or run pause pods",
        "warning",
      ),
      "not enabled",
    ),
  ],
  ["capacity-quotas-enabled", changed(limits, "each NodePool has its own limit")],
];

const flagRules: ReadonlyMap<string, Rule> = new Map(
  table.flatMap(([flags, rule]) =>
    flags
      .trim()
      .split(/\s+/)
      .map((flag) => [flag, rule] as const),
  ),
);

/** Families of flags of which one rule speaks: other clouds', and those of features named elsewhere. */
const families: readonly (readonly [prefix: RegExp, rule: FlagRule])[] = [
  [
    /^(gce|azure|clusterapi|bulk-mig|node-autoprovisioning|max-autoprovisioned|kwok)-/,
    ended("for other clouds than AWS"),
  ],
  [/^(provisioning-request|check-capacity|max-nodes-per-provisioning)-/, ended("refines provisioning requests")],
  [/^(capacity-buffer|salvo|fastpath|debugging-snapshot)/, ended(own)],
];

/** What becomes of a flag; undefined for one that is not known. */
export function flagRule(flag: string, value: string): FlagRule | undefined {
  const rule = flagRules.get(flag) ?? families.find(([prefix]) => prefix.test(flag))?.[1];
  return typeof rule === "function" ? rule(value) : rule;
}
