import type { Json, JsonObject } from "../kube/objects.ts";

/**
 * The part of an AWS account that one EKS cluster touches, as AWS describes it.
 *
 * Items keep AWS's own field names and unknown fields (`AutoScalingGroupName`, `nodegroupName`), because findings, translation and rollback
 * must quote and restore them exactly. A missing list means *not read* (the snapshot's gaps say why); an empty list means *none there*.
 */
export interface Account {
  readonly accountId?: string;
  readonly callerArn?: string;
  readonly region: string;
  readonly partition?: string;
  /** eks:DescribeCluster */
  readonly cluster?: JsonObject;
  /** eks:DescribeNodegroup */
  readonly nodegroups?: readonly JsonObject[];
  /** autoscaling:DescribeAutoScalingGroups, those of this cluster: by tag, by managed node group, and by the instances of its nodes. */
  readonly autoScalingGroups?: readonly JsonObject[];
  readonly launchConfigurations?: readonly JsonObject[];
  /** ec2:DescribeLaunchTemplateVersions of each version a group uses, `LaunchTemplateData.UserData` decoded and redacted. */
  readonly launchTemplateVersions?: readonly JsonObject[];
  readonly scheduledActions?: readonly JsonObject[];
  readonly lifecycleHooks?: readonly JsonObject[];
  readonly warmPools?: readonly JsonObject[];
  readonly instances?: readonly JsonObject[];
  readonly subnets?: readonly JsonObject[];
  readonly securityGroups?: readonly JsonObject[];
  readonly images?: readonly JsonObject[];
  readonly vpcs?: readonly JsonObject[];
  readonly vpcEndpoints?: readonly JsonObject[];
  readonly routeTables?: readonly JsonObject[];
  readonly volumes?: readonly JsonObject[];
  readonly capacityReservations?: readonly JsonObject[];
  readonly roles?: readonly RoleFacts[];
  readonly instanceProfiles?: readonly JsonObject[];
  readonly openIdConnectProviders?: readonly JsonObject[];
  readonly accessEntries?: readonly JsonObject[];
  readonly podIdentityAssociations?: readonly JsonObject[];
  readonly addons?: readonly JsonObject[];
  readonly queues?: readonly JsonObject[];
  readonly eventRules?: readonly JsonObject[];
  readonly serviceQuotas?: readonly JsonObject[];
  /** Whether `AWSServiceRoleForEC2Spot` exists; undefined when it could not be read. */
  readonly hasSpotServiceLinkedRole?: boolean;
}

/** An IAM role with everything that decides what it may do. */
export interface RoleFacts {
  /** iam:GetRole, trust policy decoded. */
  readonly role: JsonObject;
  readonly attachedPolicyArns?: readonly string[];
  /** Inline and customer-managed policy documents, decoded, by policy name. */
  readonly policies?: Readonly<Record<string, Json>>;
}
