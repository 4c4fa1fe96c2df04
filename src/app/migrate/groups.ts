import type { Json, JsonObject } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { isAbsent } from "../read/aws-find.ts";
import { waitUntil } from "../run/wait.ts";
import { type GroupRef } from "./params.ts";
import { listAt, numberAt, objectAt, textAt } from "../../kube/json.ts";

/** A node group's sizes and processes as AWS tells them now. */
export interface GroupState {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly suspended: readonly string[];
  readonly instances: readonly GroupMember[];
  /** Zones that the group may launch in, those without an instance included. */
  readonly zones: readonly string[];
  /** What is recorded besides, for people: tags, and labels of a managed group. */
  readonly tags: readonly Json[];
  readonly labels: JsonObject;
  readonly arn: string | undefined;
  /** Of a managed group. */
  readonly nodegroupArn: string | undefined;
}

/** An instance as its group counts it. */
export interface GroupMember {
  readonly id: string;
  readonly lifecycle: string;
  readonly zone: string;
}

/** A group that is changed, and how long that may take. */
export interface GroupTarget {
  readonly group: GroupRef;
  readonly timeoutMs: number;
}

/** Throws `migrate.drift` when the group is gone. */
export async function readGroup(world: Reading, group: GroupRef): Promise<GroupState> {
  const found = await findGroup(world, group);
  if (found === undefined) throw gone(group);
  return found;
}

/**
 * The group as it is after every update of EKS's has ended, ours from before a crash or somebody else's: until then its sizes are those of
 * a moment that is about to pass. Undefined when it is gone.
 */
export async function findSettled(world: Reading, target: GroupTarget): Promise<GroupState | undefined> {
  if (target.group.kind === "managed" && !(await settled(world, target))) return undefined;
  return findGroup(world, target.group);
}

/** As `findSettled`. Throws `migrate.drift` when the group is gone. */
export async function readSettled(world: Reading, target: GroupTarget): Promise<GroupState> {
  const found = await findSettled(world, target);
  if (found === undefined) throw gone(target.group);
  return found;
}

/** As `readGroup`; undefined when somebody deleted the group. */
export async function findGroup(world: Reading, group: GroupRef): Promise<GroupState | undefined> {
  const name = group.autoScalingGroupName ?? group.name;
  const { AutoScalingGroups } = await world.cloud.read("autoscaling:DescribeAutoScalingGroups", {
    AutoScalingGroupNames: [name],
  });
  const found = listAt(AutoScalingGroups)[0];
  if (found === undefined) return undefined;
  const asg = objectAt(found);
  const nodegroup = group.kind === "managed" ? await findNodegroup(world, group) : {};
  if (nodegroup === undefined) return undefined;
  return {
    min: numberAt(asg["MinSize"]) ?? 0,
    max: numberAt(asg["MaxSize"]) ?? 0,
    desired: numberAt(asg["DesiredCapacity"]) ?? 0,
    suspended: listAt(asg["SuspendedProcesses"])
      .map((entry) => textAt(objectAt(entry)["ProcessName"]) ?? "")
      .toSorted(),
    instances: listAt(asg["Instances"]).map((entry) => {
      const { InstanceId, LifecycleState, AvailabilityZone } = objectAt(entry);
      return {
        id: textAt(InstanceId) ?? "",
        lifecycle: textAt(LifecycleState) ?? "",
        zone: textAt(AvailabilityZone) ?? "",
      };
    }),
    zones: listAt(asg["AvailabilityZones"]).flatMap((zone) => textAt(zone) ?? []),
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

/** Instances that the desired size counts: what leaves, and what was set aside by hand, is not among them. */
export function countedOf(state: Pick<GroupState, "instances">): readonly GroupMember[] {
  return state.instances.filter(({ lifecycle }) => lifecycle === "InService" || lifecycle.startsWith("Pending"));
}

/**
 * Sets a group's minimum, and nothing else, the way its owner wants it: through EKS for a managed group, whose Auto Scaling group it would
 * otherwise see as changed behind its back. Every other size stays what somebody else may have made it meanwhile.
 *
 * Waits until EKS is done: a later change to the same group would be refused. Answers the group as it is then.
 */
export async function setMinimum(world: World, target: GroupTarget, minimum: number): Promise<GroupState> {
  const { group } = target;
  const now = await readSettled(world, target);
  if (now.min === minimum) return now;
  if (group.kind === "self-managed") {
    await world.cloud.write("autoscaling:UpdateAutoScalingGroup", {
      AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
      MinSize: minimum,
    });
    return readGroup(world, group);
  }
  const { update } = await world.cloud.write("eks:UpdateNodegroupConfig", {
    clusterName: group.cluster,
    nodegroupName: group.name,
    scalingConfig: { minSize: minimum },
  });
  await updated(world, target, textAt(objectAt(update)["id"]) ?? "");
  return readSettled(world, target);
}

/**
 * Lets the group have at least that many nodes, as far as its maximum goes. Never fewer than are there: others may have added some, and
 * Auto Scaling would choose by itself which ones to end, without a drain. Answers the group as it was before.
 */
export async function raiseDesired(world: World, target: GroupTarget, atLeast: number): Promise<GroupState> {
  const { group } = target;
  const now = await readSettled(world, target);
  const wanted = Math.min(Math.max(atLeast, countedOf(now).length), now.max);
  if (wanted <= now.desired) return now;
  await world.cloud.write("autoscaling:SetDesiredCapacity", {
    AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
    DesiredCapacity: wanted,
    HonorCooldown: false,
  });
  return now;
}

async function updated(world: Reading, target: GroupTarget, updateId: string): Promise<void> {
  const { group, timeoutMs } = target;
  await waitUntil(
    world,
    { title: `EKS updates ${group.name}`, timeoutMs, code: "migrate.nodegroup-update" },
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
}

// EKS refuses a change while another runs: ours from before a crash, or somebody else's. Answers whether the group is there.
async function settled(world: Reading, target: GroupTarget): Promise<boolean> {
  return waitUntil(
    world,
    {
      title: `node group ${target.group.name} is settled`,
      timeoutMs: target.timeoutMs,
      code: "migrate.nodegroup-update",
    },
    async () => {
      const nodegroup = await findNodegroup(world, target.group);
      const status = textAt(nodegroup?.["status"]) ?? "";
      if (nodegroup === undefined || status === "DELETING") return { isDone: true, value: false };
      if (/^(ACTIVE|DEGRADED|\w+_FAILED)$/.test(status)) return { isDone: true, value: true };
      return { isDone: false, detail: `it is ${status}` };
    },
  );
}

async function findNodegroup(world: Reading, group: GroupRef): Promise<JsonObject | undefined> {
  const input = { clusterName: group.cluster, nodegroupName: group.name };
  try {
    return objectAt((await world.cloud.read("eks:DescribeNodegroup", input))["nodegroup"]);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** What is seen of a group that somebody deleted: it has nothing left to be shifted. */
export const nothingLeft = "somebody deleted the node group: nothing of it is left to shift";

/** Why nothing of a group can be put back. */
export const groupGone = "somebody deleted the node group: its recorded sizes cannot be restored";

function gone(group: GroupRef): Fault {
  return new Fault("migrate.drift", `node group ${group.name} is gone`, {
    why: "the plan was made with it, and its recorded sizes cannot be restored",
    hint: "run `dovetail migrate` again for a plan of the cluster as it is",
  });
}
