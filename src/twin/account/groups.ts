import type { JsonObject } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import { type AwsAccount, object, objects, texts } from "./account.ts";
import type { BootData } from "./boot-data.ts";
import { launchTemplate, templateData, templateFacts, type TemplateFacts } from "./launch-templates.ts";
import { launchInstance, memberIds, stateOf, terminateInstance } from "./instances.ts";
import type { Row } from "./state.ts";
import { str } from "../store/objects.ts";

const retryMs = 30_000;

/** Lets every Auto Scaling group reach its desired capacity: what the service does by itself, again and again. */
export function reconcileGroups(aws: AwsAccount): void {
  for (const group of aws.rows("autoscaling.groups")) {
    settleMembers(aws, group);
    if (!isSuspended(group, "Launch")) launchMissing(aws, group);
    if (!isSuspended(group, "AZRebalance") && !isSuspended(group, "Launch")) rebalance(aws, group);
    if (!isSuspended(group, "Terminate")) terminateSurplus(aws, group);
    if (group["_deleting"] === true && objects(group["Instances"]).length === 0) removeGroup(aws, group);
  }
}

/** Takes one instance out of its group and ends it. */
export function terminateMember(aws: AwsAccount, group: Row, id: string, cause: string): JsonObject {
  group["Instances"] = objects(group["Instances"]).map((member) =>
    member["InstanceId"] === id ? { ...member, LifecycleState: "Terminating" } : member,
  );
  terminateInstance(aws, id);
  return noteActivity(aws, group, {
    Description: `Terminating EC2 instance: ${id}`,
    Cause: `At ${aws.now()} instance ${id} was taken out of service in response to ${cause}.`,
    StatusCode: "InProgress",
    Progress: 0,
  });
}

/** Whether a group's process was suspended. */
function isSuspended(group: Row, process: string): boolean {
  return objects(group["SuspendedProcesses"]).some((one) => one["ProcessName"] === process);
}

function settleMembers(aws: AwsAccount, group: Row): void {
  const kept: JsonObject[] = [];
  for (const member of objects(group["Instances"])) {
    const instance = aws.table("ec2.instances")[str(member["InstanceId"])];
    const state = instance === undefined ? "terminated" : stateOf(instance);
    if (state === "terminated") continue;
    if (state === "running" && member["LifecycleState"] === "Pending")
      kept.push({ ...member, LifecycleState: "InService" });
    // Ended behind the group's back: it finds it unhealthy and replaces it.
    else if (state === "shutting-down")
      kept.push({ ...member, LifecycleState: "Terminating", HealthStatus: "Unhealthy" });
    else kept.push(member);
  }
  if (JSON.stringify(kept) !== JSON.stringify(group["Instances"])) group["Instances"] = kept;
}

function launchMissing(aws: AwsAccount, group: Row): void {
  const before = memberIds(group).length;
  const desired = Number(group["DesiredCapacity"]);
  for (let i = before; i < desired; i++) {
    if (launchMember(aws, group)) continue;
    aws.after(retryMs, { kind: "groups" });
    return;
  }
}

