import { expect, test } from "vitest";
import { node } from "../../test/support/builders.ts";
import type { Account } from "../aws/account.ts";
import { capacityTypeOf, instanceTypeOf, isCapacityTypeOpen, zoneOf } from "../kube/node.ts";
import type { Json, JsonObject, Node } from "../kube/objects.ts";
import { withNodeFacts } from "./node-facts.ts";
import { snapshotSchema } from "./snapshot.ts";

const plain: Node = { ...node({ name: "n", zone: "us-east-1a" }), spec: { providerID: "aws:///us-east-1a/i-0abc" } };

function seen(account: Partial<Account>, labels: Readonly<Record<string, string>> = {}): Node | undefined {
  const one = { ...plain, metadata: { ...plain.metadata, labels: { ...plain.metadata.labels, ...labels } } };
  const snapshot = withNodeFacts({
    schema: snapshotSchema,
    readAt: "2026-08-01T00:00:00Z",
    source: { kind: "dumps", name: "x" },
    objects: { nodes: [one] },
    account: { region: "us-east-1", ...account },
    gaps: [],
  });
  return snapshot.objects.nodes?.[0];
}

const instance = (more: object) => ({ InstanceId: "i-0abc", InstanceType: "m5.large", ...more });
const group = (distribution: Json) => ({
  AutoScalingGroupName: "g",
  Instances: [{ InstanceId: "i-0abc" }],
  MixedInstancesPolicy: { InstancesDistribution: distribution },
});
const template = (market: JsonObject) => ({
  autoScalingGroups: [
    {
      AutoScalingGroupName: "g",
      Instances: [{ InstanceId: "i-0abc" }],
      LaunchTemplate: { LaunchTemplateId: "lt-1", Version: "2" },
    },
  ],
  launchTemplateVersions: [{ LaunchTemplateId: "lt-1", VersionNumber: 2, LaunchTemplateData: market }],
});

test.each<readonly [string, Partial<Account>, Readonly<Record<string, string>>, string | undefined]>([
  ["EC2 says spot", { instances: [instance({ InstanceLifecycle: "spot" })] }, {}, "spot"],
  [
    "EC2 says nothing: on-demand, whatever a label says",
    { instances: [instance({})] },
    { lifecycle: "Ec2Spot" },
    "on-demand",
  ],
  ["a capacity block", { instances: [instance({ InstanceLifecycle: "capacity-block" })] }, {}, "reserved"],
  ["a group of spot only", { autoScalingGroups: [group({ OnDemandPercentageAboveBaseCapacity: 0 })] }, {}, "spot"],
  [
    "a group of on-demand only",
    { autoScalingGroups: [group({ OnDemandPercentageAboveBaseCapacity: 100 })] },
    {},
    "on-demand",
  ],
  [
    "a base that holds them all",
    { autoScalingGroups: [group({ OnDemandBaseCapacity: 3, OnDemandPercentageAboveBaseCapacity: 0 })] },
    {},
    "on-demand",
  ],
  ["a true mix", { autoScalingGroups: [group({ OnDemandPercentageAboveBaseCapacity: 50 })] }, {}, undefined],
  [
    "a true mix with a label",
    { autoScalingGroups: [group({ OnDemandPercentageAboveBaseCapacity: 50 })] },
    { "karpenter.sh/capacity-type": "spot" },
    "spot",
  ],
  ["a template that asks for spot", template({ InstanceMarketOptions: { MarketType: "spot" } }), {}, "spot"],
  ["a template that asks for nothing", template({}), {}, "on-demand"],
  [
    "a managed group",
    { nodegroups: [{ nodegroupName: "w", capacityType: "SPOT" }] },
    { "alpha.eksctl.io/nodegroup-name": "w" },
    "spot",
  ],
])("%s", (_, account, labels, expected) => {
  const found = seen(account, labels);
  expect(found === undefined ? undefined : capacityTypeOf(found)).toBe(expected);
  expect(found !== undefined && isCapacityTypeOpen(found)).toBe(expected === undefined);
});

test("type and zone are EC2's, and noting them twice is noting them once", () => {
  const account = {
    instances: [instance({ InstanceType: "m6i.xlarge", Placement: { AvailabilityZone: "us-east-1c" } })],
  };
  const found = seen(account);
  expect(found === undefined ? [] : [instanceTypeOf(found), zoneOf(found)]).toEqual(["m6i.xlarge", "us-east-1c"]);
});
