import type { Json } from "../kube/objects.ts";
import { conversionFindings } from "./conversion.ts";
import { placeFindings } from "./places.ts";
import { defineFindings } from "./finding.ts";
import { shortValue as short } from "./short-value.ts";
import { userDataFindings } from "./user-data.ts";

interface AboutField {
  readonly nodeGroup: string;
  readonly field: string;
  readonly value: Json;
  readonly why: string;
  readonly fix: string;
}

interface AboutRivals {
  readonly nodeGroups: readonly { readonly nodeGroup: string; readonly nodes: number; readonly weight: number }[];
  /** Only where there are several. */
  readonly archs: readonly string[];
  /** The architecture on which pods that name none run today; empty when none runs. */
  readonly home: string;
}

interface AboutPods {
  readonly nodeGroup: string;
  /** `110 on m5.large (Karpenter counts 29)`. */
  readonly pods: readonly string[];
  /** Types of the group of which no node runs. */
  readonly unseen: readonly string[];
  /** What was written as `kubelet.maxPods`; 0 when nothing was. */
  readonly written: number;
}

interface AboutGroup {
  readonly nodeGroup: string;
}

/** A policy and what it is there for, as a clause; null where that is not known. */
type PolicyOfRole = { readonly name: string; readonly use: string | null };

function policyText({ name, use }: PolicyOfRole): string {
  return use === null ? name : `${name} (${use})`;
}

