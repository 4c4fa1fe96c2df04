import type { JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, objects, type Operations, text, texts } from "./account.ts";
import { validation } from "./errors.ts";
import { groupRow } from "./group-row.ts";
import { releaseMember } from "./groups.ts";

const processes = [
  "AZRebalance",
  "AddToLoadBalancer",
  "AlarmNotification",
  "HealthCheck",
  "InstanceRefresh",
  "Launch",
  "ReplaceUnhealthy",
  "ScheduledActions",
  "Terminate",
];

/** Suspended processes and lifecycle hooks of Auto Scaling groups. */
export function processOperations(aws: AwsAccount): Operations {
  const named = (input: JsonObject): readonly string[] => {
    const given = texts(input["ScalingProcesses"]);
    const unknown = given.find((name) => !processes.includes(name));
    if (unknown !== undefined) throw validation(`Invalid Auto Scaling process type specified - ${unknown}`);
    return given.length === 0 ? processes : given;
  };
  return {
    CompleteLifecycleAction: (input) => {
      const group = groupRow(aws, text(input, "AutoScalingGroupName"));
      const id = text(input, "InstanceId");
      const member = objects(group["Instances"]).find((one) => one["InstanceId"] === id);
      if (!str(member?.["LifecycleState"]).endsWith(":Wait"))
        throw validation(`No active Lifecycle Action found with instance ID ${id}`);
      if (member?.["LifecycleState"] === "Terminating:Wait") releaseMember(aws, group, id);
      else {
        group["Instances"] = objects(group["Instances"]).map((one) =>
          one === member ? { ...one, _waitUntilMs: 0 } : one,
        );
        aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
      }
      return {};
    },
    SuspendProcesses: (input) => {
      const group = groupRow(aws, text(input, "AutoScalingGroupName"));
      const have = objects(group["SuspendedProcesses"]);
      const more = named(input).filter((name) => !have.some((one) => one["ProcessName"] === name));
      group["SuspendedProcesses"] = [
        ...have,
        ...more.map((name) => ({ ProcessName: name, SuspensionReason: `User suspended at ${aws.now()}` })),
      ];
      return {};
    },
    ResumeProcesses: (input) => {
      const group = groupRow(aws, text(input, "AutoScalingGroupName"));
      const gone = named(input);
      group["SuspendedProcesses"] = objects(group["SuspendedProcesses"]).filter(
        (one) => !gone.includes(str(one["ProcessName"])),
      );
      aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
      return {};
    },
  };
}
