import type { Account } from "../../src/aws/account.ts";
import type { NodeGroup } from "../../src/autoscaler/types.ts";
import type { JsonObject } from "../../src/kube/objects.ts";
import { numberAt, textAt } from "../../src/kube/json.ts";
import { type GroupInput, nodeGroup } from "./account.ts";

/** One node group as discovery joins it from what AWS describes. */
export function joinedGroup(
  input: GroupInput = {},
  launch: { readonly template?: JsonObject; readonly configuration?: JsonObject } = {},
): NodeGroup {
  return join(nodeGroup(input), launch);
}

/** Launch template version with this data. */
export function launchTemplate(data: JsonObject, rest: JsonObject = {}): JsonObject {
  return {
    LaunchTemplateId: "lt-1",
    LaunchTemplateName: "workers",
    VersionNumber: 1,
    LaunchTemplateData: data,
    ...rest,
  };
}

function join(
  described: Pick<Account, "nodegroups" | "autoScalingGroups">,
  launch: { readonly template?: JsonObject; readonly configuration?: JsonObject },
): NodeGroup {
  const nodegroup = described.nodegroups?.[0];
  const asg = described.autoScalingGroups?.[0] ?? {};
  return {
    name: textAt(nodegroup, "nodegroupName") ?? textAt(asg, "AutoScalingGroupName") ?? "",
    kind: nodegroup === undefined ? "self-managed" : "managed",
    autoScalingGroupName: textAt(asg, "AutoScalingGroupName"),
    min: numberAt(asg, "MinSize") ?? 0,
    max: numberAt(asg, "MaxSize") ?? 0,
    desired: numberAt(asg, "DesiredCapacity") ?? 0,
    isManagedByAutoscaler: true,
    labels: {},
    taints: [],
    nodeNames: [],
    autoScalingGroup: asg,
    ...(nodegroup === undefined ? {} : { nodegroup }),
    ...(launch.template === undefined ? {} : { launchTemplateVersion: launch.template }),
    ...(launch.configuration === undefined ? {} : { launchConfiguration: launch.configuration }),
  };
}
