import type { JsonObject } from "../../kube/objects.ts";
import { kubeletOf } from "../account/nodegroup-boot.ts";
import { accountId, addRole, type Facts, sampleImage, minorOf, region, subnetIds, tags } from "./facts.ts";
import type { GroupSpec, ImageKind } from "./spec.ts";

const created = "2025-11-04T10:03:12.000Z";
const eksEffects: Readonly<Record<string, string>> = {
  NoSchedule: "NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
};

const amiTypes: Readonly<Record<ImageKind, string>> = {
  x86_64: "AL2023_x86_64_STANDARD",
  arm64: "AL2023_ARM_64_STANDARD",
  nvidia: "AL2023_x86_64_NVIDIA",
};

/** One node group: launch template, instance profile, Auto Scaling group, and for a managed one the EKS node group. */
export function makeGroup(facts: Facts, group: GroupSpec): void {
  const isManaged = group.kind === "managed";
  const id = facts.random.uuid();
  const asg = isManaged ? `eks-${group.name}-${id}` : group.name;
  const profile = isManaged ? `eks-${id}` : `${group.name}-profile`;
  const role = isManaged ? facts.nodeRole : `${group.name}-role`;
  if (!isManaged)
    addRole(facts, role, "ec2.amazonaws.com", [
      "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy",
      "AmazonEC2ContainerRegistryReadOnly",
    ]);
  if (!isManaged && facts.sample.authenticationMode === "API") addEntry(facts, role);
  facts.put("iam.instanceProfiles", profile, {
    Path: "/",
    InstanceProfileName: profile,
    InstanceProfileId: `AIPA${facts.random.hex(16).toUpperCase()}`,
    Arn: `arn:aws:iam::${accountId}:instance-profile/${profile}`,
    CreateDate: created,
    Tags: [],
    _roles: [role],
  });
  const template = makeTemplate(facts, group, { name: isManaged ? profile : `${group.name}-lt`, profile });
  const nodegroup = isManaged ? makeNodegroup(facts, group, { asg, id }) : undefined;
  const kubelet = nodegroup === undefined ? selfManagedKubelet(group) : kubeletOf(nodegroup);
  makeAsg(facts, group, { asg, template, kubelet });
}

function selfManagedKubelet(group: GroupSpec): JsonObject {
  return { labels: { ...group.labels }, taints: (group.taints ?? []).map((taint) => ({ ...taint })) };
}

function addEntry(facts: Facts, role: string): void {
  const principal = `arn:aws:iam::${accountId}:role/${role}`;
  const clusterName = facts.sample.clusterName;
  facts.put("eks.accessEntries", principal, {
    clusterName,
    principalArn: principal,
    kubernetesGroups: ["system:nodes"],
    accessEntryArn: `arn:aws:eks:${region}:${accountId}:access-entry/${clusterName}/role/${accountId}/${role}/${facts.random.uuid()}`,
    createdAt: created,
    modifiedAt: created,
    tags: {},
    username: "system:node:{{EC2PrivateDNSName}}",
    type: "EC2_LINUX",
    _policies: [],
  });
}

