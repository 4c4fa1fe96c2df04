import type { Json, JsonObject } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { waitUntil } from "../run/wait.ts";
import { type GroupRef } from "./params.ts";
import { listAt, numberAt, objectAt, textAt } from "../../kube/json.ts";

/** A node group's sizes and processes as AWS tells them now. */
export interface GroupState {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly suspended: readonly string[];
  readonly instances: readonly { readonly id: string; readonly lifecycle: string }[];
  /** What is recorded besides, for people: tags, and labels of a managed group. */
  readonly tags: readonly Json[];
  readonly labels: JsonObject;
  readonly arn: string | undefined;
  /** Of a managed group. */
  readonly nodegroupArn: string | undefined;
}

/** The three sizes of a group that are recorded and restored. */
export interface GroupSizes {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

/** Throws `migrate.drift` when the group is gone. */
export async function readGroup(world: Reading, group: GroupRef): Promise<GroupState> {
  const name = group.autoScalingGroupName ?? group.name;
  const { AutoScalingGroups } = await world.cloud.read("autoscaling:DescribeAutoScalingGroups", {
    AutoScalingGroupNames: [name],
  });
  const found = listAt(AutoScalingGroups)[0];
  if (found === undefined) throw gone(group);
  const asg = objectAt(found);
  const nodegroup = group.kind === "managed" ? await readNodegroup(world, group) : {};
  return {
    min: numberAt(asg["MinSize"]) ?? 0,
    max: numberAt(asg["MaxSize"]) ?? 0,
    desired: numberAt(asg["DesiredCapacity"]) ?? 0,
    suspended: listAt(asg["SuspendedProcesses"])
      .map((entry) => textAt(objectAt(entry)["ProcessName"]) ?? "")
      .toSorted(),
    instances: listAt(asg["Instances"]).map((entry) => {
      const { InstanceId, LifecycleState } = objectAt(entry);
      return { id: textAt(InstanceId) ?? "", lifecycle: textAt(LifecycleState) ?? "" };
    }),
    tags: listAt(asg["Tags"]),
    labels: objectAt(nodegroup["labels"]),
    arn: textAt(asg, "AutoScalingGroupARN"),
    nodegroupArn: textAt(nodegroup, "nodegroupArn"),
  };
}

/** Instances that the group still counts: not on their way out. */
export function membersOf(state: GroupState): readonly string[] {
  return state.instances.filter(({ lifecycle }) => !lifecycle.startsWith("Terminat")).map(({ id }) => id);
}

/**
 * Sets a group's sizes the way its owner wants it: EKS for a managed group, whose Auto Scaling group it would
 * otherwise see as changed behind its back.
 * Waits until EKS is done: a later change to the same group would be refused, and its own copy of the desired size
 * would win over ours.
 */
export async function setSizes(
  world: World,
  target: { readonly group: GroupRef; readonly timeoutMs: number },
  sizes: GroupSizes,
): Promise<void> {
  const { group } = target;
  if (group.kind === "self-managed") {
    await world.cloud.write("autoscaling:UpdateAutoScalingGroup", {
      AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
      MinSize: sizes.min,
      MaxSize: sizes.max,
      DesiredCapacity: sizes.desired,
    });
    return;
  }
  await settled(world, target);
  const { update } = await world.cloud.write("eks:UpdateNodegroupConfig", {
    clusterName: group.cluster,
    nodegroupName: group.name,
    scalingConfig: { minSize: sizes.min, maxSize: sizes.max, desiredSize: sizes.desired },
  });
  const updateId = textAt(objectAt(update)["id"]) ?? "";
  await waitUntil(
    world,
    { title: `EKS updates ${group.name}`, timeoutMs: target.timeoutMs, code: "migrate.nodegroup-update" },
    async () => {
      const answer = await world.cloud.read("eks:DescribeUpdate", {
        name: group.cluster,
        nodegroupName: group.name,
        updateId,
      });
      const { status, errors } = objectAt(answer["update"]);
      if (status === "Successful") return { isDone: true, value: undefined };
      if (status === "InProgress") return { isDone: false, detail: "update in progress" };
      throw new Fault(
        "migrate.nodegroup-update",
        `EKS could not update node group ${group.name} (${textAt(status) ?? ""})`,
        {
          why: JSON.stringify(errors ?? []),
          hint: "look at the node group's health in the EKS console, then run `dovetail resume`",
        },
      );
    },
  );
  await settled(world, target);
}

// EKS refuses a change while another runs: ours from before a crash, or somebody else's.
async function settled(
  world: Reading,
  target: { readonly group: GroupRef; readonly timeoutMs: number },
): Promise<void> {
  await waitUntil(
    world,
    {
      title: `node group ${target.group.name} is settled`,
      timeoutMs: target.timeoutMs,
      code: "migrate.nodegroup-update",
    },
    async () => {
      const status = textAt((await readNodegroup(world, target.group))["status"]) ?? "";
      const isSettled = status === "ACTIVE" || status === "DEGRADED";
      return isSettled ? { isDone: true, value: undefined } : { isDone: false, detail: `it is ${status}` };
    },
  );
}

/** Sets the desired size alone, as CA does, also for a managed group. */
export async function setDesired(world: World, group: GroupRef, desired: number): Promise<void> {
  await world.cloud.write("autoscaling:SetDesiredCapacity", {
    AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
    DesiredCapacity: desired,
    HonorCooldown: false,
  });
}

async function readNodegroup(world: Reading, group: GroupRef): Promise<JsonObject> {
  const input = { clusterName: group.cluster, nodegroupName: group.name };
  return objectAt((await world.cloud.read("eks:DescribeNodegroup", input))["nodegroup"]);
}

function gone(group: GroupRef): Fault {
  return new Fault("migrate.drift", `node group ${group.name} is gone`, {
    why: "the plan was made with it, and its recorded sizes cannot be restored",
    hint: "run `dovetail migrate` again for a plan of the cluster as it is",
  });
}
