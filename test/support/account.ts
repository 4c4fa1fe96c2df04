import type { Account } from "../../src/aws/account.ts";
import type { JsonObject, Labels } from "../../src/kube/objects.ts";

export interface GroupInput {
  readonly name?: string;
  readonly kind?: "managed" | "self-managed";
  readonly min?: number;
  readonly max?: number;
  readonly desired?: number;
  readonly instanceTypes?: readonly string[];
  readonly subnets?: readonly string[];
  readonly zones?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly instanceIds?: readonly string[];
  readonly cluster?: string;
  /** Fields of eks:DescribeNodegroup, merged over. */
  readonly nodegroup?: JsonObject;
  /** Fields of the Auto Scaling group, merged over. */
  readonly autoScalingGroup?: JsonObject;
}

/** A node group as AWS describes it: an Auto Scaling group, and for a managed one the EKS node group. Spread into `account`. */
export function nodeGroup(input: GroupInput = {}): Pick<Account, "nodegroups" | "autoScalingGroups"> {
  const name = input.name ?? "workers";
  const isManaged = input.kind !== "self-managed";
  const asgName = isManaged ? `eks-${name}-1a2b` : name;
  const cluster = input.cluster ?? "test";
  const subnets = input.subnets ?? ["subnet-a", "subnet-b", "subnet-c"];
  const asg: JsonObject = {
    AutoScalingGroupName: asgName,
    AutoScalingGroupARN: `arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:1:autoScalingGroupName/${asgName}`,
    MinSize: input.min ?? 1,
    MaxSize: input.max ?? 10,
    DesiredCapacity: input.desired ?? 2,
    AvailabilityZones: input.zones ?? ["us-east-1a", "us-east-1b", "us-east-1c"],
    VPCZoneIdentifier: subnets.join(","),
    NewInstancesProtectedFromScaleIn: false,
    SuspendedProcesses: [],
    HealthCheckType: "EC2",
    Instances: (input.instanceIds ?? []).map((id) => ({ InstanceId: id, LifecycleState: "InService" })),
    Tags: Object.entries({
      "k8s.io/cluster-autoscaler/enabled": "true",
      [`k8s.io/cluster-autoscaler/${cluster}`]: "owned",
      ...(isManaged ? { "eks:nodegroup-name": name, "eks:cluster-name": cluster } : {}),
      ...input.tags,
    }).map(([Key, Value]) => ({ Key, Value, ResourceId: asgName, PropagateAtLaunch: true })),
    ...input.autoScalingGroup,
  };
  const nodegroup: JsonObject = {
    nodegroupName: name,
    nodegroupArn: `arn:aws:eks:us-east-1:111122223333:nodegroup/${cluster}/${name}/1`,
    clusterName: cluster,
    status: "ACTIVE",
    version: "1.34",
    amiType: "AL2023_x86_64_STANDARD",
    capacityType: "ON_DEMAND",
    instanceTypes: [...(input.instanceTypes ?? ["m5.large"])],
    scalingConfig: { minSize: input.min ?? 1, maxSize: input.max ?? 10, desiredSize: input.desired ?? 2 },
    subnets: [...subnets],
    nodeRole: "arn:aws:iam::111122223333:role/test-nodes",
    resources: { autoScalingGroups: [{ name: asgName }] },
    health: { issues: [] },
    ...input.nodegroup,
  };
  return { autoScalingGroups: [asg], ...(isManaged ? { nodegroups: [nodegroup] } : {}) };
}

export function subnet(
  id: string,
  input: { readonly zone?: string; readonly free?: number; readonly tags?: Labels } = {},
): JsonObject {
  return {
    SubnetId: id,
    AvailabilityZone: input.zone ?? "us-east-1a",
    AvailableIpAddressCount: input.free ?? 4000,
    CidrBlock: "10.0.0.0/20",
    State: "available",
    VpcId: "vpc-1",
    Tags: tagList(input.tags ?? {}),
  };
}

export function securityGroup(id: string, tags: Labels = {}): JsonObject {
  return { GroupId: id, GroupName: id, VpcId: "vpc-1", Tags: tagList(tags) };
}

/** AWS's list form of tags. */
function tagList(tags: Labels): JsonObject[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** eks:DescribeCluster of a plain cluster with an OIDC issuer and API authentication. */
export function eksCluster(rest: JsonObject = {}): JsonObject {
  return {
    name: "test",
    arn: "arn:aws:eks:us-east-1:111122223333:cluster/test",
    version: "1.34",
    status: "ACTIVE",
    endpoint: "https://ABCDEF.gr7.us-east-1.eks.amazonaws.com",
    accessConfig: { authenticationMode: "API_AND_CONFIG_MAP" },
    identity: { oidc: { issuer: "https://oidc.eks.us-east-1.amazonaws.com/id/ABCDEF" } },
    resourcesVpcConfig: {
      vpcId: "vpc-1",
      clusterSecurityGroupId: "sg-cluster",
      subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
      endpointPrivateAccess: true,
      endpointPublicAccess: true,
    },
    ...rest,
  };
}

/** An account in good order; `rest` replaces whole lists. Groups from `nodeGroup()` are joined with `accountOf`. */
export function account(rest: Partial<Account> = {}): Account {
  return {
    accountId: "111122223333",
    region: "us-east-1",
    partition: "aws",
    cluster: eksCluster(),
    nodegroups: [],
    autoScalingGroups: [],
    launchConfigurations: [],
    launchTemplateVersions: [],
    scheduledActions: [],
    lifecycleHooks: [],
    warmPools: [],
    instances: [],
    subnets: [
      subnet("subnet-a"),
      subnet("subnet-b", { zone: "us-east-1b" }),
      subnet("subnet-c", { zone: "us-east-1c" }),
    ],
    securityGroups: [securityGroup("sg-cluster")],
    images: [],
    vpcs: [],
    vpcEndpoints: [],
    routeTables: [],
    volumes: [],
    capacityReservations: [],
    roles: [],
    instanceProfiles: [],
    openIdConnectProviders: [
      { Arn: "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABCDEF" },
    ],
    accessEntries: [],
    podIdentityAssociations: [],
    addons: [],
    queues: [],
    eventRules: [],
    serviceQuotas: [],
    hasSpotServiceLinkedRole: true,
    ...rest,
  };
}

/** An account with these groups. */
export function accountOf(
  groups: readonly Pick<Account, "nodegroups" | "autoScalingGroups">[],
  rest: Partial<Account> = {},
): Account {
  return account({
    nodegroups: groups.flatMap((group) => group.nodegroups ?? []),
    autoScalingGroups: groups.flatMap((group) => group.autoScalingGroups ?? []),
    ...rest,
  });
}
