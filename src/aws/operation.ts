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

/** An AWS API operation under the name that IAM policies and CloudTrail use: `iam:CreateRole`, `autoscaling:UpdateAutoScalingGroup`. */
export type AwsOperation = `${AwsService}:${string}`;
