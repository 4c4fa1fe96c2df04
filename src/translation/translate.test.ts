import { describe, expect, test } from "vitest";
import { codecs } from "../app/translate/codecs.ts";
import { account, nodeGroup, subnet } from "../../test/support/account.ts";
import type { Account } from "../aws/account.ts";
import type { NodeGroup } from "../autoscaler/types.ts";
import type { JsonObject } from "../kube/objects.ts";
import { printed } from "../kube/json.ts";
import { translate } from "./translate.ts";

/** One node group as discovery joins it. */
function joined(described: Pick<Account, "nodegroups" | "autoScalingGroups">, launch?: JsonObject): NodeGroup {
  const nodegroup = described.nodegroups?.[0];
  const asg = described.autoScalingGroups?.[0] ?? {};
  return {
    name: printed(nodegroup?.["nodegroupName"] ?? asg["AutoScalingGroupName"]),
    kind: nodegroup === undefined ? "self-managed" : "managed",
    autoScalingGroupName: printed(asg["AutoScalingGroupName"]),
    min: Number(asg["MinSize"]),
    max: Number(asg["MaxSize"]),
    desired: Number(asg["DesiredCapacity"]),
    isManagedByAutoscaler: true,
    labels: {},
    taints: [],
    nodeNames: [],
    autoScalingGroup: asg,
    ...(nodegroup === undefined ? {} : { nodegroup }),
    ...(launch === undefined ? {} : { launchTemplateVersion: launch }),
  };
}

describe("translate", () => {
  test("a managed node group becomes a NodePool and an EC2NodeClass", () => {
    const group = joined(
      nodeGroup({
        name: "workers",
        nodegroup: {
          releaseVersion: "1.34.1-20251023",
          labels: { team: "a" },
          taints: [{ key: "dedicated", value: "a", effect: "NO_SCHEDULE" }],
          diskSize: 50,
        },
      }),
    );
    const result = translate({
      nodeGroups: [group],
      account: account(),
      clusterName: "test",
      kubernetesVersion: "1.34",
      codecs,
    });
    expect(result.refused).toEqual([]);
    expect(result.manifests.map((item) => item.kind)).toEqual(["EC2NodeClass", "NodePool"]);
  });

  test("a self-managed group", () => {
    const group = joined(
      nodeGroup({
        name: "Spot_Workers",
        kind: "self-managed",
        autoScalingGroup: {
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: { LaunchTemplateId: "lt-1", Version: "1" },
              Overrides: [{ InstanceType: "m5.large" }, { InstanceType: "m5a.large", WeightedCapacity: "2" }],
            },
            InstancesDistribution: {
              OnDemandBaseCapacity: 1,
              OnDemandPercentageAboveBaseCapacity: 0,
              SpotAllocationStrategy: "capacity-optimized",
              SpotMaxPrice: "",
            },
          },
        },
      }),
      {
        LaunchTemplateId: "lt-1",
        VersionNumber: 1,
        LaunchTemplateData: {
          ImageId: "ami-123",
          IamInstanceProfile: { Name: "prof" },
          SecurityGroupIds: ["sg-1"],
          KeyName: "k",
          UserData:
            "#!/bin/bash\nset -ex\necho hi > /tmp/x\n/etc/eks/bootstrap.sh test --kubelet-extra-args " +
            "'--node-labels=a=b,lifecycle=spot --register-with-taints=x=y:NoSchedule --max-pods=30 " +
            "--v=4' --use-max-pods false\n",
          BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 80, VolumeType: "gp3" } }],
          MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
        },
      },
    );
    const result = translate({
      nodeGroups: [group],
      account: account({ subnets: [subnet("subnet-a")] }),
      clusterName: "test",
      codecs,
    });
    expect(result.refused).toEqual([]);
    const pool = result.groups.find((item) => item.nodePool.metadata.name === "spot-workers")?.nodePool;
    expect(pool?.spec.template.metadata?.labels).toEqual({ a: "b", lifecycle: "spot" });
    expect(pool?.spec.template.spec.taints).toEqual([{ key: "x", value: "y", effect: "NoSchedule" }]);
    expect(result.groups[0]?.nodeClass.spec["kubelet"]).toEqual({ maxPods: 30 });
  });
});