// The emptiest zone first, its overrides in order: `prioritized`.
function launchMember(aws: AwsAccount, group: Row): boolean {
  const template = launchTemplateOf(aws, group);
  const subnets = str(group["VPCZoneIdentifier"])
    .split(",")
    .filter((id) => aws.table("ec2.subnets")[id] !== undefined);
  const zoneOf = (id: string): string => str(aws.table("ec2.subnets")[id]?.["AvailabilityZone"]);
  const members = memberIds(group).map(
    (id) => object(aws.table("ec2.instances")[id]?.["Placement"])["AvailabilityZone"],
  );
  const load = (id: string): number => members.filter((zone) => zone === zoneOf(id)).length;
  const order = subnets.toSorted((a, b) => load(a) - load(b) || (zoneOf(a) < zoneOf(b) ? -1 : 1));
  let problem: Fault | undefined;
  for (const subnetId of order) {
    for (const instanceType of template.instanceTypes) {
      try {
        const instance = launchInstance(aws, {
          ...template,
          subnetId,
          instanceType,
          tags: memberTags(group, template.tags),
        });
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

// A zone that has two instances more than another: one is launched in the emptier zone first, then the surplus goes from the fuller.
function rebalance(aws: AwsAccount, group: Row): void {
  const members = objects(group["Instances"]).filter((one) => one["LifecycleState"] === "InService");
  const isSettled =
    members.length === objects(group["Instances"]).length && members.length === Number(group["DesiredCapacity"]);
  if (!isSettled || group["_deleting"] === true) return;
  const zones = new Map(texts(group["AvailabilityZones"]).map((zone) => [zone, 0]));
  for (const member of members) {
    const zone = str(member["AvailabilityZone"]);
    zones.set(zone, (zones.get(zone) ?? 0) + 1);
  }
  const counts = [...zones.values()];
  if (Math.max(...counts) - Math.min(...counts) < 2) return;
  if (launchMember(aws, group)) group["_isRebalancing"] = true;
}

function addMember(
  aws: AwsAccount,
  group: Row,
  made: { readonly instance: Row; readonly zone: string; readonly specification: JsonObject },
): void {
  const id = str(made.instance["InstanceId"]);
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
  aws.note("auto-scaling", "ec2:RunInstances", { InstanceId: id, AutoScalingGroupName: group["AutoScalingGroupName"] });
}

/** What a group starts, as its launch template says. */
export interface GroupLaunch extends TemplateFacts {
  readonly instanceTypes: readonly string[];
  readonly architecture: string;
  readonly capacityType: string;
  readonly boot: BootData;
  readonly specification: JsonObject;
}

/** Reads the launch template of a group, its overrides and what its nodes are told. */
export function launchTemplateOf(aws: AwsAccount, group: Row): GroupLaunch {
  const mixed = object(object(group["MixedInstancesPolicy"])["LaunchTemplate"]);
  const specification =
    group["LaunchTemplate"] === undefined
      ? object(mixed["LaunchTemplateSpecification"])
      : object(group["LaunchTemplate"]);
  const template = launchTemplate(aws, specification);
  const data = templateData(template, "$Latest");
  const facts = templateFacts(aws, data);
  const overrides = objects(mixed["Overrides"]).flatMap((one) => texts([one["InstanceType"] ?? null]));
  return {
    ...facts,
    instanceTypes: overrides.length > 0 ? overrides : texts([data["InstanceType"] ?? null]),
    architecture: str(aws.table("ec2.images")[facts.imageId]?.["Architecture"] ?? "x86_64"),
    capacityType: group["_capacityType"] === "spot" ? "spot" : "on-demand",
    boot: groupBoot(object(group["_kubelet"])),
    specification: {
      ...specification,
      Version: str(objects(template?.["_versions"]).at(-1)?.["VersionNumber"] ?? "1"),
    },
  };
}

// The group keeps what its nodes are told: EKS merges it into user data that nobody but EKS sees.
function groupBoot(kubelet: JsonObject): BootData {
  const labels = Object.fromEntries(Object.entries(object(kubelet["labels"])).map(([key, value]) => [key, str(value)]));
  const taints = objects(kubelet["taints"]).map((taint) => ({
    key: str(taint["key"]),
    ...(taint["value"] === undefined ? {} : { value: str(taint["value"]) }),
    effect: str(taint["effect"]),
  }));
  return { family: "AL2023", labels, taints, kubelet: {}, hasRaid: false };
}

function memberTags(group: Row, fromTemplate: readonly JsonObject[]): readonly JsonObject[] {
  const own = objects(group["Tags"]).filter((tag) => tag["PropagateAtLaunch"] === true);
  const name = { Key: "aws:autoscaling:groupName", Value: group["AutoScalingGroupName"] };
  const all = [...fromTemplate, ...own.map(({ Key, Value }) => ({ Key, Value })), name];
  return [...new Map(all.map((tag) => [tag["Key"], tag])).values()];
}

// The fullest zone loses its oldest instance that is not protected from scale-in.
function terminateSurplus(aws: AwsAccount, group: Row): void {
  const ids = memberIds(group);
  const isPending = objects(group["Instances"]).some((one) => one["LifecycleState"] === "Pending");
  if (group["_isRebalancing"] === true && isPending) return;
  group["_isRebalancing"] = undefined;
  for (let surplus = ids.length - Number(group["DesiredCapacity"]); surplus > 0; surplus--) {
    const members = objects(group["Instances"]).filter((one) => memberIds(group).includes(str(one["InstanceId"])));
    const load = (zone: unknown): number => members.filter((one) => one["AvailabilityZone"] === zone).length;
    const launched = (one: JsonObject): string =>
      str(aws.table("ec2.instances")[str(one["InstanceId"])]?.["LaunchTime"] ?? "");
    const free = members.filter((one) => one["ProtectedFromScaleIn"] !== true);
    const victim = free.toSorted(
      (a, b) => load(b["AvailabilityZone"]) - load(a["AvailabilityZone"]) || (launched(a) < launched(b) ? -1 : 1),
    )[0];
    if (victim === undefined) return;
    const id = str(victim["InstanceId"]);
    terminateMember(aws, group, id, "a difference between desired and actual capacity");
    aws.note("auto-scaling", "ec2:TerminateInstances", {
      InstanceId: id,
      AutoScalingGroupName: group["AutoScalingGroupName"],
    });
  }
}

function removeGroup(aws: AwsAccount, group: Row): void {
  const name = str(group["AutoScalingGroupName"]);
  delete aws.table("autoscaling.groups")[name];
  const nodegroup = aws.rows("eks.nodegroups").find((one) => one["_asg"] === name);
  if (nodegroup !== undefined) delete aws.table("eks.nodegroups")[str(nodegroup["nodegroupName"])];
}

function noteActivity(aws: AwsAccount, group: Row, facts: JsonObject): JsonObject {
  const id = aws.random.uuid();
  const activity: Row = {
    ActivityId: id,
    AutoScalingGroupName: group["AutoScalingGroupName"],
    StartTime: aws.now(),
    ...facts,
  };
  aws.table("autoscaling.activities")[id] = activity;
  return { ...activity };
}
