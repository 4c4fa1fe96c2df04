import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinedGroup, launchTemplate } from "../../test/support/node-groups.ts";
import type { NodeGroup } from "../autoscaler/types.ts";
import type { JsonObject } from "../kube/objects.ts";
import { covers, leaves } from "./ledger.ts";
import { translate } from "./translate.ts";
import type { FieldFate } from "./types.ts";
import { codecs } from "../app/translate/codecs.ts";

/** Every field that EC2 Auto Scaling, EC2 and EKS describe, with a value of its type. */
const scalingGroup: JsonObject = {
  AutoScalingGroupARN: "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:x",
  LaunchTemplate: { LaunchTemplateId: "lt-1", LaunchTemplateName: "workers", Version: "1" },
  PredictedCapacity: 3,
  DefaultCooldown: 300,
  AvailabilityZoneIds: ["use1-az1"],
  LoadBalancerNames: ["classic"],
  TargetGroupARNs: ["arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/a/b"],
  HealthCheckGracePeriod: 300,
  Instances: [{ InstanceId: "i-1", InstanceType: "m5.large", LifecycleState: "InService" }],
  CreatedTime: "2026-01-01T00:00:00Z",
  SuspendedProcesses: [{ ProcessName: "AZRebalance", SuspensionReason: "User suspended" }],
  PlacementGroup: "pg",
  EnabledMetrics: [{ Metric: "GroupMinSize", Granularity: "1Minute" }],
  Status: "Delete in progress",
  TerminationPolicies: ["Default"],
  ServiceLinkedRoleARN: "arn:aws:iam::1:role/aws-service-role/autoscaling.amazonaws.com/x",
  MaxInstanceLifetime: 604800,
  CapacityRebalance: true,
  WarmPoolConfiguration: { MinSize: 1, PoolState: "Stopped", Status: "x", MaxGroupPreparedCapacity: 2 },
  WarmPoolSize: 1,
  Context: "c",
  DesiredCapacityType: "units",
  DefaultInstanceWarmup: 30,
  TrafficSources: [{ Identifier: "arn:aws:vpc-lattice:x", Type: "vpc-lattice" }],
  InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 120 },
  AvailabilityZoneDistribution: { CapacityDistributionStrategy: "balanced-best-effort" },
  AvailabilityZoneImpairmentPolicy: { ZonalShiftEnabled: true, ImpairedZoneHealthCheckBehavior: "IgnoreUnhealthy" },
  CapacityReservationSpecification: { CapacityReservationPreference: "default" },
  MixedInstancesPolicy: {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: "lt-1", LaunchTemplateName: "workers", Version: "1" },
      Overrides: [
        { InstanceType: "m5.large", WeightedCapacity: "2", LaunchTemplateSpecification: { LaunchTemplateId: "lt-2" } },
        {
          InstanceRequirements: {
            VCpuCount: { Min: 2, Max: 8 },
            MemoryMiB: { Min: 4096 },
            MemoryGiBPerVCpu: { Min: 2 },
          },
        },
      ],
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: "prioritized",
      OnDemandBaseCapacity: 1,
      OnDemandPercentageAboveBaseCapacity: 25,
      SpotAllocationStrategy: "capacity-optimized",
      SpotInstancePools: 2,
      SpotMaxPrice: "0.05",
    },
  },
  Tags: [
    { Key: "k8s.io/cluster-autoscaler/node-template/label/team", Value: "a", PropagateAtLaunch: true },
    { Key: "k8s.io/cluster-autoscaler/node-template/taint/dedicated", Value: "a:NoSchedule", PropagateAtLaunch: true },
    { Key: "k8s.io/cluster-autoscaler/node-template/resources/example.com/fpga", Value: "1" },
    { Key: "k8s.io/cluster-autoscaler/node-template/autoscaling-options/scaledownunneededtime", Value: "5m" },
    { Key: "kubernetes.io/cluster/test", Value: "owned", PropagateAtLaunch: true },
    { Key: "Name", Value: "n", PropagateAtLaunch: true },
    { Key: "cost", Value: "c", PropagateAtLaunch: true },
    { Key: "own", Value: "c", PropagateAtLaunch: false },
  ],
};

