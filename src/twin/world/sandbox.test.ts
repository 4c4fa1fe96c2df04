import { expect, test } from "vitest";
import type { Pod } from "../../kube/objects.ts";
import type { World } from "../../ports/world.ts";
import { str } from "../store/objects.ts";
import { openSandbox } from "../../adapters/sandbox/open.ts";
import { foreignCall } from "../../../test/support/aws.ts";

async function podsOn(world: World, node: string): Promise<readonly Pod[]> {
  return world.cluster.list("pods", { fieldSelector: `spec.nodeName=${node}` });
}

async function firstNode(world: World, group: string): Promise<{ readonly name: string; readonly instance: string }> {
  const [node] = await world.cluster.list("nodes", { labelSelector: `eks.amazonaws.com/nodegroup=${group}` });
  const name = node?.metadata.name ?? "";
  return { name, instance: node?.spec?.providerID?.split("/").at(-1) ?? "" };
}

test("a cordoned node is drained through the Eviction API and its pods run elsewhere", async () => {
  const { world } = await openSandbox({ name: "clean" });
  const { name } = await firstNode(world, "general");
  await world.cluster.patch({ resource: "nodes", name }, "merge", { spec: { unschedulable: true } });
  const isDaemon = (pod: Pod): boolean =>
    pod.metadata.ownerReferences?.some((owner) => owner.kind === "DaemonSet") === true;
  for (let round = 0; round < 60; round++) {
    const left = (await podsOn(world, name)).filter(
      (pod) => !isDaemon(pod) && pod.metadata.deletionTimestamp === undefined,
    );
    if (left.length === 0) break;
    for (const pod of left)
      await world.cluster.evict({ namespace: pod.metadata.namespace ?? "", name: pod.metadata.name });
    await world.clock.sleep(5_000);
  }
  await world.clock.sleep(30_000);
  expect((await podsOn(world, name)).filter((pod) => !isDaemon(pod))).toEqual([]);
  expect(
    (await world.cluster.list("pods", { fieldSelector: "status.phase!=Running" })).map((pod) => pod.metadata.name),
  ).toEqual([]);
});

test("an eviction that a budget forbids answers blocked and changes nothing, two budgets answer impossible", async () => {
  const { world } = await openSandbox({ name: "traps" });
  const [ledger] = await world.cluster.list("pods", {
    namespace: "payments",
    labelSelector: "app.kubernetes.io/name=ledger",
  });
  const [order] = await world.cluster.list("pods", { namespace: "orders" });
  expect(await world.cluster.evict({ namespace: "payments", name: ledger?.metadata.name ?? "" })).toMatchObject({
    kind: "blocked",
  });
  expect(await world.cluster.evict({ namespace: "orders", name: order?.metadata.name ?? "" })).toMatchObject({
    kind: "impossible",
  });
  const after = await world.cluster.get({ resource: "pods", namespace: "payments", name: ledger?.metadata.name ?? "" });
  expect(after?.metadata.deletionTimestamp).toBeUndefined();
});

test("an instance ended with its group's desired size lowered takes its node along and is not replaced", async () => {
  const { world } = await openSandbox({ name: "clean" });
  const { name, instance } = await firstNode(world, "general");
  const terminate = { InstanceId: instance, ShouldDecrementDesiredCapacity: true };
  await world.cloud.write("autoscaling:TerminateInstanceInAutoScalingGroup", terminate);
  await world.clock.sleep(180_000);
  expect(await world.cluster.get({ resource: "nodes", name })).toBeUndefined();
  expect(await world.cluster.list("nodes")).toHaveLength(11);
  const [group] = (await world.cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups")).filter(
    (one) => str(one["AutoScalingGroupName"]).startsWith("eks-general"),
  );
  expect(group).toMatchObject({ DesiredCapacity: 5 });
});

test("an instance ended without lowering the desired size is replaced", async () => {
  const { world } = await openSandbox({ name: "clean" });
  const { instance } = await firstNode(world, "general");
  await foreignCall(world.cloud, "ec2:TerminateInstances", { InstanceIds: [instance] });
  await world.clock.sleep(240_000);
  expect(await world.cluster.list("nodes")).toHaveLength(12);
});

test("lowering the desired size below the minimum is refused as AWS refuses it", async () => {
  const { world } = await openSandbox({ name: "clean" });
  const groups = await world.cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups");
  const name = str(groups[0]?.["AutoScalingGroupName"]);
  await expect(
    world.cloud.write("autoscaling:SetDesiredCapacity", { AutoScalingGroupName: name, DesiredCapacity: 1 }),
  ).rejects.toMatchObject({ code: "aws.ValidationError" });
});