function makeTemplate(
  facts: Facts,
  group: GroupSpec,
  names: { readonly name: string; readonly profile: string },
): JsonObject {
  const id = `lt-0${facts.random.hex(16)}`;
  const isManaged = group.kind === "managed";
  const clusterName = facts.sample.clusterName;
  const tagged = isManaged
    ? { "eks:cluster-name": clusterName, "eks:nodegroup-name": group.name }
    : { Name: `${group.name}-node`, team: "platform" };
  const labels = Object.entries(group.labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const userData = [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="//"',
    "",
    "--//",
    "Content-Type: application/node.eks.aws",
    "",
    "apiVersion: node.eks.aws/v1alpha1",
    "kind: NodeConfig",
    "spec:",
    "  cluster:",
    `    name: ${clusterName}`,
    "  kubelet:",
    "    flags:",
    `      - --node-labels=${labels}`,
    "--//--",
  ].join("\n");
  const data: JsonObject = {
    ImageId: sampleImage(facts, group),
    ...(isManaged ? {} : { InstanceType: group.instanceTypes[0] }),
    IamInstanceProfile: isManaged
      ? { Name: names.profile }
      : { Arn: `arn:aws:iam::${accountId}:instance-profile/${names.profile}` },
    SecurityGroupIds: isManaged ? [facts.clusterSecurityGroup] : [facts.clusterSecurityGroup, facts.nodeSecurityGroup],
    BlockDeviceMappings: [
      {
        DeviceName: "/dev/xvda",
        Ebs: {
          VolumeSize: group.diskGiB ?? 20,
          VolumeType: "gp3",
          DeleteOnTermination: true,
          ...(isManaged ? {} : { Encrypted: true }),
        },
      },
    ],
    MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
    TagSpecifications: [{ ResourceType: "instance", Tags: tags(tagged) }],
    UserData: btoa(userData),
    ...(group.capacityType === "spot" && !isManaged ? { InstanceMarketOptions: { MarketType: "spot" } } : {}),
  };
  const head = {
    LaunchTemplateId: id,
    LaunchTemplateName: names.name,
    CreateTime: created,
    CreatedBy: `arn:aws:iam::${accountId}:user/operator`,
  };
  const version = { ...head, VersionNumber: 1, DefaultVersion: true, LaunchTemplateData: data };
  facts.put("ec2.launchTemplates", id, {
    ...head,
    DefaultVersionNumber: 1,
    LatestVersionNumber: 1,
    Tags: tags(tagged),
    _versions: [version],
  });
  return { LaunchTemplateId: id, LaunchTemplateName: names.name, Version: "1" };
}

function makeNodegroup(
  facts: Facts,
  group: GroupSpec,
  names: { readonly asg: string; readonly id: string },
): JsonObject {
  const clusterName = facts.sample.clusterName;
  const minor = minorOf(facts.sample);
  const row: JsonObject = {
    nodegroupName: group.name,
    nodegroupArn: `arn:aws:eks:${region}:${accountId}:nodegroup/${clusterName}/${group.name}/${names.id}`,
    clusterName,
    version: minor,
    releaseVersion: `${facts.sample.kubernetesVersion}-20250819`,
    createdAt: created,
    modifiedAt: created,
    status: "ACTIVE",
    capacityType: group.capacityType === "spot" ? "SPOT" : "ON_DEMAND",
    scalingConfig: { minSize: group.min, maxSize: group.max, desiredSize: group.desired },
    instanceTypes: [...group.instanceTypes],
    subnets: [...subnetIds(facts, group)],
    amiType: amiTypes[group.image ?? "x86_64"],
    nodeRole: `arn:aws:iam::${accountId}:role/${facts.nodeRole}`,
    labels: { ...group.labels },
    ...(group.taints === undefined
      ? {}
      : {
          taints: group.taints.map((taint) => ({
            key: taint.key,
            value: taint.value,
            effect: eksEffects[taint.effect],
          })),
        }),
    diskSize: group.diskGiB ?? 20,
    health: { issues: [] },
    updateConfig: { maxUnavailable: 1 },
    tags: { team: "platform" },
    _asg: names.asg,
    _imageId: sampleImage(facts, group),
  };
  facts.put("eks.nodegroups", group.name, { ...row });
  return row;
}

function makeAsg(
  facts: Facts,
  group: GroupSpec,
  parts: { readonly asg: string; readonly template: JsonObject; readonly kubelet: JsonObject },
): void {
  const clusterName = facts.sample.clusterName;
  const isManaged = group.kind === "managed";
  const isSpot = group.capacityType === "spot";
  const named: Readonly<Record<string, string>> = {
    ...(isManaged
      ? { "eks:cluster-name": clusterName, "eks:nodegroup-name": group.name }
      : { Name: `${group.name}-node` }),
    "k8s.io/cluster-autoscaler/enabled": "true",
    [`k8s.io/cluster-autoscaler/${clusterName}`]: "owned",
    [`kubernetes.io/cluster/${clusterName}`]: "owned",
  };
  const overrides = group.instanceTypes.map((InstanceType) => ({ InstanceType }));
  const mixed = {
    LaunchTemplate: { LaunchTemplateSpecification: parts.template, Overrides: overrides },
    InstancesDistribution: {
      OnDemandAllocationStrategy: "prioritized",
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: isSpot ? 0 : 100,
      SpotAllocationStrategy: "price-capacity-optimized",
    },
  };
  const arn = `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:${facts.random.uuid()}`;
  facts.put("autoscaling.groups", parts.asg, {
    AutoScalingGroupName: parts.asg,
    AutoScalingGroupARN: `${arn}:autoScalingGroupName/${parts.asg}`,
    ...(isManaged ? { MixedInstancesPolicy: mixed } : { LaunchTemplate: parts.template }),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: 300,
    AvailabilityZones: group.zones.map((zone) => `${region}${zone}`),
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: "EC2",
    HealthCheckGracePeriod: 15,
    Instances: [],
    CreatedTime: created,
    SuspendedProcesses: [],
    VPCZoneIdentifier: subnetIds(facts, group).join(","),
    EnabledMetrics: [],
    Tags: Object.entries(named).map(([Key, Value]) => ({
      ResourceId: parts.asg,
      ResourceType: "auto-scaling-group",
      Key,
      Value,
      PropagateAtLaunch: true,
    })),
    TerminationPolicies: isManaged ? ["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"] : ["Default"],
    NewInstancesProtectedFromScaleIn: false,
    ServiceLinkedRoleARN: `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    CapacityRebalance: isManaged,
    _kubelet: parts.kubelet,
    _capacityType: group.capacityType,
  });
}