const launchData: JsonObject = {
  KernelId: "aki-1",
  EbsOptimized: true,
  IamInstanceProfile: { Name: "profile" },
  BlockDeviceMappings: [
    {
      DeviceName: "/dev/xvda",
      Ebs: {
        Encrypted: true,
        DeleteOnTermination: true,
        Iops: 3000,
        KmsKeyId: "k",
        SnapshotId: "snap-1",
        VolumeSize: 50,
        VolumeType: "gp3",
        Throughput: 125,
      },
    },
    { DeviceName: "/dev/sdb", VirtualName: "ephemeral0" },
  ],
  NetworkInterfaces: [
    {
      AssociatePublicIpAddress: false,
      DeleteOnTermination: true,
      Description: "d",
      DeviceIndex: 0,
      Groups: ["sg-1"],
      InterfaceType: "efa",
      NetworkCardIndex: 0,
      SubnetId: "subnet-a",
      Ipv4PrefixCount: 1,
    },
  ],
  ImageId: "ami-1",
  InstanceType: "m5.large",
  KeyName: "key",
  Monitoring: { Enabled: true },
  Placement: {
    Tenancy: "dedicated",
    GroupName: "pg",
    PartitionNumber: 1,
    AvailabilityZone: "us-east-1a",
    Affinity: "host",
    HostId: "h-1",
  },
  RamDiskId: "ari-1",
  DisableApiTermination: true,
  InstanceInitiatedShutdownBehavior: "terminate",
  TagSpecifications: [
    { ResourceType: "instance", Tags: [{ Key: "cost", Value: "a" }] },
    { ResourceType: "volume", Tags: [{ Key: "cost", Value: "b" }] },
  ],
  ElasticGpuSpecifications: [{ Type: "x" }],
  ElasticInferenceAccelerators: [{ Type: "x", Count: 1 }],
  SecurityGroupIds: ["sg-2"],
  SecurityGroups: ["default"],
  InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice: "0.1", SpotInstanceType: "one-time" } },
  CreditSpecification: { CpuCredits: "unlimited" },
  CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
  CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: "cr-1" } },
  LicenseSpecifications: [{ LicenseConfigurationArn: "arn" }],
  HibernationOptions: { Configured: false },
  MetadataOptions: {
    HttpTokens: "required",
    HttpPutResponseHopLimit: 2,
    HttpEndpoint: "enabled",
    HttpProtocolIpv6: "disabled",
    InstanceMetadataTags: "enabled",
  },
  EnclaveOptions: { Enabled: true },
  PrivateDnsNameOptions: { HostnameType: "ip-name" },
  MaintenanceOptions: { AutoRecovery: "default" },
  DisableApiStop: false,
  NetworkPerformanceOptions: { BandwidthWeighting: "default" },
};

const nodegroup: JsonObject = {
  releaseVersion: "1.34.1-20251023",
  createdAt: "2026-01-01T00:00:00Z",
  modifiedAt: "2026-01-01T00:00:00Z",
  remoteAccess: { ec2SshKey: "key", sourceSecurityGroups: ["sg-3"] },
  resources: { autoScalingGroups: [{ name: "eks-workers" }], remoteAccessSecurityGroup: "sg-4" },
  labels: { team: "a", "eks.amazonaws.com/x": "y", "karpenter.sh/z": "z", "topology.kubernetes.io/zone": "us-east-1a" },
  taints: [{ key: "dedicated", value: "a", effect: "NO_SCHEDULE" }],
  diskSize: 50,
  updateConfig: { maxUnavailablePercentage: 33, updateStrategy: "MINIMAL" },
  nodeRepairConfig: { enabled: true },
  launchTemplate: { id: "lt-1", name: "workers", version: "1" },
  tags: { a: "b" },
};

const bootstrap = [
  "#!/bin/bash",
  "set -ex",
  "echo before",
  "/etc/eks/bootstrap.sh test --apiserver-endpoint https://x --b64-cluster-ca abc \\",
  "  --kubelet-extra-args '--node-labels=team=a,zone=$ZONE --max-pods=30 --register-with-taints=a=b:NoSchedule --v=4' \\",
  "  --use-max-pods false --local-disks raid0 --pause-container-version 3.5",
  "echo after",
].join("\n");

/** Complaints about fields with no fate or with several. */
function complaints(group: NodeGroup): string[] {
  const result = translate({ nodeGroups: [group], clusterName: "test", kubernetesVersion: "1.34", codecs });
  const fates = result.groups.flatMap((item) => item.fates);
  if (result.groups.length === 0) return result.refused.length === 1 ? [] : ["neither translated nor refused"];
  const documents: [string, JsonObject | undefined][] = [
    ["nodegroup", group.nodegroup],
    ["autoScalingGroup", group.autoScalingGroup],
    ["launchTemplate", group.launchTemplateVersion],
    ["launchConfiguration", group.launchConfiguration],
  ];
  return documents.flatMap(([name, content]) =>
    leaves(content).flatMap((path) => {
      const field = fieldName(name, path);
      const count = fates.filter((fate) => covers(fate.field, field)).length;
      return count === 1 ? [] : [`${field}: ${count} fates`];
    }),
  );
}

