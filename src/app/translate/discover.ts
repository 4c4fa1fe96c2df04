import type { NodeGroup } from "../../autoscaler/types.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { listAt, numberAt, objectAt, textAt } from "../../translation/json.ts";
import type { Discovered } from "./translate.ts";

/** Node groups as the account describes them. */
export function discover(snapshot: Snapshot): Discovered {
  const { account } = snapshot;
  const groups = account?.autoScalingGroups ?? [];
  const managed = (account?.nodegroups ?? []).map((nodegroup) => {
    const name = textAt(listAt(nodegroup, "resources", "autoScalingGroups")[0], "name");
    return joined(
      snapshot,
      groups.find((group) => group["AutoScalingGroupName"] === name),
      nodegroup,
    );
  });
  const taken = new Set(managed.map((group) => group.autoScalingGroupName));
  const others = groups.filter((group) => !taken.has(textAt(group, "AutoScalingGroupName")));
  return { autoscalers: [], nodeGroups: [...managed, ...others.map((group) => joined(snapshot, group, undefined))] };
}

function joined({ account }: Snapshot, group: JsonObject | undefined, nodegroup: JsonObject | undefined): NodeGroup {
  const id =
    textAt(group, "LaunchTemplate", "LaunchTemplateId") ??
    textAt(group, "MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification", "LaunchTemplateId");
  const template = account?.launchTemplateVersions?.find((version) => version["LaunchTemplateId"] === id);
  const configuration = account?.launchConfigurations?.find(
    (item) => item["LaunchConfigurationName"] === group?.["LaunchConfigurationName"],
  );
  const scaling = objectAt(nodegroup, "scalingConfig");
  return {
    name: textAt(nodegroup, "nodegroupName") ?? textAt(group, "AutoScalingGroupName") ?? "",
    kind: nodegroup === undefined ? "self-managed" : "managed",
    autoScalingGroupName: textAt(group, "AutoScalingGroupName"),
    min: numberAt(scaling, "minSize") ?? numberAt(group, "MinSize") ?? 0,
    max: numberAt(scaling, "maxSize") ?? numberAt(group, "MaxSize") ?? 0,
    desired: numberAt(scaling, "desiredSize") ?? numberAt(group, "DesiredCapacity") ?? 0,
    isManagedByAutoscaler: undefined,
    labels: {},
    taints: [],
    nodeNames: [],
    ...(group === undefined ? {} : { autoScalingGroup: group }),
    ...(nodegroup === undefined ? {} : { nodegroup }),
    ...(template === undefined || id === undefined ? {} : { launchTemplateVersion: template }),
    ...(configuration === undefined ? {} : { launchConfiguration: configuration }),
  };
}
