import type { JsonObject, PersistentVolume } from "../../../src/kube/objects.ts";
import type { Account } from "../../../src/aws/account.ts";
import type { ClusterObjects } from "../../../src/kube/resources.ts";
import type { Snapshot } from "../../../src/snapshot/snapshot.ts";
import {
  accountOf,
  claim,
  clusterAutoscaler,
  daemonSet,
  type GroupInput,
  node,
  nodeGroup,
  pod,
  snapshot,
  storageClass,
  volume,
} from "../builders.ts";
import type { RuleCases } from "./case.ts";

const database = (pv: PersistentVolume): ClusterObjects => ({
  pods: [pod({ name: "db-0", node: "a", volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] })],
  persistentvolumeclaims: [claim({ name: "data", volume: pv.metadata.name })],
  persistentvolumes: [pv],
  storageclasses: [storageClass()],
});
const claimed = (exists: boolean): Snapshot => {
  const objects = database(volume({ name: "pv-1" }));
  return snapshot({ objects: exists ? objects : { ...objects, persistentvolumeclaims: [] } });
};

/** Volumes. */
export const volumeCases: RuleCases = {
  DV1020: {
    fires: snapshot({ objects: database(volume({ name: "pv-1" })) }),
    quiet: snapshot({
      objects: database(volume({ name: "pv-1", spec: { csi: { driver: "efs.csi.aws.com" }, nodeAffinity: {} } })),
    }),
  },
  DV1021: {
    fires: snapshot({ objects: database(volume({ name: "pv-1", local: "a" })) }),
    quiet: snapshot({ objects: database(volume({ name: "pv-1" })) }),
  },
  DV1022: { fires: claimed(false), quiet: claimed(true) },
  DV1049: {
    fires: snapshot({
      objects: database(volume({ name: "pv-1", zone: "us-east-1f" })),
      account: accountOf([nodeGroup()]),
    }),
    quiet: snapshot({ objects: database(volume({ name: "pv-1" })), account: accountOf([nodeGroup()]) }),
  },
};

const one = (input: GroupInput, rest: Partial<Account> = {}, objects: ClusterObjects = {}): Snapshot =>
  snapshot({ account: accountOf([nodeGroup({ name: "workers", ...input })], rest), objects });

/** A group whose launch template has these data. */
const launching = (data: JsonObject): Snapshot => {
  const launchTemplate = { id: "lt-1", name: "workers", version: "1" };
  return one(
    {
      nodegroup: { launchTemplate },
      autoScalingGroup: { LaunchTemplate: { LaunchTemplateId: "lt-1", LaunchTemplateName: "workers", Version: "1" } },
    },
    {
      launchTemplateVersions: [
        {
          LaunchTemplateId: "lt-1",
          LaunchTemplateName: "workers",
          VersionNumber: 1,
          DefaultVersion: true,
          LaunchTemplateData: data,
        },
      ],
    },
  );
};
const plain = one({});
const withAsg = (fields: JsonObject): Snapshot => one({ autoScalingGroup: fields });
const asgName = "eks-workers-1a2b";
const mine = (input: Parameters<typeof node>[0]): ClusterObjects => ({
  nodes: [node({ nodegroup: "workers", name: "a", ...input })],
});

const sharedGpu = (count: number): ClusterObjects => {
  const made = node({ nodegroup: "workers", name: "a", instanceId: "i-a", instanceType: "g4dn.xlarge" });
  const status = { ...made.status, capacity: { ...made.status?.capacity, "nvidia.com/gpu": String(count) } };
  return { nodes: [{ ...made, status }] };
};
/** A cluster with one shared GPU, and a pod that asks for so many slices. */
export const sharing = (slices: number): Snapshot =>
  one(
    { instanceIds: ["i-a"] },
    {},
    {
      ...sharedGpu(4),
      pods: [pod({ name: "model", node: "a", requests: { cpu: "1", "nvidia.com/gpu": String(slices) } })],
    },
  );
const awsNode = (isCustom: boolean): Snapshot => {
  const made = daemonSet({ name: "aws-node", namespace: "kube-system" });
  const { template } = made.spec;
  const containers = template.spec.containers.map((container) => ({
    ...container,
    env: [{ name: "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", value: String(isCustom) }],
  }));
  const spec = { ...made.spec, template: { ...template, spec: { ...template.spec, containers } } };
  return snapshot({ objects: { nodes: [node({ name: "a" })], daemonsets: [{ ...made, spec }] } });
};