function fieldName(name: string, path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return /^[A-Za-z][A-Za-z0-9_-]*$/.test(step) ? `${text}.${step}` : `${text}[${JSON.stringify(step)}]`;
  }, name);
}

const unknownOf = (fates: readonly FieldFate[]): string[] =>
  fates
    .filter((fate) => fate.fate === "lost" && fate.why === "this field is not known to Dovetail")
    .map((fate) => fate.field);

describe("fates of fields", () => {
  test.each<[string, NodeGroup]>([
    ["managed", joinedGroup({ nodegroup, autoScalingGroup: scalingGroup }, { template: launchTemplate(launchData) })],
    [
      "managed with a custom image",
      joinedGroup(
        { nodegroup: { ...nodegroup, amiType: "CUSTOM" } },
        { template: launchTemplate({ ...launchData, UserData: bootstrap }) },
      ),
    ],
    [
      "self-managed",
      joinedGroup(
        { kind: "self-managed", autoScalingGroup: scalingGroup },
        { template: launchTemplate({ ...launchData, UserData: bootstrap }) },
      ),
    ],
    [
      "with a launch configuration",
      joinedGroup(
        { kind: "self-managed" },
        {
          configuration: {
            LaunchConfigurationName: "lc",
            LaunchConfigurationARN: "arn",
            ImageId: "ami-1",
            KeyName: "",
            SecurityGroups: ["sg-1"],
            ClassicLinkVPCSecurityGroups: [],
            UserData: bootstrap,
            InstanceType: "m5.large",
            KernelId: "",
            RamdiskId: "",
            BlockDeviceMappings: [],
            InstanceMonitoring: { Enabled: true },
            SpotPrice: "0.1",
            IamInstanceProfile: "profile",
            CreatedTime: "2026",
            EbsOptimized: false,
            AssociatePublicIpAddress: true,
            PlacementTenancy: "dedicated",
            MetadataOptions: { HttpTokens: "required" },
          },
        },
      ),
    ],
  ])("every field that AWS describes of a group %s has exactly one, and none is unknown", (_name, group) => {
    expect(complaints(group)).toEqual([]);
    const result = translate({ nodeGroups: [group], clusterName: "test", kubernetesVersion: "1.34", codecs });
    expect(result.refused).toEqual([]);
    expect(unknownOf(result.groups.flatMap((item) => item.fates))).toEqual([]);
  });

  test("a field that AWS adds tomorrow is written off as lost, with a finding", () => {
    const group = joinedGroup({ nodegroup: { futureField: { a: 1 } } });
    const result = translate({ nodeGroups: [group], codecs });
    expect(unknownOf(result.groups.flatMap((item) => item.fates))).toEqual(["nodegroup.futureField.a"]);
    expect(result.findings.map((finding) => finding.code)).toContain("DV2001");
  });

  test("no field is dropped or accounted for twice, whatever the documents hold", () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const variation = (of: JsonObject): fc.Arbitrary<JsonObject> =>
      fc.record(
        Object.fromEntries(Object.entries(of).map(([key, value]) => [key, fc.oneof(fc.constant(value), json)])),
        { requiredKeys: [] },
      ) as fc.Arbitrary<JsonObject>;
    const extra = fc.dictionary(
      fc.constantFrom("Future", "a b", "x.y", "Tags2", "kube-thing"),
      json,
    ) as fc.Arbitrary<JsonObject>;
    const userData = fc.oneof(
      fc.constant(bootstrap),
      fc.string(),
      fc.constant("[settings.kubernetes]\nmax-pods = 10\n"),
    );
    fc.assert(
      fc.property(
        variation(nodegroup),
        variation(scalingGroup),
        variation(launchData),
        extra,
        userData,
        fc.boolean(),
        (mng, asg, data, future, text, isManaged) => {
          const input = isManaged
            ? ({ nodegroup: { ...mng, ...future }, autoScalingGroup: asg } as const)
            : ({ kind: "self-managed", autoScalingGroup: { ...asg, ...future } } as const);
          const template = launchTemplate({ ...data, ...future, UserData: text });
          expect(complaints(joinedGroup(input, { template }))).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
