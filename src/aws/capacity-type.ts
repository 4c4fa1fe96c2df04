import { listAt, numberAt, objectAt, textAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";

/** How EC2 sells an instance. */
export type CapacityType = "spot" | "on-demand" | "reserved";

/** What describes a group of nodes, each as AWS says it; what was not read is absent. */
export interface GroupDescriptions {
  readonly nodegroup?: JsonObject | undefined;
  readonly autoScalingGroup?: JsonObject | undefined;
  readonly launchTemplateVersion?: JsonObject | undefined;
  readonly launchConfiguration?: JsonObject | undefined;
}

/** What ec2:DescribeInstances says: a life cycle is named where it is not on-demand. */
export function capacityTypeOfInstance(instance: JsonObject): CapacityType {
  const lifecycle = textAt(instance, "InstanceLifecycle");
  if (lifecycle === "spot") return "spot";
  return lifecycle === "capacity-block" ? "reserved" : "on-demand";
}

/** The one kind that a group runs, or `mixed`; undefined for a group of which too little was read. */
export function capacityTypeOfGroup(group: GroupDescriptions): CapacityType | "mixed" | undefined {
  if (group.nodegroup !== undefined) {
    const type = textAt(group.nodegroup, "capacityType") ?? "ON_DEMAND";
    return type === "SPOT" ? "spot" : type === "CAPACITY_BLOCK" ? "reserved" : "on-demand";
  }
  const policy = objectAt(group.autoScalingGroup, "MixedInstancesPolicy");
  if (Object.keys(policy).length > 0) return ofPolicy(policy, group.autoScalingGroup);
  if (group.launchConfiguration !== undefined) {
    return textAt(group.launchConfiguration, "SpotPrice") === undefined ? "on-demand" : "spot";
  }
  if (group.launchTemplateVersion === undefined) return undefined;
  const market = textAt(group.launchTemplateVersion, "LaunchTemplateData", "InstanceMarketOptions", "MarketType");
  if (market === "spot") return "spot";
  return market === "capacity-block" ? "reserved" : "on-demand";
}

/** What a policy leaves out is EC2's default: on-demand only. */
function ofPolicy(policy: JsonObject, group: JsonObject | undefined): CapacityType | "mixed" {
  const base = numberAt(policy, "InstancesDistribution", "OnDemandBaseCapacity") ?? 0;
  const above = numberAt(policy, "InstancesDistribution", "OnDemandPercentageAboveBaseCapacity") ?? 100;
  if (above >= 100) return "on-demand";
  if (above <= 0 && base === 0) return "spot";
  // The base is filled first: a group no larger than it runs nothing above it.
  const size = listAt(group, "Instances").length;
  return above <= 0 && size > 0 && size <= base ? "on-demand" : "mixed";
}
