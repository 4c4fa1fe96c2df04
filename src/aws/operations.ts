/** The services that Dovetail speaks to, by their IAM prefix. */
export const awsServices = [
  "eks",
  "ec2",
  "autoscaling",
  "iam",
  "sts",
  "sqs",
  "events",
  "ssm",
  "pricing",
  "servicequotas",
] as const;
/** Prefix of an AWS service. */
export type AwsService = (typeof awsServices)[number];

/**
 * Every AWS API operation that Dovetail may call, under the name that IAM policies and CloudTrail use, with what it does to the account.
 * One that is not here cannot be called, and one that only reads is the only kind that a reading command can reach.
 */
export const operations = {
  "autoscaling:DescribeAutoScalingGroups": "reads",
  "autoscaling:DescribeLaunchConfigurations": "reads",
  "autoscaling:DescribeLifecycleHooks": "reads",
  "autoscaling:DescribeScheduledActions": "reads",
  "autoscaling:DescribeWarmPool": "reads",
  "autoscaling:ResumeProcesses": "writes",
  "autoscaling:SetDesiredCapacity": "writes",
  "autoscaling:SuspendProcesses": "writes",
  "autoscaling:TerminateInstanceInAutoScalingGroup": "writes",
  "autoscaling:UpdateAutoScalingGroup": "writes",
  "ec2:CreateTags": "writes",
  "ec2:DeleteTags": "writes",
  "ec2:DescribeCapacityReservations": "reads",
  "ec2:DescribeImages": "reads",
  "ec2:DescribeInstances": "reads",
  "ec2:DescribeLaunchTemplateVersions": "reads",
  "ec2:DescribeRouteTables": "reads",
  "ec2:DescribeSecurityGroups": "reads",
  "ec2:DescribeSpotPriceHistory": "reads",
  "ec2:DescribeSubnets": "reads",
  "ec2:DescribeVolumes": "reads",
  "ec2:DescribeVpcEndpoints": "reads",
  "ec2:DescribeVpcs": "reads",
  "eks:CreateAccessEntry": "writes",
  "eks:CreatePodIdentityAssociation": "writes",
  "eks:DeleteAccessEntry": "writes",
  "eks:DeletePodIdentityAssociation": "writes",
  "eks:DescribeAccessEntry": "reads",
  "eks:DescribeAddon": "reads",
  "eks:DescribeCluster": "reads",
  "eks:DescribeNodegroup": "reads",
  "eks:DescribePodIdentityAssociation": "reads",
  "eks:DescribeUpdate": "reads",
  "eks:ListAccessEntries": "reads",
  "eks:ListAddons": "reads",
  "eks:ListClusters": "reads",
  "eks:ListNodegroups": "reads",
  "eks:ListPodIdentityAssociations": "reads",
  "eks:UpdateNodegroupConfig": "writes",
  "events:DeleteRule": "writes",
  "events:DescribeRule": "reads",
  "events:DisableRule": "writes",
  "events:EnableRule": "writes",
  "events:ListRules": "reads",
  "events:ListTargetsByRule": "reads",
  "events:PutRule": "writes",
  "events:PutTargets": "writes",
  "events:RemoveTargets": "writes",
  "iam:AddClientIDToOpenIDConnectProvider": "writes",
  "iam:AddRoleToInstanceProfile": "writes",
  "iam:AttachRolePolicy": "writes",
  "iam:CreateInstanceProfile": "writes",
  "iam:CreateOpenIDConnectProvider": "writes",
  "iam:CreatePolicy": "writes",
  "iam:CreatePolicyVersion": "writes",
  "iam:CreateRole": "writes",
  "iam:CreateServiceLinkedRole": "writes",
  "iam:DeleteInstanceProfile": "writes",
  "iam:DeleteOpenIDConnectProvider": "writes",
  "iam:DeletePolicy": "writes",
  "iam:DeletePolicyVersion": "writes",
  "iam:DeleteRole": "writes",
  "iam:DeleteServiceLinkedRole": "writes",
  "iam:DetachRolePolicy": "writes",
  "iam:GetAccountSummary": "reads",
  "iam:GetInstanceProfile": "reads",
  "iam:GetOpenIDConnectProvider": "reads",
  "iam:GetPolicy": "reads",
  "iam:GetPolicyVersion": "reads",
  "iam:GetRole": "reads",
  "iam:GetRolePolicy": "reads",
  "iam:GetServiceLinkedRoleDeletionStatus": "reads",
  "iam:ListAttachedRolePolicies": "reads",
  "iam:ListInstanceProfilesForRole": "reads",
  "iam:ListOpenIDConnectProviders": "reads",
  "iam:ListRolePolicies": "reads",
  "iam:ListRoles": "reads",
  "iam:RemoveClientIDFromOpenIDConnectProvider": "writes",
  "iam:RemoveRoleFromInstanceProfile": "writes",
  "iam:SetDefaultPolicyVersion": "writes",
  "iam:SimulatePrincipalPolicy": "reads",
  "iam:UpdateAssumeRolePolicy": "writes",
  "pricing:GetProducts": "reads",
  "servicequotas:ListServiceQuotas": "reads",
  "sqs:CreateQueue": "writes",
  "sqs:DeleteQueue": "writes",
  "sqs:GetQueueAttributes": "reads",
  "sqs:GetQueueUrl": "reads",
  "sqs:ListQueueTags": "reads",
  "sqs:ListQueues": "reads",
  "sqs:SetQueueAttributes": "writes",
  "sts:GetCallerIdentity": "reads",
} as const satisfies Readonly<Record<`${AwsService}:${string}`, "reads" | "writes">>;

/** An AWS API operation that Dovetail may call: `iam:CreateRole`, `autoscaling:UpdateAutoScalingGroup`. */
export type AwsOperation = keyof typeof operations;

/** An operation that leaves the account as it is. */
export type ReadOperation = {
  readonly [K in AwsOperation]: (typeof operations)[K] extends "reads" ? K : never;
}[AwsOperation];

/** An operation that changes the account. */
export type WriteOperation = Exclude<AwsOperation, ReadOperation>;

/** Whether a text is a changing operation of the table, as a planned call names it; Kubernetes' and helm's are none. */
export function isWriteOperation(text: string): text is WriteOperation {
  return (operations as Readonly<Record<string, "reads" | "writes">>)[text] === "writes";
}
