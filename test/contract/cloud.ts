import { describe, expect } from "vitest";
import type { JsonObject } from "../../src/kube/objects.ts";
import type { Cloud } from "../../src/ports/cloud.ts";
import { promise, type Skip } from "./contract.ts";

/** An account to try, with the name of the EKS cluster in it. */
export interface CloudPlace {
  readonly cloud: Cloud;
  readonly clusterName: string;
}

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
let counter = 0;

/** What every Cloud promises: AWS's own words in, AWS's own words and error codes out. */
export function cloudContract(options: {
  readonly name: string;
  readonly make: () => Promise<CloudPlace>;
  readonly skip?: readonly Skip[];
}): void {
  const { make, skip = [] } = options;
  describe(`cloud: ${options.name}`, () => {
    promise(skip, "knows who calls", async () => {
      const { cloud } = await make();
      expect(await cloud.read("sts:GetCallerIdentity", {})).toMatchObject({
        Account: expect.stringMatching(/^\d{12}$/),
        Arn: expect.stringMatching(/^arn:aws/),
      });
    });

    promise(skip, "describes the cluster; another name is not found, under AWS's code", async () => {
      const { cloud, clusterName } = await make();
      expect(await cloud.read("eks:DescribeCluster", { name: clusterName })).toMatchObject({
        cluster: { name: clusterName, status: "ACTIVE" },
      });
      await expect(cloud.read("eks:DescribeCluster", { name: "no-such-cluster" })).rejects.toMatchObject({
        code: "aws.ResourceNotFoundException",
      });
    });

    promise(skip, "a role comes back as it was made, its trust policy URL-encoded, and only once", async () => {
      const { cloud } = await make();
      const RoleName = unique("role");
      await expect(cloud.read("iam:GetRole", { RoleName })).rejects.toMatchObject({ code: "aws.NoSuchEntity" });
      await cloud.write("iam:CreateRole", {
        RoleName,
        AssumeRolePolicyDocument: trust,
        Tags: [{ Key: "made-by", Value: "contract" }],
      });
      const { Role } = (await cloud.read("iam:GetRole", { RoleName })) as { readonly Role: JsonObject };
      expect(JSON.parse(decodeURIComponent(Role["AssumeRolePolicyDocument"] as string))).toEqual(JSON.parse(trust));
      expect(Role).toMatchObject({
        RoleName,
        Tags: [{ Key: "made-by", Value: "contract" }],
        CreateDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
      await expect(cloud.write("iam:CreateRole", { RoleName, AssumeRolePolicyDocument: trust })).rejects.toMatchObject({
        code: "aws.EntityAlreadyExists",
      });
      await cloud.write("iam:DeleteRole", { RoleName });
      await expect(cloud.read("iam:GetRole", { RoleName })).rejects.toMatchObject({ code: "aws.NoSuchEntity" });
    });

    promise(skip, "a role with a policy cannot be deleted before its policy", async () => {
      const { cloud } = await make();
      const RoleName = unique("held");
      await cloud.write("iam:CreateRole", { RoleName, AssumeRolePolicyDocument: trust });
      const document = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "ec2:DescribeSubnets", Resource: "*" }],
      });
      const { Policy } = (await cloud.write("iam:CreatePolicy", {
        PolicyName: RoleName,
        PolicyDocument: document,
      })) as {
        readonly Policy: JsonObject;
      };
      await cloud.write("iam:AttachRolePolicy", { RoleName, PolicyArn: Policy["Arn"] });
      await expect(cloud.write("iam:DeleteRole", { RoleName })).rejects.toMatchObject({ code: "aws.DeleteConflict" });
      const attached = await cloud.all("iam:ListAttachedRolePolicies", { RoleName }, "AttachedPolicies");
      expect(attached).toMatchObject([{ PolicyName: RoleName }]);
      await cloud.write("iam:DetachRolePolicy", { RoleName, PolicyArn: Policy["Arn"] });
      await cloud.write("iam:DeletePolicy", { PolicyArn: Policy["Arn"] });
      await cloud.write("iam:DeleteRole", { RoleName });
    });

    messagingPromises(make, skip);
    groupPromises(make, skip);
  });
}