/** Node groups one by one. */
export const groupCases: RuleCases = {
  DV2101: { fires: launching({ UserData: "#!/bin/bash\nsysctl -w vm.max_map_count=262144\n" }), quiet: launching({}) },
  DV2102: { fires: one({ nodegroup: { amiType: "AL2_x86_64" } }), quiet: plain },
  DV2103: { fires: one({ nodegroup: { amiType: "CUSTOM" } }), quiet: plain },
  DV2104: { fires: plain, quiet: launching({ MetadataOptions: { HttpPutResponseHopLimit: 1 } }) },
  DV2105: { fires: one({ nodegroup: { diskSize: 100 } }), quiet: one({ nodegroup: { diskSize: 20 } }) },
  DV2106: {
    fires: one({ instanceIds: ["i-a"] }, {}, mine({ maxPods: 110, instanceId: "i-a" })),
    quiet: one({ instanceIds: ["i-a"] }, {}, mine({ maxPods: 29, instanceId: "i-a" })),
  },
  DV2133: {
    fires: one({ instanceIds: ["i-a"] }, {}, sharedGpu(4)),
    quiet: one({ instanceIds: ["i-a"] }, {}, sharedGpu(1)),
  },
  DV2107: {
    fires: one(
      {},
      { warmPools: [{ AutoScalingGroupName: asgName, WarmPoolConfiguration: { MinSize: 2, PoolState: "Stopped" } }] },
    ),
    quiet: plain,
  },
  DV2108: {
    fires: one({}, { lifecycleHooks: [{ AutoScalingGroupName: asgName, LifecycleHookName: "save-logs" }] }),
    quiet: one({}, { lifecycleHooks: [{ AutoScalingGroupName: asgName, LifecycleHookName: "Terminate-LC-Hook" }] }),
  },
  DV2109: {
    fires: one(
      {},
      { scheduledActions: [{ AutoScalingGroupName: asgName, ScheduledActionName: "night", Recurrence: "0 20 * * *" }] },
    ),
    quiet: one({}, { scheduledActions: [{ AutoScalingGroupName: "another", ScheduledActionName: "night" }] }),
  },
  DV2110: { fires: withAsg({ NewInstancesProtectedFromScaleIn: true }), quiet: plain },
  DV2111: {
    fires: withAsg({ SuspendedProcesses: [{ ProcessName: "Launch" }] }),
    quiet: withAsg({ SuspendedProcesses: [{ ProcessName: "AZRebalance" }] }),
  },
  DV2112: {
    fires: launching({
      CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: "cr-1" } },
    }),
    quiet: launching({ CapacityReservationSpecification: { CapacityReservationPreference: "open" } }),
  },
  DV2113: {
    fires: withAsg({
      MixedInstancesPolicy: { LaunchTemplate: { Overrides: [{ InstanceType: "m5.large", WeightedCapacity: "2" }] } },
    }),
    quiet: withAsg({ MixedInstancesPolicy: { LaunchTemplate: { Overrides: [{ InstanceType: "m5.large" }] } } }),
  },
  DV2115: { fires: one({ zones: ["us-east-1a"] }), quiet: plain },
  DV2116: { fires: one({ nodegroup: { amiType: "WINDOWS_CORE_2022_x86_64" } }), quiet: plain },
  DV2117: { fires: one({ instanceTypes: ["g5.xlarge"] }), quiet: plain },
  DV2119: {
    fires: withAsg({ TargetGroupARNs: ["arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1"] }),
    quiet: withAsg({ TargetGroupARNs: [] }),
  },
  DV2120: {
    fires: one({ nodegroup: { status: "DEGRADED", health: { issues: [{ code: "AsgInstanceLaunchFailures" }] } } }),
    quiet: plain,
  },
  DV2124: { fires: withAsg({ MaxInstanceLifetime: 604_800 }), quiet: plain },
  DV2126: {
    fires: launching({ Placement: { Tenancy: "dedicated" } }),
    quiet: launching({ Placement: { Tenancy: "default" } }),
  },
  DV5015: { fires: one({ min: 0, desired: 0 }), quiet: plain },
};

const autoscaled = (objects: ClusterObjects = {}): ClusterObjects => ({
  deployments: [clusterAutoscaler()],
  ...objects,
});
const spread = (a: number, b: number): ClusterObjects => ({
  nodes: [
    ...Array.from({ length: a }, (_, i) => node({ name: `a${i}` })),
    ...Array.from({ length: b }, (_, i) => node({ name: `b${i}`, zone: "us-east-1b" })),
  ],
});
const tainted = (key: string, value: string): Snapshot =>
  snapshot({ objects: { nodes: [node({ name: "a", taints: [{ key, value, effect: "NoSchedule" }] })] } });
const untagged = {
  Tags: [
    { Key: "eks:nodegroup-name", Value: "workers" },
    { Key: "eks:cluster-name", Value: "test" },
  ],
};
const cordoned = (isCordoned: boolean): Snapshot => {
  const made = node({ name: "a" });
  return snapshot({ objects: { nodes: [{ ...made, spec: { ...made.spec, unschedulable: isCordoned } }] } });
};
const fargate = node({ name: "fargate-1", labels: { "eks.amazonaws.com/compute-type": "fargate" } });

/** Nodes and groups together. */
export const fleetCases: RuleCases = {
  DV2118: {
    fires: snapshot({
      objects: { deployments: [clusterAutoscaler({ flags: ["--startup-taint=ebs.csi.aws.com/agent-not-ready"] })] },
    }),
    quiet: snapshot({ objects: autoscaled() }),
  },
  DV2132: { fires: awsNode(true), quiet: awsNode(false) },
  DV2121: { fires: snapshot({ objects: spread(7, 2) }), quiet: snapshot({ objects: spread(4, 3) }) },
  DV2122: {
    fires: one({ autoScalingGroup: untagged }, {}, autoscaled()),
    quiet: one({}, {}, autoscaled()),
  },
  DV2127: {
    fires: one({}, {}, { nodes: [node({ name: "lonely", instanceId: "i-lonely" })] }),
    quiet: one({ instanceIds: ["i-a"] }, {}, mine({ instanceId: "i-a" })),
  },
  DV2130: { fires: one({}, {}, autoscaled()), quiet: one({}, {}, autoscaled({ nodes: [fargate] })) },
  DV2131: {
    fires: snapshot({ objects: { nodes: [node({ kubeletVersion: "v1.32.3-eks-1" })] } }),
    quiet: snapshot({ objects: { nodes: [node({ kubeletVersion: "v1.34.1-eks-1" })] } }),
  },
  DV5006: { fires: cordoned(true), quiet: cordoned(false) },
  DV5011: {
    fires: tainted("ToBeDeletedByClusterAutoscaler", String(Date.parse("2026-08-01T10:00:00Z") / 1000)),
    quiet: tainted("ToBeDeletedByClusterAutoscaler", String(Date.parse("2026-08-01T11:58:00Z") / 1000)),
  },
};
