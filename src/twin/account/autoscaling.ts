import { sameJson } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, integer, objects, type Operations, optionalText, text, texts } from "./account.ts";
import { awsError, validation } from "./errors.ts";
import { processOperations } from "./autoscaling-processes.ts";
import { groupRow } from "./group-row.ts";
import { terminateMember } from "./groups.ts";
import { type Row, shown } from "./state.ts";

/** New bounds and desired capacity of a group; undefined ones stay. The group acts on them soon. */
export function resize(aws: AwsAccount, group: Row, sizes: JsonObject): void {
  for (const key of ["MinSize", "MaxSize", "DesiredCapacity"]) if (sizes[key] !== undefined) group[key] = sizes[key];
  aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
}

/** Auto Scaling groups: reading, sizes, members, processes and tags. */
export function autoscalingOperations(aws: AwsAccount): Operations {
  return {
    ...readOperations(aws),
    ...sizeOperations(aws),
    ...instanceOperations(aws),
    ...processOperations(aws),
    ...tagOperations(aws),
  };
}

function readOperations(aws: AwsAccount): Operations {
  const ofGroup = (
    table: "autoscaling.hooks" | "autoscaling.scheduledActions" | "autoscaling.activities",
    input: JsonObject,
  ): readonly JsonObject[] => {
    const name = optionalText(input, "AutoScalingGroupName");
    return aws
      .rows(table)
      .filter((row) => name === undefined || row["AutoScalingGroupName"] === name)
      .map(shown);
  };
  return {
    DescribeAutoScalingGroups: (input) => {
      const names = texts(input["AutoScalingGroupNames"]);
      const filters = objects(input["Filters"]);
      const rows = aws
        .rows("autoscaling.groups")
        .filter((row) => names.length === 0 || names.includes(str(row["AutoScalingGroupName"])));
      return {
        AutoScalingGroups: rows.filter((row) => filters.every((filter) => matches(row, filter))).map(showGroup),
      };
    },
    DescribeAutoScalingInstances: (input) => {
      const ids = texts(input["InstanceIds"]);
      const all = aws
        .rows("autoscaling.groups")
        .flatMap((group) =>
          objects(group["Instances"]).map((one) => ({ ...one, AutoScalingGroupName: group["AutoScalingGroupName"] })),
        );
      return {
        AutoScalingInstances: all.filter((one: JsonObject) => ids.length === 0 || ids.includes(str(one["InstanceId"]))),
      };
    },
    DescribeLaunchConfigurations: (input) => {
      const names = texts(input["LaunchConfigurationNames"]);
      const rows = aws.rows("autoscaling.launchConfigurations").map(shown);
      return {
        LaunchConfigurations: rows.filter(
          (row) => names.length === 0 || names.includes(str(row["LaunchConfigurationName"])),
        ),
      };
    },
    DescribeScheduledActions: (input) => ({
      ScheduledUpdateGroupActions: ofGroup("autoscaling.scheduledActions", input),
    }),
    DescribeLifecycleHooks: (input) => ({ LifecycleHooks: ofGroup("autoscaling.hooks", input) }),
    DescribeScalingActivities: (input) => ({ Activities: [...ofGroup("autoscaling.activities", input)].reverse() }),
    DescribeWarmPool: (input) => {
      groupRow(aws, text(input, "AutoScalingGroupName"));
      return { Instances: [] };
    },
    DescribePolicies: () => ({ ScalingPolicies: [] }),
    DescribeInstanceRefreshes: () => ({ InstanceRefreshes: [] }),
    DescribeTags: (input) => {
      const filters = objects(input["Filters"]);
      const wanted = (tag: JsonObject): boolean =>
        filters.every((filter) => {
          const field = { "auto-scaling-group": "ResourceId", key: "Key", value: "Value" }[str(filter["Name"])];
          return field === undefined || texts(filter["Values"]).includes(str(tag[field]));
        });
      return {
        Tags: aws
          .rows("autoscaling.groups")
          .flatMap((group) => objects(group["Tags"]))
          .filter(wanted),
      };
    },
  };
}

// What only the world knows of a member is left out, as of a row.
function showGroup(row: Row): JsonObject {
  return { ...shown(row), Instances: objects(row["Instances"]).map(shown) };
}

function matches(row: Row, filter: JsonObject): boolean {
  const [name, values] = [str(filter["Name"]), texts(filter["Values"])];
  const tags = objects(row["Tags"]);
  if (name === "tag-key") return tags.some((tag) => values.includes(str(tag["Key"])));
  if (name === "tag-value") return tags.some((tag) => values.includes(str(tag["Value"])));
  if (!name.startsWith("tag:"))
    throw validation(`Filter type ${name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`);
  return tags.some((tag) => tag["Key"] === name.slice(4) && values.includes(str(tag["Value"])));
}

