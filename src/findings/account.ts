import { shellWord } from "../kube/text.ts";
import { defineFindings } from "./finding.ts";

/** The AWS account around the cluster. */
export const accountFindings = defineFindings({
  DV3001: {
    severity: "error",
    title: "the cluster has no IAM OIDC provider",
    why: "Without it a service account cannot assume an IAM role (IRSA), so Karpenter's controller would have no AWS permissions that way.",
    say: (d: { readonly issuer: string }) => `no IAM OIDC provider for ${d.issuer}`,
    fix: (d: { readonly cluster: string }) =>
      `\`eksctl utils associate-iam-oidc-provider --cluster ${shellWord(d.cluster)} --approve\`, or use Pod Identity: \`dovetail setup --identity pod-identity\``,
  },
  DV3002: {
    severity: "warning",
    title: "the cluster only authenticates nodes through aws-auth",
    why: "Access entries are off, so the node role must be written into the aws-auth ConfigMap, where one wrong line locks out every node.",
    say: (d: { readonly mode: string }) => `authenticationMode is ${d.mode}`,
    fix: (d: { readonly cluster: string }) =>
      `\`aws eks update-cluster-config --name ${shellWord(d.cluster)} --access-config authenticationMode=API_AND_CONFIG_MAP\`, or let \`dovetail setup\` edit aws-auth`,
  },
  DV3003: {
    severity: "warning",
    title: "several node groups share a node role",
    why: "The mapping of a shared role in aws-auth must outlive the last group that uses it: EKS removes it together with a managed node group.",
    say: (d: { readonly role: string; readonly nodeGroups: readonly string[] }) =>
      `role ${d.role} is used by ${d.nodeGroups.join(", ")}`,
    fix: (d: { readonly role: string }) =>
      `give Karpenter a role of its own (\`dovetail setup\` does), and keep ${d.role} mapped until the last group is gone`,
  },
  DV3004: {
    severity: "error",
    title: "the service-linked role for spot does not exist",
    why: "The first spot launch fails with AuthFailure.ServiceLinkedRoleCreationNotPermitted unless the caller may create it.",
    say: (d: { readonly reason: string }) => `AWSServiceRoleForEC2Spot does not exist, and ${d.reason}`,
    fix: () =>
      "`aws iam create-service-linked-role --aws-service-name spot.amazonaws.com`; `dovetail setup` does it too",
  },
  DV3005: {
    severity: "error",
    title: "a subnet runs out of addresses during the surge",
    why: "Old and new nodes run side by side, each with its pods' addresses; without free addresses new nodes join but their pods do not start.",
    say: (d: { readonly subnet: string; readonly zone: string; readonly free: number; readonly needed: number }) =>
      `${d.subnet} (${d.zone}) has ${d.free} free addresses; replacing its nodes one group at a time needs about ${d.needed}`,
    fix: (d: { readonly subnet: string }) =>
      `add a larger subnet in the same zone, or migrate in smaller waves (\`dovetail migrate --wave 1\`), so that ${d.subnet} suffices`,
    more: "Needed are, for the largest node group with nodes in the subnet, its nodes there and the pods that run on them, each with one address. Warm addresses that the CNI keeps come on top.",
  },
  DV3006: {
    severity: "warning",
    title: "several security groups carry the cluster's tag",
    why: "The cloud controller and the AWS Load Balancer Controller expect exactly one tagged kubernetes.io/cluster/NAME on a node; with two they stop updating targets.",
    say: (d: { readonly groups: readonly string[]; readonly tag: string }) =>
      `${d.groups.join(", ")} are tagged ${d.tag}`,
    fix: (d: { readonly tag: string }) =>
      `select security groups by id or by karpenter.sh/discovery in the EC2NodeClass so that a node gets one with ${d.tag}`,
  },
  DV3007: {
    severity: "error",
    title: "an isolated VPC lacks endpoints that Karpenter calls",
    why: "Without a route to the internet the controller reaches AWS only through VPC endpoints; a missing one makes its calls hang.",
    say: (d: { readonly vpc: string; readonly missing: readonly string[] }) =>
      `${d.vpc} has no route to the internet and no endpoint for ${d.missing.join(", ")}`,
    fix: (d: { readonly missing: readonly string[] }) =>
      `create endpoints for ${d.missing.join(", ")}, and install with settings.isolatedVPC=true (the pricing API has no endpoint everywhere)`,
  },
  DV3008: {
    severity: "warning",
    title: "a service quota is close for a surge",
    why: "Old and new instances run side by side; a launch above the quota fails with VcpuLimitExceeded and pods stay pending.",
    say: (d: {
      readonly quota: string;
      readonly limit: number;
      readonly used: number;
      readonly surge: number;
      readonly unit: string;
    }) =>
      `${d.quota}: ${d.limit} ${d.unit}; the cluster's nodes use ${d.used}, and its largest group needs ${d.surge} more during a surge`,
    fix: (d: { readonly quota: string }) => `ask for a higher "${d.quota}" quota, or migrate in smaller waves`,
  },
  DV3010: {
    severity: "warning",
    title: "all subnets of the node groups are in one zone",
    why: "Karpenter finds capacity by choosing among zones; with one zone a shortage there stops the cut-over.",
    say: (d: { readonly zone: string }) => `every subnet of the node groups is in ${d.zone}`,
    fix: () => "tag subnets of other zones for Karpenter too, unless the workloads must stay in one",
  },
  DV3011: {
    severity: "warning",
    title: "a node role lacks a policy that nodes need",
    why: "If the role is kept for Karpenter's nodes, they may fail to join, to get pod addresses or to pull images.",
    say: (d: { readonly role: string; readonly missing: readonly string[] }) =>
      `role ${d.role} has no ${d.missing.join(", ")}`,
    fix: (d: { readonly role: string }) =>
      `attach what is missing to ${d.role}, unless an inline policy or IRSA for the CNI grants the same; \`dovetail setup\` makes a complete role`,
  },
  DV3018: {
    severity: "error",
    title: "pods of an IPv6 cluster would get no address on Karpenter's nodes",
    why: "The VPC CNI assigns IPv6 addresses by the node's role, and AWS has no managed policy for it: nodes of a role without that right stay NotReady.",
    say: (d: { readonly nodeRole: string; readonly policies: readonly string[] }) =>
      `the VPC CNI has no role of its own, and ${d.nodeRole} may not assign IPv6 addresses` +
      (d.policies.length === 0 ? "" : `; today's nodes may by ${d.policies.join(", ")}`),
    fix: (d: { readonly nodeRole: string }) =>
      `\`dovetail setup\` gives ${d.nodeRole} the policy; or give kube-system/aws-node a role of its own (IRSA or Pod Identity)`,
  },
  DV3019: {
    severity: "warning",
    title: "a controller lives on the role of today's nodes",
    why: "It has no credentials of its own. On Karpenter's nodes, whose role setup makes with what nodes need, it loses these rights.",
    say: (d: {
      readonly workload: string;
      readonly roles: readonly string[];
      readonly policies: readonly string[];
      readonly effect: string;
    }) => `${d.workload} uses ${d.policies.join(", ")} of ${d.roles.join(", ")}; on nodes of another role ${d.effect}`,
    fix: (d: { readonly workload: string; readonly nodeRole: string }) =>
      `give ${d.workload} a role of its own first (IRSA or Pod Identity), or keep the old role with --node-role`,
  },
  DV3015: {
    severity: "error",
    title: "the cluster is not active",
    why: "While EKS updates or repairs the control plane, calls that change it are refused.",
    say: (d: { readonly status: string }) => `cluster status is ${d.status}`,
    fix: () => "wait until `aws eks describe-cluster` says ACTIVE",
  },
  DV3016: {
    severity: "warning",
    title: "nodes use security groups besides the cluster's",
    why: "Pods may depend on rules that refer to these groups (a database that admits only them); Karpenter's nodes get only what the EC2NodeClass selects.",
    say: (d: { readonly nodeGroup: string; readonly groups: readonly string[] }) =>
      `${d.nodeGroup} adds ${d.groups.join(", ")}`,
    fix: (d: { readonly groups: readonly string[] }) =>
      `select ${d.groups.join(", ")} in securityGroupSelectorTerms too, as \`dovetail translate\` does`,
  },
  DV3017: {
    severity: "info",
    title: "neither IRSA nor Pod Identity is ready",
    why: "Karpenter's controller gets its AWS permissions by one of the two.",
    say: () => "there is no IAM OIDC provider for the cluster and no eks-pod-identity-agent add-on",
    fix: (d: { readonly cluster: string }) =>
      `\`aws eks create-addon --cluster-name ${shellWord(d.cluster)} --addon-name eks-pod-identity-agent\`, then \`dovetail setup --identity pod-identity\``,
  },
});