function messagingPromises(make: () => Promise<CloudPlace>, skip: readonly Skip[]): void {
  promise(skip, "a queue is found by its name while it exists", async () => {
    const { cloud } = await make();
    const QueueName = unique("queue");
    await expect(cloud.read("sqs:GetQueueUrl", { QueueName })).rejects.toMatchObject({
      code: expect.stringMatching(/^aws\.(QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/),
    });
    await cloud.write("sqs:CreateQueue", { QueueName, Attributes: { MessageRetentionPeriod: "300" } });
    const { QueueUrl } = await cloud.read("sqs:GetQueueUrl", { QueueName });
    const { Attributes } = await cloud.read("sqs:GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    expect(Attributes).toMatchObject({ MessageRetentionPeriod: "300", QueueArn: expect.stringContaining(QueueName) });
    await cloud.write("sqs:DeleteQueue", { QueueUrl });
  });

  promise(skip, "a rule with targets cannot be deleted before them", async () => {
    const { cloud } = await make();
    const Name = unique("rule");
    await cloud.write("events:PutRule", { Name, EventPattern: JSON.stringify({ source: ["aws.ec2"] }) });
    await cloud.write("events:PutTargets", {
      Rule: Name,
      Targets: [{ Id: "one", Arn: `arn:aws:sqs:${cloud.region}:111122223333:some-queue` }],
    });
    await expect(cloud.write("events:DeleteRule", { Name })).rejects.toMatchObject({ code: "aws.ValidationException" });
    await cloud.write("events:RemoveTargets", { Rule: Name, Ids: ["one"] });
    await cloud.write("events:DeleteRule", { Name });
    await expect(cloud.read("events:DescribeRule", { Name })).rejects.toMatchObject({
      code: "aws.ResourceNotFoundException",
    });
  });
}

function groupPromises(make: () => Promise<CloudPlace>, skip: readonly Skip[]): void {
  promise(skip, "lists every node group and its Auto Scaling group, joined by name", async () => {
    const { cloud, clusterName } = await make();
    const names = await cloud.allNames("eks:ListNodegroups", { clusterName }, "nodegroups");
    expect(names.length).toBeGreaterThan(0);
    const { nodegroup } = (await cloud.read("eks:DescribeNodegroup", { clusterName, nodegroupName: names[0] })) as {
      readonly nodegroup: { readonly resources: { readonly autoScalingGroups: readonly JsonObject[] } };
    };
    const asg = nodegroup.resources.autoScalingGroups[0]?.["name"];
    const groups = await cloud.all(
      "autoscaling:DescribeAutoScalingGroups",
      { AutoScalingGroupNames: [asg ?? null] },
      "AutoScalingGroups",
    );
    expect(groups).toMatchObject([
      { AutoScalingGroupName: asg, MinSize: expect.any(Number), Instances: expect.any(Array) },
    ]);
  });

  promise(skip, "a desired capacity below the minimum is refused", async () => {
    const { cloud } = await make();
    const groups = await cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups");
    const group = groups.find((one) => Number(one["MinSize"]) > 0);
    const input = {
      AutoScalingGroupName: group?.["AutoScalingGroupName"],
      DesiredCapacity: Number(group?.["MinSize"]) - 1,
    };
    await expect(cloud.write("autoscaling:SetDesiredCapacity", input)).rejects.toMatchObject({
      code: "aws.ValidationError",
    });
  });

  promise(skip, "suspended processes are shown and can be resumed", async () => {
    const { cloud } = await make();
    const [group] = await cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups");
    const AutoScalingGroupName = group?.["AutoScalingGroupName"];
    const suspended = async (): Promise<readonly unknown[]> => {
      const [one] = await cloud.all(
        "autoscaling:DescribeAutoScalingGroups",
        { AutoScalingGroupNames: [AutoScalingGroupName ?? null] },
        "AutoScalingGroups",
      );
      return ((one?.["SuspendedProcesses"] ?? []) as readonly JsonObject[]).map((process) => process["ProcessName"]);
    };
    await cloud.write("autoscaling:SuspendProcesses", { AutoScalingGroupName, ScalingProcesses: ["AZRebalance"] });
    expect(await suspended()).toEqual(["AZRebalance"]);
    await cloud.write("autoscaling:ResumeProcesses", { AutoScalingGroupName, ScalingProcesses: ["AZRebalance"] });
    expect(await suspended()).toEqual([]);
  });

  promise(skip, "tags on subnets are found by filter, and go when they are deleted", async () => {
    const { cloud } = await make();
    const [subnet] = await cloud.all("ec2:DescribeSubnets", {}, "Subnets");
    const Resources = [subnet?.["SubnetId"] as string];
    const Value = unique("tag");
    const Filters = [{ Name: "tag:dovetail-contract", Values: [Value] }];
    await cloud.write("ec2:CreateTags", { Resources, Tags: [{ Key: "dovetail-contract", Value }] });
    expect(await cloud.all("ec2:DescribeSubnets", { Filters }, "Subnets")).toMatchObject([{ SubnetId: Resources[0] }]);
    await cloud.write("ec2:DeleteTags", { Resources, Tags: [{ Key: "dovetail-contract" }] });
    expect(await cloud.all("ec2:DescribeSubnets", { Filters }, "Subnets")).toEqual([]);
  });

  promise(skip, "an access entry for nodes exists once and can be deleted", async () => {
    const { cloud, clusterName } = await make();
    const RoleName = unique("nodes");
    const { Role } = (await cloud.write("iam:CreateRole", { RoleName, AssumeRolePolicyDocument: trust })) as {
      readonly Role: JsonObject;
    };
    const input = { clusterName, principalArn: Role["Arn"], type: "EC2_LINUX" };
    await cloud.write("eks:CreateAccessEntry", input);
    await expect(cloud.write("eks:CreateAccessEntry", input)).rejects.toMatchObject({
      code: "aws.ResourceInUseException",
    });
    expect(await cloud.allNames("eks:ListAccessEntries", { clusterName }, "accessEntries")).toContain(Role["Arn"]);
    await cloud.write("eks:DeleteAccessEntry", { clusterName, principalArn: Role["Arn"] });
    await expect(
      cloud.read("eks:DescribeAccessEntry", { clusterName, principalArn: Role["Arn"] }),
    ).rejects.toMatchObject({ code: "aws.ResourceNotFoundException" });
    await cloud.write("iam:DeleteRole", { RoleName });
  });
}

function unique(what: string): string {
  counter += 1;
  return `contract-${what}-${counter}-${Math.floor(Math.random() * 1e6)}`;
}