function sizeOperations(aws: AwsAccount): Operations {
  return {
    UpdateAutoScalingGroup: (input) => {
      const group = groupRow(aws, text(input, "AutoScalingGroupName"));
      const low = integer(input["MinSize"]) ?? Number(group["MinSize"]);
      const high = integer(input["MaxSize"]) ?? Number(group["MaxSize"]);
      if (low > high) throw validation(`Max bound, ${high}, must be greater than or equal to min bound, ${low}`);
      const given = integer(input["DesiredCapacity"]);
      if (given !== undefined && (given < low || given > high)) {
        throw validation(
          `Desired capacity:${given} must be between the specified min size:${low} and max size:${high}`,
        );
      }
      // A desired capacity outside the new bounds follows them.
      const desired = given ?? Math.min(high, Math.max(low, Number(group["DesiredCapacity"])));
      for (const key of [
        "NewInstancesProtectedFromScaleIn",
        "CapacityRebalance",
        "DefaultCooldown",
        "HealthCheckGracePeriod",
        "HealthCheckType",
        "TerminationPolicies",
        "VPCZoneIdentifier",
        "LaunchTemplate",
        "MixedInstancesPolicy",
      ]) {
        if (input[key] !== undefined) group[key] = input[key];
      }
      resize(aws, group, { MinSize: low, MaxSize: high, DesiredCapacity: desired });
      return {};
    },
    SetDesiredCapacity: (input) => {
      const group = groupRow(aws, text(input, "AutoScalingGroupName"));
      const wanted = integer(input["DesiredCapacity"]) ?? 0;
      if (wanted > Number(group["MaxSize"]))
        throw validation(
          `New SetDesiredCapacity value ${wanted} is above max value ${Number(group["MaxSize"])} for the AutoScalingGroup.`,
        );
      if (wanted < Number(group["MinSize"]))
        throw validation(
          `New SetDesiredCapacity value ${wanted} is below min value ${Number(group["MinSize"])} for the AutoScalingGroup.`,
        );
      resize(aws, group, { DesiredCapacity: wanted });
      return {};
    },
    DeleteAutoScalingGroup: (input) => {
      const name = text(input, "AutoScalingGroupName");
      const group = groupRow(aws, name);
      if (objects(group["Instances"]).length > 0 && input["ForceDelete"] !== true) {
        throw awsError(
          "ResourceInUse",
          "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        );
      }
      group["_deleting"] = true;
      resize(aws, group, { MinSize: 0, MaxSize: 0, DesiredCapacity: 0 });
      return {};
    },
  };
}

function instanceOperations(aws: AwsAccount): Operations {
  const memberOf = (id: string): Row => {
    const group = aws
      .rows("autoscaling.groups")
      .find((one) => objects(one["Instances"]).some((member) => member["InstanceId"] === id));
    if (group === undefined)
      throw validation(`Instance Id not found - No managed instance found for instance ID: ${id}`);
    return group;
  };
  return {
    TerminateInstanceInAutoScalingGroup: (input) => {
      const id = text(input, "InstanceId");
      const group = memberOf(id);
      const [desired, low] = [Number(group["DesiredCapacity"]), Number(group["MinSize"])];
      const state = objects(group["Instances"]).find((member) => member["InstanceId"] === id)?.["LifecycleState"];
      if (state !== "InService" && state !== "Pending")
        throw validation(`The instance ${id} is not in InService or EnteringStandby or Standby or Pending.`);
      const isDecrement = input["ShouldDecrementDesiredCapacity"] === true;
      if (isDecrement && desired - 1 < low) {
        throw validation(
          `Currently, desiredSize equals minSize (${low}). Terminating instance without replacement will violate group's min size ` +
            "constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
        );
      }
      if (isDecrement) group["DesiredCapacity"] = desired - 1;
      const activity = terminateMember(aws, group, id, "a user request");
      aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
      return { Activity: activity };
    },
    SetInstanceProtection: (input) => {
      const group = groupRow(aws, text(input, "AutoScalingGroupName"));
      const ids = texts(input["InstanceIds"]);
      const members = objects(group["Instances"]);
      const stranger = ids.find((id) => !members.some((member) => member["InstanceId"] === id));
      if (stranger !== undefined)
        throw validation(
          `The instance ${stranger} is not part of Auto Scaling group ${str(group["AutoScalingGroupName"])}.`,
        );
      group["Instances"] = members.map((member) =>
        ids.includes(str(member["InstanceId"]))
          ? { ...member, ProtectedFromScaleIn: input["ProtectedFromScaleIn"] }
          : member,
      );
      aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
      return {};
    },
    DetachInstances: (input) => {
      const group = groupRow(aws, text(input, "AutoScalingGroupName"));
      const ids = texts(input["InstanceIds"]);
      group["Instances"] = objects(group["Instances"]).filter((member) => !ids.includes(str(member["InstanceId"])));
      if (input["ShouldDecrementDesiredCapacity"] === true)
        group["DesiredCapacity"] = Number(group["DesiredCapacity"]) - ids.length;
      aws.changed("autoscaling.groups", str(group["AutoScalingGroupName"]));
      return { Activities: [] };
    },
  };
}

function tagOperations(aws: AwsAccount): Operations {
  return {
    CreateOrUpdateTags: (input) => {
      for (const tag of objects(input["Tags"])) {
        const group = groupRow(aws, str(tag["ResourceId"]));
        const others = objects(group["Tags"]).filter((one) => one["Key"] !== tag["Key"]);
        group["Tags"] = [...others, { ResourceType: "auto-scaling-group", PropagateAtLaunch: false, ...tag }];
      }
      return {};
    },
    DeleteTags: (input) => {
      for (const tag of objects(input["Tags"])) {
        const group = groupRow(aws, str(tag["ResourceId"]));
        const isGone = (one: JsonObject): boolean =>
          one["Key"] === tag["Key"] && (tag["Value"] === undefined || sameJson(one["Value"], tag["Value"]));
        group["Tags"] = objects(group["Tags"]).filter((one) => !isGone(one));
      }
      return {};
    },
  };
}