test("an update of a node group takes time, refuses another meanwhile, and reaches its Auto Scaling group", async () => {
  const { world } = await openSandbox({ name: "clean" });
  const input = {
    clusterName: "orchard-prod",
    nodegroupName: "general",
    scalingConfig: { minSize: 0, maxSize: 12, desiredSize: 7 },
  };
  const answer = await world.cloud.write("eks:UpdateNodegroupConfig", input);
  expect(answer).toMatchObject({ update: { status: "InProgress" } });
  await expect(world.cloud.write("eks:UpdateNodegroupConfig", input)).rejects.toMatchObject({
    code: "aws.ResourceInUseException",
  });
  await world.clock.sleep(120_000);
  expect(await world.cluster.list("nodes", { labelSelector: "eks.amazonaws.com/nodegroup=general" })).toHaveLength(7);
  const { nodegroup } = await world.cloud.read("eks:DescribeNodegroup", input);
  expect(nodegroup).toMatchObject({ status: "ACTIVE", scalingConfig: { minSize: 0, maxSize: 12, desiredSize: 7 } });
});

test("a killed process finds the world as it left it", async () => {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  sandbox.faults.add({ kind: "kill", atWrite: 1, when: "after" });
  const role = { RoleName: "made-before-the-kill", AssumeRolePolicyDocument: "{}" };
  await expect(world.cloud.write("iam:CreateRole", role)).rejects.toThrow("killed");
  await expect(world.cluster.list("nodes")).rejects.toThrow("killed");
  sandbox.faults.revive();
  await expect(world.cloud.read("iam:GetRole", role)).resolves.toMatchObject({
    Role: { RoleName: "made-before-the-kill" },
  });
});

test("a lost answer, a throttled call and a conflict arrive as the faults that real adapters make", async () => {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  sandbox.faults.add(
    { kind: "throttle", match: "iam:GetRole", times: 1 },
    { kind: "lost-answer", match: "iam:CreateRole", times: 1 },
    { kind: "conflict", match: "kube:patch nodes", times: 1 },
  );
  const role = { RoleName: "lost", AssumeRolePolicyDocument: "{}" };
  await expect(world.cloud.read("iam:GetRole", role)).rejects.toMatchObject({
    code: "aws.ThrottlingException",
    retry: "later",
  });
  await expect(world.cloud.write("iam:CreateRole", role)).rejects.toMatchObject({ code: "aws.Unreachable" });
  await expect(world.cloud.read("iam:GetRole", role)).resolves.toBeDefined();
  const { name } = await firstNode(world, "general");
  const patch = (): Promise<unknown> =>
    world.cluster.patch({ resource: "nodes", name }, "merge", { spec: { unschedulable: true } });
  await expect(patch()).rejects.toMatchObject({ code: "kube.Conflict" });
  await expect(patch()).resolves.toBeDefined();
});

test("a group that lost the balance of its zones launches in the emptier zone and ends one in the fuller, unless told not to", async () => {
  for (const isSuspended of [false, true]) {
    const { world } = await openSandbox({ name: "clean" });
    const [group] = (await world.cloud.all("autoscaling:DescribeAutoScalingGroups", {}, "AutoScalingGroups")).filter(
      (one) => str(one["AutoScalingGroupName"]).startsWith("eks-general"),
    );
    const name = str(group?.["AutoScalingGroupName"]);
    if (isSuspended) {
      await world.cloud.write("autoscaling:SuspendProcesses", {
        AutoScalingGroupName: name,
        ScalingProcesses: ["AZRebalance"],
      });
    }
    const nodes = await world.cluster.list("nodes", {
      labelSelector: "eks.amazonaws.com/nodegroup=general,topology.kubernetes.io/zone=us-east-1a",
    });
    for (const node of nodes) {
      const InstanceId = node.spec?.providerID?.split("/").at(-1) ?? "";
      await world.cloud.write("autoscaling:TerminateInstanceInAutoScalingGroup", {
        InstanceId,
        ShouldDecrementDesiredCapacity: true,
      });
    }
    await world.clock.sleep(300_000);
    const left = await world.cluster.list("nodes", { labelSelector: "eks.amazonaws.com/nodegroup=general" });
    const inZone = left.filter((node) => node.metadata.labels?.["topology.kubernetes.io/zone"] === "us-east-1a");
    expect([left.length, inZone.length]).toEqual(isSuspended ? [4, 0] : [4, 1]);
  }
});
