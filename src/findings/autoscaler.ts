import { defineFindings } from "./finding.ts";

interface AboutFlag {
  /** `kube-system/cluster-autoscaler` */
  readonly autoscaler: string;
  readonly flag: string;
  readonly value: string;
}

const given = (d: AboutFlag): string => `${d.autoscaler} runs with --${d.flag}=${d.value}`;

/** Cluster Autoscaler's own state and the settings of it that change what a migration means. */
export const autoscalerFindings = defineFindings({
  DV4020: {
    severity: "info",
    title: "a priority expander orders the node groups",
    why: "NodePool weights do the same by tiers, but within a tier Karpenter takes the first pool that fits, not a random one.",
    say: (d: { readonly autoscaler: string; readonly tiers: number }) =>
      `${d.autoscaler} uses the priority expander with ${d.tiers} tiers`,
    fix: () => "check the weights that `dovetail translate` assigns",
  },
  DV4021: {
    severity: "info",
    title: "the expander has no equivalent",
    why: "Karpenter always takes the cheapest instance type that fits; nodes will be of other sizes than today.",
    say: (d: { readonly autoscaler: string; readonly expander: string }) =>
      `${d.autoscaler} uses the expander ${d.expander}`,
    fix: () =>
      "see the sizes in `dovetail simulate`; set a floor with karpenter.k8s.aws/instance-cpu where larger nodes are wanted",
  },
  DV4022: {
    severity: "warning",
    title: "the priority expander has no priorities",
    why: "Without its ConfigMap Cluster Autoscaler leaves the choice to the next expander, or to chance: the tiers that somebody meant are not in force.",
    say: (d: { readonly autoscaler: string; readonly namespace: string }) =>
      `${d.autoscaler} uses the priority expander; ConfigMap ${d.namespace}/cluster-autoscaler-priority-expander was not found or cannot be read`,
    fix: () => "decide which groups come first, and set weights on their NodePools after `dovetail translate`",
  },
  DV4023: {
    severity: "warning",
    title: "a limit for the whole cluster has no equivalent",
    why: "Karpenter's limits hold per NodePool; several pools together may exceed what Cluster Autoscaler allowed.",
    say: given,
    fix: (d: AboutFlag) => `divide ${d.value} over the NodePools' limits`,
  },
  DV4024: {
    severity: "info",
    title: "similar node groups are balanced today",
    why: "Karpenter does not balance zones by itself; only the pods' own spread constraints do.",
    say: (d: { readonly autoscaler: string }) => `${d.autoscaler} runs with --balance-similar-node-groups`,
    fix: () => "add topologySpreadConstraints on topology.kubernetes.io/zone to workloads that rely on it (DV1045)",
  },
  DV4025: {
    severity: "warning",
    title: "scale-down is off today",
    why: "Karpenter removes and replaces nodes unless told not to: pods that never moved before will move.",
    say: given,
    fix: () => "translate it to consolidateAfter: Never, and decide later to consolidate",
  },
  DV4026: {
    severity: "info",
    title: "scale-down is tuned",
    why: "Karpenter has no utilization threshold: it decides by whether pods fit elsewhere at lower cost.",
    say: given,
    fix: () => "compare consolidateAfter and the budgets that `dovetail translate` derives with what was meant",
  },
  DV4027: {
    severity: "warning",
    title: "several discovery flags are joined by AND",
    why: "Cluster Autoscaler takes only groups with the tags of all its auto-discovery flags together; groups with one set of tags are not managed.",
    say: (d: { readonly autoscaler: string; readonly flags: number }) =>
      `${d.autoscaler} has ${d.flags} --node-group-auto-discovery flags`,
    fix: () => "check that every group meant to be managed is in the table of node groups",
  },
  DV4028: {
    severity: "warning",
    title: "the priority cutoff was changed",
    why: "Pods below it are invisible to Cluster Autoscaler but not to Karpenter, which provisions for any pending pod.",
    say: given,
    fix: () => "see DV1029 for the pods concerned; confine them to a NodePool with limits",
  },
  DV4030: {
    severity: "warning",
    title: "Cluster Autoscaler's version does not fit the cluster",
    why: "Its minor version should be the cluster's; the forecast models the version that runs, so today's figures show its behaviour, not the documented one.",
    say: (d: { readonly autoscaler: string; readonly version: string; readonly kubernetes: string }) =>
      `${d.autoscaler} is ${d.version}; the cluster is Kubernetes ${d.kubernetes}`,
    fix: () => "nothing needs doing before the cut-over; do not upgrade it on the way",
  },
  DV4031: {
    severity: "warning",
    title: "Cluster Autoscaler is not healthy",
    why: "Groups in back-off or an unhealthy status mean that nodes cannot be made today; Karpenter may meet the same obstacle (quota, capacity, launch template).",
    say: (d: { readonly autoscaler: string; readonly problems: readonly string[] }) =>
      `${d.autoscaler}: ${d.problems.join("; ")}`,
    fix: () =>
      "find the cause before migrating: `kubectl -n kube-system get configmap cluster-autoscaler-status -o yaml`",
  },
  DV4032: {
    severity: "info",
    title: "drains are tuned",
    why: "Cluster Autoscaler gives up on a drain and keeps the node; Karpenter retries until terminationGracePeriod, if set, forces it.",
    say: given,
    fix: () => "leave terminationGracePeriod unset to be nearest to Cluster Autoscaler's caution",
  },
  DV4033: {
    severity: "info",
    title: "new pods wait before they cause a scale-up",
    why: "Karpenter waits one second, at most ten, for pods to come together; jobs that finish sooner will get nodes of their own.",
    say: given,
    fix: () => "raise batchIdleDuration and batchMaxDuration in Karpenter's settings if that matters",
  },
  DV4034: {
    severity: "warning",
    title: "ProvisioningRequests have no equivalent",
    why: "Workloads that ask for capacity all at once (Kueue, batch) will not get an answer.",
    say: given,
    fix: () => "keep Cluster Autoscaler for those groups, or schedule them without ProvisioningRequests",
  },
  DV4035: {
    severity: "info",
    title: "minimum sizes are enforced",
    why: "A NodePool has no minimum.",
    say: given,
    fix: () => "keep a small static group, or placeholder pods, where spare nodes are wanted",
  },
  DV4036: {
    severity: "warning",
    title: "flags that no release of Cluster Autoscaler has",
    why: "The released program exits on a flag it does not know: either it does not start, or it is a build of somebody's own, whose behaviour is not modelled.",
    say: (d: { readonly autoscaler: string; readonly flags: readonly string[] }) =>
      `${d.autoscaler}: ${d.flags.join(", ")}`,
    fix: () => "look for a misspelling; ask whoever built the image what its own flags do",
  },
  DV4037: {
    severity: "warning",
    title: "the version of Cluster Autoscaler is unknown",
    why: "Its image tag names no version, so the forecast assumes the newest behaviour.",
    say: (d: { readonly autoscaler: string; readonly image: string }) => `${d.autoscaler} runs ${d.image}`,
    fix: () => "read the first lines of its log: `kubectl -n kube-system logs deploy/cluster-autoscaler | head`",
  },
  DV4038: {
    severity: "warning",
    title: "flags that the running release does not have",
    why: "Cluster Autoscaler exits on a flag it does not know: what runs is another release than its image tag says, or it does not start. The forecast leaves these flags out.",
    say: (d: { readonly autoscaler: string; readonly version: string; readonly flags: readonly string[] }) =>
      `${d.autoscaler} is ${d.version} and runs with ${d.flags.join(", ")}`,
    fix: () => "check that its pods are ready and which release they log; remove the flags",
  },
  DV4039: {
    severity: "warning",
    title: "flags with values that cannot be read",
    why: "Cluster Autoscaler exits on a value that is not of the flag's form; the forecast takes the default instead.",
    say: (d: { readonly autoscaler: string; readonly flags: readonly string[] }) =>
      `${d.autoscaler}: ${d.flags.join(", ")}`,
    fix: () => "check that its pods are ready, and correct the values",
  },
});