/** What `translate` has to say about node groups and Cluster Autoscaler's settings. */
const settingFindings = defineFindings({
  DV2001: {
    severity: "warning",
    title: "a setting of a node group has no Karpenter equivalent",
    why: "Nodes that Karpenter makes will lack it, and nothing else in the cluster supplies it.",
    say: (d: AboutField & { readonly risk: string }) =>
      `${d.nodeGroup}: ${d.field} = ${short(d.value)} is lost: ${d.why}; ${d.risk}`,
    fix: (d: AboutField) => d.fix,
    more:
      "Every field of a described node group, Auto Scaling group and launch template is accounted " +
      "for as kept, changed or lost. This finding names the lost ones that weigh something.",
  },
  DV2002: {
    severity: "info",
    title: "a setting of a node group means something else under Karpenter",
    why:
      "The setting is carried over into the nearest one that Karpenter has, which does not behave " +
      "the same in every case.",
    say: (d: AboutField & { readonly to: string; readonly becomes: Json }) =>
      `${d.nodeGroup}: ${d.field} = ${short(d.value)} becomes ${d.to}${d.becomes === null ? "" : ` = ${short(d.becomes)}`}: ${d.why}`,
    fix: (d: AboutField) => d.fix,
  },
  DV2003: {
    severity: "warning",
    title: "a node group keeps a minimum of nodes",
    why: "A NodePool has no minimum: with no pods to run, Karpenter removes every node.",
    say: (d: AboutGroup & { readonly min: number }) =>
      `${d.nodeGroup} never has fewer than ${d.min} ${d.min === 1 ? "node" : "nodes"} today`,
    fix: (d: AboutGroup & { readonly min: number }) =>
      `if the nodes are there for headroom, deploy ${d.min === 1 ? "a pause pod" : "pause pods"} with a low priority; ` +
      "if they host Karpenter itself, keep a small managed node group; else nothing",
  },
  DV2004: {
    severity: "warning",
    title: "the maximum of a node group is unknown, so its NodePool has no limit",
    why: "Without a limit Karpenter makes as many nodes as pods ask for.",
    say: (d: AboutGroup) => `${d.nodeGroup}: nothing that was read tells its maximum size`,
    fix: () => "read the AWS account too (a live cluster or its snapshot), or set spec.limits by hand",
  },
  DV2005: {
    severity: "warning",
    title: "a mix of on-demand and spot has no ratio in Karpenter",
    why: "Karpenter takes the cheapest capacity that fits, which is nearly always spot; it keeps no percentage.",
    say: (d: AboutGroup & { readonly base: number; readonly percentage: number }) =>
      `${d.nodeGroup} runs ${d.base} on-demand ${d.base === 1 ? "instance" : "instances"} first ` +
      `and ${d.percentage} % on-demand above`,
    fix: () =>
      "pin what must not be interrupted with nodeSelector `karpenter.sh/capacity-type: on-demand`, " +
      "or spread replicas over karpenter.sh/capacity-type with a topologySpreadConstraint",
  },
  DV2006: {
    severity: "error",
    title: "instances of a node group are registered with a load balancer by the Auto Scaling group",
    why:
      "Karpenter's nodes are in no Auto Scaling group, so they would never receive traffic from " +
      "these load balancers.",
    say: (d: AboutGroup & { readonly targets: readonly string[] }) =>
      `${d.nodeGroup} registers its instances with ${d.targets.join(", ")}`,
    fix: () =>
      "before migrating let the AWS Load Balancer Controller own the targets: a Service of type " +
      "LoadBalancer, or a TargetGroupBinding for the existing target group",
  },
  DV2007: {
    severity: "error",
    title: "a node group uses a capacity block that is not named",
    why: "Karpenter uses reservations that an EC2NodeClass selects; without one this pool launches nothing.",
    say: (d: AboutGroup) => `${d.nodeGroup} has capacity type CAPACITY_BLOCK, but no reservation id was read`,
    fix: () => "add the block's id to EC2NodeClass.spec.capacityReservationSelectorTerms",
  },
  DV2008: {
    severity: "warning",
    title: "the image of a node group is unknown",
    why: "Other images have other users, paths and kernels, and user data written for one may not work on another.",
    say: (d: AboutGroup) =>
      `${d.nodeGroup}: nothing that was read tells its image; the newest Amazon Linux 2023 is assumed`,
    fix: () => "read the AWS account too (a live cluster or its snapshot), or set amiSelectorTerms by hand",
  },
  DV2009: {
    severity: "warning",
    title: "a node group runs an image that Karpenter can only be given by its id",
    why: "Nodes stay on this very image until somebody changes the id; there is no update through an alias.",
    say: (d: AboutGroup & { readonly image: string; readonly family: string }) =>
      `${d.nodeGroup} runs ${d.image}, taken for the family ${d.family}`,
    fix: (d: AboutGroup & { readonly image: string; readonly family: string }) =>
      d.family === "Custom"
        ? "make sure that the user data does the whole bootstrap and registers the node with the " +
          "taint karpenter.sh/unregistered:NoExecute, or choose an EKS image with --ami-alias al2023@latest"
        : "check amiFamily, and select images by tags or an SSM parameter if you build them regularly",
  },
  DV2011: {
    severity: "error",
    title: "a node group was not translated",
    why: "Pods that only run on this node group would find no place under Karpenter.",
    say: (d: AboutGroup & { readonly reason: string; readonly fix: string }) => `${d.nodeGroup}: ${d.reason}`,
    fix: (d: AboutGroup & { readonly reason: string; readonly fix: string }) => d.fix,
  },
  DV2012: {
    severity: "error",
    title: "a label of a node group may not be set on a NodePool",
    why: "Karpenter owns or restricts the key, so pods that select it would stay pending.",
    say: (d: AboutGroup & { readonly label: string; readonly value: string; readonly target: string }) =>
      `${d.nodeGroup} labels its nodes ${d.label}=${d.value}, which ${d.target} does not allow`,
    fix: (d: AboutGroup & { readonly label: string }) =>
      `give the nodes another label and change every nodeSelector and affinity on ${d.label}`,
  },
  DV2017: {
    severity: "info",
    title: "a flag of Cluster Autoscaler has no Karpenter equivalent",
    why: "What the flag did will not be done any more.",
    say: (d: { readonly flag: string; readonly value: string; readonly why: string; readonly fix: string }) =>
      `--${d.flag}=${d.value}: ${d.why}`,
    fix: (d: { readonly flag: string; readonly value: string; readonly why: string; readonly fix: string }) => d.fix,
  },
  DV2018: {
    severity: "info",
    title: "a flag of Cluster Autoscaler is carried over into a setting that is not quite the same",
    why: "Karpenter decides by other criteria; the nearest setting is used.",
    say: (d: {
      readonly flag: string;
      readonly value: string;
      readonly to: string;
      readonly why: string;
      readonly fix: string;
    }) => `--${d.flag}=${d.value} becomes ${d.to}: ${d.why}`,
    fix: (d: { readonly fix: string }) => d.fix,
  },
  DV2019: {
    severity: "info",
    title: "node groups were merged into one NodePool",
    why:
      "They differ in instance types or zones only; Karpenter chooses among all of them, and " +
      "compares prices only within a pool.",
    say: (d: { readonly nodePool: string; readonly nodeGroups: readonly string[] }) =>
      `${d.nodeGroups.join(", ")} become NodePool ${d.nodePool}`,
    fix: () => "nothing, or keep one NodePool per group with --no-merge",
  },
  DV2020: {
    severity: "warning",
    title: "the chosen Karpenter version lacks a field",
    why: "The setting exists in newer versions only.",
    say: (d: { readonly object: string; readonly field: string; readonly target: string; readonly why: string }) =>
      `${d.object}: ${d.field} does not exist in ${d.target}: ${d.why}`,
    fix: () => "use --target v1, or do without",
  },
  DV2021: {
    severity: "warning",
    title: "the old node role has permissions that the new one lacks",
    why: "What runs on the nodes by their credentials loses these permissions: the CNI, drivers, controllers and pods without a role of their own.",
    say: (d: AboutGroup & { readonly role: string; readonly policies: readonly PolicyOfRole[] }) =>
      `${d.nodeGroup}: role ${d.role} also has ${d.policies.map(policyText).join(", ")}`,
    fix: () =>
      "give the pods a role of their own (IRSA or Pod Identity), attach the policies to the new " +
      "node role, or keep the role with --node-role keep",
  },
  DV2024: {
    severity: "warning",
    title: "Amazon Linux 2 has no image for newer Kubernetes versions",
    why:
      "There are no EKS images of Amazon Linux 2 from Kubernetes 1.33 on: the next upgrade of " +
      "the control plane would leave Karpenter without an image.",
    say: (d: AboutGroup & { readonly version: string }) =>
      `${d.nodeGroup} runs Amazon Linux 2 on Kubernetes ${d.version}`,
    fix: () => "translate to Amazon Linux 2023 with --ami-alias al2023@latest and test the user data there",
  },
  DV2026: {
    severity: "warning",
    title: "one discovery tag selects subnets or security groups of several node groups",
    why: "The groups use different ones today; by tag every NodePool gets all of them.",
    say: (d: { readonly kind: string; readonly nodeGroups: readonly string[] }) =>
      `${d.nodeGroups.join(", ")} use different ${d.kind}`,
    fix: () => "use --selectors ids, or --selectors auto which does so where it matters",
  },
  DV2028: {
    severity: "info",
    title: "a node group is in no tier of the priority expander",
    why: "Cluster Autoscaler used it only when no other group could help; its NodePool gets the lowest weight.",
    say: (d: AboutGroup) => `${d.nodeGroup} matches no expression in cluster-autoscaler-priority-expander`,
    fix: () => "check the weight of its NodePool",
  },
  DV2029: {
    severity: "info",
    title: "several NodePools can serve the same pods",
    why:
      "Among pools of equal weight Karpenter takes the first that fits in reverse alphabetical order; it compares " +
      "prices only within one pool. So they were given weights: by the architecture on which pods that name none run " +
      "today, then by the nodes that their groups run. Karpenter knows no image's architecture.",
    say: (d: AboutRivals) =>
      `no taint tells these apart: ${d.nodeGroups
        .map(
          ({ nodeGroup, nodes, weight }) =>
            `${nodeGroup} (${nodes} ${nodes === 1 ? "node" : "nodes"} today, weight ${weight})`,
        )
        .join(", ")}` +
      (d.archs.length === 0
        ? ""
        : `; they are of ${d.archs.join(" and ")}, and a pod that does not name one may land on any of them` +
          (d.home === "" ? "" : `; such pods run on ${d.home} today, so its pools come first`)),
    fix: (d: AboutRivals) =>
      d.archs.length === 0
        ? "put the pool that should take ordinary pods first with spec.weight, or give special ones a taint"
        : "name kubernetes.io/arch (or kubernetes.io/os) in the pods' nodeSelector, or give the pool of the other kind a taint; " +
          "a weight holds only while the pool before has room",
  },
  DV2030: {
    severity: "warning",
    title: "an instance requirement has no label in Karpenter",
    why: "The NodePool admits more instance types than the Auto Scaling group did.",
    say: (d: AboutField) => `${d.nodeGroup}: ${d.field} = ${short(d.value)} cannot be expressed: ${d.why}`,
    fix: (d: AboutField) => d.fix,
  },
  DV2037: {
    severity: "warning",
    title: "one number of pods per node does not say what today's nodes hold",
    why:
      "Karpenter counts pods per node by network interfaces unless kubelet.maxPods says otherwise, and that is one " +
      "number for all types of a pool. Where it is too high pods get no address, where it is too low nodes stay half empty.",
    say: (d: AboutPods) =>
      d.pods.length === 0
        ? `${d.nodeGroup}: no node tells how many pods it holds, and the VPC CNI hands out prefixes`
        : `${d.nodeGroup}: its nodes hold ${d.pods.join(", ")}` +
          (d.unseen.length === 0 ? "" : `; no node of ${d.unseen.join(", ")} runs`) +
          (d.written > 0 ? `; kubelet.maxPods: ${d.written} holds for all of them` : "; nothing is written for them"),
    fix: (d: AboutPods) =>
      d.written > 0
        ? "check the number for the types that are left, or make a NodePool and EC2NodeClass for each size"
        : "make a NodePool and EC2NodeClass for each size with its kubelet.maxPods; where an interface carries no pods, " +
          'install with settings.reservedENIs: "1"',
  },
  DV2038: {
    severity: "info",
    title: "Karpenter's controller has to be told of the VPC CNI's custom networking",
    why: "The first interface of a node carries no pods then, and no field of a NodePool or EC2NodeClass says so for every type.",
    say: () => "aws-node runs with custom networking: pods per node are counted without the first interface",
    fix: () =>
      'install with settings.reservedENIs: "1", as `dovetail install` does, or set kubelet.maxPods for each size',
  },
  DV2031: {
    severity: "error",
    title: "a manifest breaks a rule of Karpenter's CRDs",
    why: "The API server or Karpenter's controller would refuse it.",
    say: (d: { readonly object: string; readonly path: string; readonly rule: string; readonly message: string }) =>
      `${d.object}: ${d.path}: ${d.message}`,
    fix: (d: { readonly path: string }) =>
      `change what ${d.path} comes from, or edit the manifest before it is applied`,
  },
});

/** What `translate` and `convert` have to say. */
export const translationFindings = defineFindings({
  ...settingFindings,
  ...userDataFindings,
  ...conversionFindings,
  ...placeFindings,
});
