import { Fault } from "../../fault/fault.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, objects, texts } from "./account.ts";
import { launchTemplateOf, memberTags } from "./group-launch.ts";
import { launchInstance, memberIds, stateOf, terminateInstance } from "./instances.ts";
import { scaleInChoice } from "./scale-in-choice.ts";
import type { Row } from "./state.ts";

/** Launching and ending take their turns in the group's own time. */
export interface GroupTimes {
  readonly nowMs: number;
  readonly retryMs: number;
  /** How long zones must be uneven before Auto Scaling evens them. */
  readonly rebalanceMs: number;
}

/**
 * Lets an Auto Scaling group reach its desired capacity as far as it can now. Answers after how long it looks again; undefined: when
 * something changes.
 */
export function reconcileGroup(aws: AwsAccount, group: Row, times: GroupTimes): number | undefined {
  settleMembers(aws, group, times.nowMs);
  const retryMs = isSuspended(group, "Launch") || launchMissing(aws, group) ? undefined : times.retryMs;
  const balanceMs = rebalance(aws, group, times);
  if (!isSuspended(group, "Terminate")) terminateSurplus(aws, group);
  if (group["_deleting"] === true && objects(group["Instances"]).length === 0) removeGroup(aws, group);
  const waits = [retryMs, balanceMs, hookMs(group, times.nowMs)].filter((ms) => ms !== undefined);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** Takes one instance out of its group: it ends at once, or when the lifecycle hooks of the group and EKS have let it go. */
export function terminateMember(aws: AwsAccount, group: Row, id: string, cause: string): JsonObject {
  const hooks = hooksOf(aws, group, "autoscaling:EC2_INSTANCE_TERMINATING");
  const isHeld = hooks.length > 0 || isManaged(group);
  const waitUntilMs = Math.max(0, ...hooks.map((hook) => aws.nowMs + 1000 * Number(hook["HeartbeatTimeout"] ?? 3600)));
  setMember(group, id, {
    LifecycleState: isHeld ? "Terminating:Wait" : "Terminating",
    ...(hooks.length > 0 ? { _waitUntilMs: waitUntilMs } : {}),
  });
  if (!isHeld) terminateInstance(aws, id);
  aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
  return noteActivity(aws, group, {
    Description: `Terminating EC2 instance: ${id}`,
    Cause: `At ${aws.now()} instance ${id} was taken out of service in response to ${cause}.`,
    StatusCode: "InProgress",
    Progress: 0,
  });
}

/** Lets a member go that waits for its end. */
export function releaseMember(aws: AwsAccount, group: Row, id: string): void {
  setMember(group, id, { LifecycleState: "Terminating:Proceed" });
  terminateInstance(aws, id);
  aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
}

/** Whether EKS made the group for a managed node group. */
export function isManaged(group: Row): boolean {
  return objects(group["Tags"]).some((tag) => tag["Key"] === "eks:nodegroup-name");
}

/** Whether a group's process was suspended. */
function isSuspended(group: Row, process: string): boolean {
  return objects(group["SuspendedProcesses"]).some((one) => one["ProcessName"] === process);
}

function hooksOf(aws: AwsAccount, group: Row, transition: string): readonly Row[] {
  const name = group["AutoScalingGroupName"];
  return aws
    .rows("autoscaling.hooks")
    .filter((hook) => hook["AutoScalingGroupName"] === name && hook["LifecycleTransition"] === transition);
}

function setMember(group: Row, id: string, change: JsonObject): void {
  group["Instances"] = objects(group["Instances"]).map((member) =>
    member["InstanceId"] === id ? { ...member, ...change } : member,
  );
}

function settleMembers(aws: AwsAccount, group: Row, nowMs: number): void {
  const before = objects(group["Instances"]);
  const kept = before.flatMap((member) => settled(aws, group, member, nowMs));
  if (kept.length === before.length && kept.every((member, i) => member === before[i])) return;
  group["Instances"] = kept;
  aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
}

function settled(aws: AwsAccount, group: Row, member: JsonObject, nowMs: number): readonly JsonObject[] {
  const id = str(member["InstanceId"]);
  const instance = aws.table("ec2.instances")[id];
  const state = instance === undefined ? "terminated" : stateOf(instance);
  const lifecycle = str(member["LifecycleState"]);
  if (state === "terminated") return [];
  if (lifecycle === "Pending" && state === "running") {
    const hooks = hooksOf(aws, group, "autoscaling:EC2_INSTANCE_LAUNCHING");
    if (hooks.length === 0) return [{ ...member, LifecycleState: "InService" }];
    const waitUntilMs = Math.max(...hooks.map((hook) => nowMs + 1000 * Number(hook["HeartbeatTimeout"] ?? 3600)));
    return [{ ...member, LifecycleState: "Pending:Wait", _waitUntilMs: waitUntilMs }];
  }
  if (lifecycle === "Pending:Wait" && nowMs >= Number(member["_waitUntilMs"] ?? 0))
    return [{ ...member, LifecycleState: "InService" }];
  if (lifecycle === "Terminating:Wait" && !isManaged(group) && nowMs >= Number(member["_waitUntilMs"] ?? 0)) {
    terminateInstance(aws, id);
    return [{ ...member, LifecycleState: "Terminating:Proceed" }];
  }
  // Ended behind the group's back: it finds it unhealthy and replaces it.
  if (state === "shutting-down" && !lifecycle.startsWith("Terminating"))
    return [{ ...member, LifecycleState: "Terminating", HealthStatus: "Unhealthy" }];
  return [member];
}

function hookMs(group: Row, nowMs: number): number | undefined {
  const due = objects(group["Instances"])
    .filter((member) => str(member["LifecycleState"]).endsWith(":Wait") && member["_waitUntilMs"] !== undefined)
    .map((member) => Number(member["_waitUntilMs"]) - nowMs);
  return due.length === 0 ? undefined : Math.max(0, Math.min(...due));
}

/** False when EC2 had nothing. */
function launchMissing(aws: AwsAccount, group: Row): boolean {
  const before = memberIds(group).length;
  const desired = Number(group["DesiredCapacity"]);
  for (let i = before; i < desired; i++) if (!launchMember(aws, group)) return false;
  return true;
}

// The emptiest zone first, its overrides in order: `prioritized`.
function launchMember(aws: AwsAccount, group: Row): boolean {
  const template = launchTemplateOf(aws, group);
  const subnets = str(group["VPCZoneIdentifier"])
    .split(",")
    .filter((id) => aws.table("ec2.subnets")[id] !== undefined);
  const zoneOf = (id: string): string => str(aws.table("ec2.subnets")[id]?.["AvailabilityZone"]);
  const loads = zoneCounts(group);
  const load = (id: string): number => loads.get(zoneOf(id)) ?? 0;
  const order = subnets.toSorted((a, b) => load(a) - load(b) || (zoneOf(a) < zoneOf(b) ? -1 : 1));
  let problem: Fault | undefined;
  for (const subnetId of order) {
    for (const instanceType of template.instanceTypes) {
      try {
        const tags = memberTags(group, template.tags);
        const instance = launchInstance(aws, { ...template, subnetId, instanceType, tags });
        addMember(aws, group, { instance, zone: zoneOf(subnetId), specification: template.specification });
        return true;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        problem = error;
      }
    }
  }
  noteActivity(aws, group, {
    Description: "Launching a new EC2 instance.",
    Cause: `At ${aws.now()} an instance was started in response to a difference between desired and actual capacity.`,
    StatusCode: "Failed",
    StatusMessage: `${problem?.message ?? "no subnet to launch in"} Launching EC2 instance failed.`,
    Progress: 100,
  });
  return false;
}

/** Members that count for the capacity, by zone. */
function zoneCounts(group: Row): Map<string, number> {
  const counts = new Map<string, number>();
  for (const member of objects(group["Instances"])) {
    if (!isCounted(member)) continue;
    const zone = str(member["AvailabilityZone"]);
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return counts;
}

function isCounted(member: JsonObject): boolean {
  const state = str(member["LifecycleState"]);
  return state === "InService" || state.startsWith("Pending");
}

// A zone that has two instances more than another for a while: one is launched in the emptier zone first, then one goes from the fuller.
function rebalance(aws: AwsAccount, group: Row, times: GroupTimes): number | undefined {
  const members = objects(group["Instances"]);
  const isSettled =
    members.every((one) => one["LifecycleState"] === "InService") &&
    members.length === Number(group["DesiredCapacity"]);
  const counts = zoneCounts(group);
  const zones = texts(group["AvailabilityZones"]).map((zone) => counts.get(zone) ?? 0);
  const isUneven = zones.length > 0 && Math.max(...zones) - Math.min(...zones) >= 2;
  const isHeld = isSuspended(group, "AZRebalance") || isSuspended(group, "Launch") || group["_deleting"] === true;
  if (!isSettled || !isUneven || isHeld) {
    delete group["_unevenSinceMs"];
    return undefined;
  }
  const sinceMs = Number(group["_unevenSinceMs"] ?? times.nowMs);
  group["_unevenSinceMs"] = sinceMs;
  const leftMs = sinceMs + times.rebalanceMs - times.nowMs;
  if (leftMs > 0) return leftMs;
  delete group["_unevenSinceMs"];
  if (!launchMember(aws, group)) return times.retryMs;
  group["_isRebalancing"] = true;
  return undefined;
}

function addMember(
  aws: AwsAccount,
  group: Row,
  made: { readonly instance: Row; readonly zone: string; readonly specification: JsonObject },
): void {
  const id = str(made.instance["InstanceId"]);
  const name = str(group["AutoScalingGroupName"]);
  made.instance["_group"] = name;
  const member: JsonObject = {
    InstanceId: id,
    InstanceType: made.instance["InstanceType"],
    AvailabilityZone: made.zone,
    LifecycleState: "Pending",
    HealthStatus: "Healthy",
    LaunchTemplate: made.specification,
    ProtectedFromScaleIn: group["NewInstancesProtectedFromScaleIn"] === true,
  };
  group["Instances"] = [...objects(group["Instances"]), member];
  noteActivity(aws, group, {
    Description: `Launching a new EC2 instance: ${id}`,
    Cause: `At ${aws.now()} an instance was started in response to a difference between desired and actual capacity.`,
    StatusCode: "Successful",
    Progress: 100,
  });
  aws.note("auto-scaling", "ec2:RunInstances", { InstanceId: id, AutoScalingGroupName: name });
  aws.changed("autoscaling.groups", name);
}

function terminateSurplus(aws: AwsAccount, group: Row): void {
  const isPending = objects(group["Instances"]).some((one) => str(one["LifecycleState"]).startsWith("Pending"));
  if (group["_isRebalancing"] === true && isPending) return;
  delete group["_isRebalancing"];
  for (let surplus = memberIds(group).length - Number(group["DesiredCapacity"]); surplus > 0; surplus--) {
    const victim = scaleInChoice(aws, group, objects(group["Instances"]).filter(isCounted));
    if (victim === undefined) return;
    terminateMember(aws, group, victim, "a difference between desired and actual capacity");
    aws.note("auto-scaling", "ec2:TerminateInstances", {
      InstanceId: victim,
      AutoScalingGroupName: group["AutoScalingGroupName"],
    });
  }
}

function removeGroup(aws: AwsAccount, group: Row): void {
  const name = str(group["AutoScalingGroupName"]);
  delete aws.table("autoscaling.groups")[name];
  const nodegroup = aws.rows("eks.nodegroups").find((one) => one["_asg"] === name);
  if (nodegroup !== undefined) delete aws.table("eks.nodegroups")[str(nodegroup["nodegroupName"])];
  aws.changed("autoscaling.groups", name);
}

/** Activities that are kept for each group. */
const keptActivities = 100;

function noteActivity(aws: AwsAccount, group: Row, facts: JsonObject): JsonObject {
  const id = aws.random.uuid();
  const name = str(group["AutoScalingGroupName"]);
  const activity: Row = { ActivityId: id, AutoScalingGroupName: name, StartTime: aws.now(), ...facts };
  const table = aws.table("autoscaling.activities");
  table[id] = activity;
  const own = Object.keys(table).filter((one) => table[one]?.["AutoScalingGroupName"] === name);
  for (const old of own.slice(0, Math.max(0, own.length - keptActivities))) delete table[old];
  return { ...activity };
}
