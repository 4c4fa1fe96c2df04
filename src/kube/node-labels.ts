/**
 * Labels that kubelet, cloud controller, EKS, eksctl and Karpenter put on a node by themselves: they say what a node is, not what somebody
 * wants of it. By key, not by domain: people put labels of their own into `kubernetes.io` domains (`node-role.kubernetes.io/ingress`).
 */
const systemLabels: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "node.kubernetes.io/windows-build",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "topology.k8s.aws/zone-id",
  "topology.ebs.csi.aws.com/zone",
  "topology.k8s.aws/network-node-layer-1",
  "topology.k8s.aws/network-node-layer-2",
  "topology.k8s.aws/network-node-layer-3",
  "topology.k8s.aws/capacity-block-id",
  "k8s.io/cloud-provider-aws",
  "vpc.amazonaws.com/has-trunk-attached",
  "eks.amazonaws.com/nodegroup",
  "eks.amazonaws.com/nodegroup-image",
  "eks.amazonaws.com/capacityType",
  "eks.amazonaws.com/sourceLaunchTemplateId",
  "eks.amazonaws.com/sourceLaunchTemplateVersion",
  "eks.amazonaws.com/compute-type",
  "alpha.eksctl.io/cluster-name",
  "alpha.eksctl.io/nodegroup-name",
  "alpha.eksctl.io/nodegroup-type",
  "alpha.eksctl.io/instance-id",
]);

/** Whether a program of the cluster's own sets the label on every node, whoever made the node. */
export function isSystemLabel(key: string): boolean {
  return systemLabels.has(key) || /(^|\.)karpenter\.(sh|k8s\.aws)\//.test(key);
}

/** Whether an agent writes the label once it has looked at the node: it will do so on new nodes too, after they are up. */
export function isDiscoveredLabel(key: string): boolean {
  return key.startsWith("feature.node.kubernetes.io/");
}
