import type { UpgradeNote } from "./types.ts";

/**
 * What releases changed that a person who upgrades must know, oldest first, in our words (karpenter-provider-aws, `upgrade-guide.md`,
 * `v1beta1-migration.md`, `v1-migration.md`). Metrics are left out. A release is noted where its minor lies after the one that is left.
 */
export const upgradeNotes: readonly UpgradeNote[] = [
  note("0.17", "the chart comes from public.ecr.aws, for helm from 3.8 on; its versions begin with v until 0.34"),
  note(
    "0.19",
    "controller and webhook become one container; settings move from the environment to karpenter-global-settings",
  ),
  note(
    "0.19",
    "it reads interruption events itself: take away aws-node-termination-handler's queue mode before a queue is named",
  ),
  note("0.19", "pods without an owner are evicted too when a node goes, unless they are annotated do-not-evict"),
  note("0.19", "the families c, m and r are written into Provisioners that name none, no longer assumed"),
  note("0.20", "no instance category goes before another any more, bare metal and GPUs excepted"),
  note("0.24", "settings are read at the start only: after a change the controller must be restarted"),
  note("0.26", "the chart sets no requests and limits for the controller any more: name them"),
  note("0.26", "do-not-evict holds back what Karpenter wants, not `kubectl delete node`"),
  note("0.27", "the controller's pods refuse to share a node: two replicas need two nodes"),
  note(
    "0.27",
    "the webhook configuration defaulting.webhook.karpenter.sh is gone; where helm did not make it, it stays behind",
  ),
  note("0.28", "every node gets a Machine; nodes that run are taken over by their tag karpenter.sh/provisioner-name"),
  note(
    "0.28",
    "a way back leaves Machines and the tag karpenter.sh/managed-by behind: take both away before upgrading again",
  ),
  note("0.29", "nodes drift by security groups and subnets"),
  note(
    "0.30",
    "nodes drift by fields of Provisioners and AWSNodeTemplates once they carry a hash, which only new nodes do",
  ),
  note("0.31", "the security context is set on the controller's container only: sidecars name their own"),
  note(
    "0.32",
    "NodePools make their own instance profiles from a node role: iam actions on instance profiles are needed",
  ),
  note("0.32", "the settings live in the chart's values, karpenter-global-settings is no longer read from 0.33 on"),
  note(
    "0.32",
    "nodes that go are tainted karpenter.sh/disruption instead of unschedulable: DaemonSets' pods are evicted too",
  ),
  note(
    "0.33",
    "Provisioners, Machines and AWSNodeTemplates are not read any more, drift is on unless it is switched off",
  ),
  note("0.34", "budgets: 10 % of a pool's nodes at once where none are named; before, one node after another"),
  note("0.34", "the controller works on several nodes at once and may need more CPU and memory"),
  note("0.35", "versions of chart and images lose their v"),
  note(
    "0.36",
    "hashes of another kind: earlier patches than 0.32.9, 0.33.4, 0.34.5 and 0.35.4 would replace all nodes after a way back",
  ),
  note("0.37", "EC2NodeClasses tell whether they are ready, by their CRD: without it nothing is launched"),
  note("1.0", "an expired node is drained at once, without waiting for a replacement, budgets or do-not-disrupt"),
  note(
    "1.0",
    "pods without host network reach no instance metadata on new EC2NodeClasses: the hop limit is 1 by default",
  ),
  note("1.0", "karpenter.sh/do-not-evict, do-not-consolidate and the tag karpenter.sh/managed-by are read no more"),
  note("1.0", "nodes that go are tainted karpenter.sh/disrupted; drift cannot be switched off"),
  note(
    "1.0",
    "the controller's pods must stand in two zones; one replica, or the constraint relaxed, where there is one zone",
  ),
  note(
    "1.0",
    "public addresses in private subnets are no longer refused explicitly: set associatePublicIPAddress where a policy asks for it",
  ),
  note(
    "1.1",
    "v1beta1 objects and the annotations of the conversion are read no more; nodeClassRef needs group and kind",
  ),
  note("1.1", "accelerators of AWS Neuron are called trainium, inferentia and inferentia2"),
  note(
    "1.3",
    "capacity-type may be reserved: pods that select on-demand do not use reservations unless they allow both",
  ),
  note(
    "1.6",
    "open capacity reservations are used only where capacityReservationSelectorTerms names them; else they are billed and stand idle",
  ),
  note(
    "1.7",
    "instance profiles have a path, and iam:ListInstanceProfiles is needed; pods with resource claims are passed over",
  ),
  note("1.8", "1.8.4 may leave pods with topology spread pending: take another patch"),
  note("1.9", "the template of upstream gives the controller five policies instead of one, with the same rights"),
  note("1.10", "the event rule of interruptible reservations is new"),
  note("1.11", "placement groups need ec2:DescribePlacementGroups and a resource more"),
  note("1.12", "ec2:DescribeInstanceStatus is needed; a duration is understood on do-not-disrupt of pods"),
  note(
    "1.14",
    "a CRD of CapacityBuffers comes with karpenter-crd; consolidation takes what saves most for its disruption first",
  ),
  note(
    "1.15",
    "minValues counts only what a claim still allows; a full reservation lets pods fall back to other capacity",
  ),
  note("1.15", "spec.kubelet is open, and its hash is of another kind"),
];

function note(release: string, text: string): UpgradeNote {
  return { release, text };
}
