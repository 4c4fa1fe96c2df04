import type { AwsOperation } from "../../aws/operations.ts";
import { valueAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";

/**
 * The member that every answer of an operation has, empty or not, by AWS's API references. One without it is no answer of AWS's, and would
 * read like an account in which nothing is. Left out: operations that answer nothing, and lists that AWS leaves out when they are empty
 * (SQS).
 */
const members: Readonly<Partial<Record<AwsOperation, string>>> = {
  "autoscaling:DescribeAutoScalingGroups": "AutoScalingGroups",
  "autoscaling:DescribeLaunchConfigurations": "LaunchConfigurations",
  "autoscaling:DescribeLifecycleHooks": "LifecycleHooks",
  "autoscaling:DescribeScheduledActions": "ScheduledUpdateGroupActions",
  "ec2:DescribeCapacityReservations": "CapacityReservations",
  "ec2:DescribeImages": "Images",
  "ec2:DescribeInstances": "Reservations",
  "ec2:DescribeLaunchTemplateVersions": "LaunchTemplateVersions",
  "ec2:DescribeRouteTables": "RouteTables",
  "ec2:DescribeSecurityGroups": "SecurityGroups",
  "ec2:DescribeSpotPriceHistory": "SpotPriceHistory",
  "ec2:DescribeSubnets": "Subnets",
  "ec2:DescribeVolumes": "Volumes",
  "ec2:DescribeVpcEndpoints": "VpcEndpoints",
  "ec2:DescribeVpcs": "Vpcs",
  "eks:CreateAccessEntry": "accessEntry",
  "eks:CreatePodIdentityAssociation": "association",
  "eks:DescribeAccessEntry": "accessEntry",
  "eks:DescribeAddon": "addon",
  "eks:DescribeCluster": "cluster",
  "eks:DescribeNodegroup": "nodegroup",
  "eks:DescribePodIdentityAssociation": "association",
  "eks:DescribeUpdate": "update",
  "eks:ListAccessEntries": "accessEntries",
  "eks:ListAddons": "addons",
  "eks:ListClusters": "clusters",
  "eks:ListNodegroups": "nodegroups",
  "eks:ListPodIdentityAssociations": "associations",
  "eks:UpdateNodegroupConfig": "update",
  "events:DescribeRule": "Name",
  "events:ListRules": "Rules",
  "events:ListTargetsByRule": "Targets",
  "events:PutRule": "RuleArn",
  "iam:CreateInstanceProfile": "InstanceProfile",
  "iam:CreateOpenIDConnectProvider": "OpenIDConnectProviderArn",
  "iam:CreatePolicy": "Policy",
  "iam:CreatePolicyVersion": "PolicyVersion",
  "iam:CreateRole": "Role",
  "iam:CreateServiceLinkedRole": "Role",
  "iam:GetAccountSummary": "SummaryMap",
  "iam:GetInstanceProfile": "InstanceProfile",
  "iam:GetOpenIDConnectProvider": "Url",
  "iam:GetPolicy": "Policy",
  "iam:GetPolicyVersion": "PolicyVersion",
  "iam:GetRole": "Role",
  "iam:GetRolePolicy": "PolicyDocument",
  "iam:ListAttachedRolePolicies": "AttachedPolicies",
  "iam:ListInstanceProfilesForRole": "InstanceProfiles",
  "iam:ListOpenIDConnectProviders": "OpenIDConnectProviderList",
  "iam:ListRolePolicies": "PolicyNames",
  "iam:ListRoles": "Roles",
  "iam:SimulatePrincipalPolicy": "EvaluationResults",
  "pricing:GetProducts": "PriceList",
  "servicequotas:ListServiceQuotas": "Quotas",
  "sqs:CreateQueue": "QueueUrl",
  "sqs:GetQueueAttributes": "Attributes",
  "sqs:GetQueueUrl": "QueueUrl",
  "sts:GetCallerIdentity": "Account",
};

/** The member that an answer of AWS's would have and this one has not; undefined when it is as it should be. */
export function missingMember(operation: AwsOperation, output: JsonObject): string | undefined {
  const member = members[operation];
  if (member === undefined) return undefined;
  const value = valueAt(output, member);
  return value === undefined || value === null ? member : undefined;
}
