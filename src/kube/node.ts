import { isConditionTrue } from "./conditions.ts";
import type { Labels, Node, Taint } from "./objects.ts";
import { type ParsedResources, parseResources } from "./resource-list.ts";

/** EC2 instance id of `aws:///us-east-1a/i-0abc`; undefined for Fargate, hybrid and other providers. */
export function instanceIdOf(node: Node): string | undefined {
  return /^aws:\/\/\/[^/]*\/(i-[0-9A-Za-z-]+)$/.exec(node.spec?.providerID ?? "")?.[1];
}

/** Annotations under which a snapshot notes what the account says of a node. */
export const readFacts = {
  capacityType: "dovetail.sh/capacity-type",
  instanceType: "dovetail.sh/instance-type",
  zone: "dovetail.sh/zone",
} as const;

/** Availability zone, as EC2 says; else from the label, the old label, or the provider id. Undefined when nothing names one. */
export function zoneOf(node: Node): string | undefined {
  const fact = node.metadata.annotations?.[readFacts.zone];
  if (fact !== undefined) return fact;
  const labels = node.metadata.labels;
  const label = labels?.["topology.kubernetes.io/zone"] ?? labels?.["failure-domain.beta.kubernetes.io/zone"];
  if (label !== undefined) return label;
  const zone = /^aws:\/\/\/([^/]+)\//.exec(node.spec?.providerID ?? "")?.[1];
  return zone === undefined || !/^[a-z]{2}(-[a-z]+)+-\d/.test(zone) ? undefined : zone;
}

/** Region, from the label, the old label, or the zone's name. Undefined when nothing names one. */
export function regionOf(node: Node): string | undefined {
  const labels = node.metadata.labels;
  const label = labels?.["topology.kubernetes.io/region"] ?? labels?.["failure-domain.beta.kubernetes.io/region"];
  return label ?? /^([a-z]{2}(?:-[a-z]+)+-\d+)/.exec(zoneOf(node) ?? "")?.[1];
}

/** EC2 instance type, as EC2 says; else from the label or the old label. Undefined when nothing names one. */
export function instanceTypeOf(node: Node): string | undefined {
  const labels = node.metadata.labels;
  const fact = node.metadata.annotations?.[readFacts.instanceType];
  return fact ?? labels?.["node.kubernetes.io/instance-type"] ?? labels?.["beta.kubernetes.io/instance-type"];
}

/** Whether the account says that a node may be either: its group runs both, and the instance itself was not read. */
export function isCapacityTypeOpen(node: Node): boolean {
  return node.metadata.annotations?.[readFacts.capacityType] === "unknown" && capacityTypeOf(node) === undefined;
}

/** Whether nothing that was read says how the node is paid for: it is taken for on-demand. */
export function isAssumedOnDemand(node: Node): boolean {
  const isMachine = !isFargateNode(node);
  return isMachine && capacityTypeOf(node) === undefined && !isCapacityTypeOpen(node);
}

/** `spot`, `on-demand` or `reserved`, as the account says; else from Karpenter's, EKS' or eksctl's labels; undefined when none says. */
export function capacityTypeOf(node: Node): "spot" | "on-demand" | "reserved" | undefined {
  const labels = node.metadata.labels;
  const fact = node.metadata.annotations?.[readFacts.capacityType];
  const said =
    (fact === "unknown" ? undefined : fact) ??
    labels?.["karpenter.sh/capacity-type"] ??
    labels?.["eks.amazonaws.com/capacityType"] ??
    lifecycleOf(labels);
  switch (said?.toLowerCase().replaceAll("_", "-")) {
    case "spot":
    case "ec2spot":
      return "spot";
    case "on-demand":
    case "ondemand":
    case "normal":
      return "on-demand";
    case "reserved":
    case "capacity-block":
      return "reserved";
    default:
      return undefined;
  }
}

/** Managed node group, from the label that EKS or eksctl sets. Undefined for a node of no managed group. */
export function nodegroupOf(node: Node): string | undefined {
  const labels = node.metadata.labels;
  return labels?.["eks.amazonaws.com/nodegroup"] ?? labels?.["alpha.eksctl.io/nodegroup-name"];
}

/** Made by Karpenter of any version. */
export function isKarpenterNode(node: Node): boolean {
  const labels = node.metadata.labels;
  return (labels?.["karpenter.sh/nodepool"] ?? labels?.["karpenter.sh/provisioner-name"]) !== undefined;
}

/** Fargate: one pod, no capacity of its own. */
export function isFargateNode(node: Node): boolean {
  return node.metadata.labels?.["eks.amazonaws.com/compute-type"] === "fargate";
}

/** Windows, which AWS bills with a licence on top of the machine. */
export function isWindowsNode(node: Node): boolean {
  return node.metadata.labels?.["kubernetes.io/os"] === "windows";
}

/** Condition Ready is True. */
export function isNodeReady(node: Node): boolean {
  return isConditionTrue(node, "Ready");
}

/** What pods may use, as the kubelet reports it. */
export function allocatableOf(node: Node): ParsedResources {
  return parseResources(node.status?.allocatable ?? node.status?.capacity);
}

/** How many pods the kubelet admits; undefined when the node does not say. */
export function podCapacityOf(node: Node): number | undefined {
  const pods = Number(node.status?.capacity?.["pods"] ?? node.status?.allocatable?.["pods"] ?? Number.NaN);
  return Number.isInteger(pods) ? pods : undefined;
}

/** Kubelet version without the leading `v`. Undefined when the node does not say. */
export function kubeletVersionOf(node: Node): string | undefined {
  const version = node.status?.nodeInfo?.["kubeletVersion"];
  return typeof version === "string" ? version.replace(/^v/, "") : undefined;
}

/** Taints that Kubernetes itself sets and takes away: no statement about what should run there. */
export function isConditionTaint(taint: Taint): boolean {
  return /^node\.(kubernetes|cloudprovider\.kubernetes)\.io\//.test(taint.key);
}

function lifecycleOf(labels: Labels | undefined): string | undefined {
  return (
    labels?.["alpha.eksctl.io/instance-lifecycle"] ?? labels?.["node.kubernetes.io/lifecycle"] ?? labels?.["lifecycle"]
  );
}
