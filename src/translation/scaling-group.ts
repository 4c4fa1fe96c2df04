import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { JsonObject } from "../kube/objects.ts";
import { takeMixedInstances, takeSize } from "./capacity.ts";
import { addZones, type Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import { zonesOfSubnets } from "./facts.ts";
import { flagAt, listAt, numberAt, textAt, textsAt } from "../kube/json.ts";
import { part, takeLaunch, takePlacement, takeReservation } from "./launch.ts";
import type { Document, Loss } from "./ledger.ts";
import { takeGroupTags } from "./tags.ts";

/** What autoscaling:DescribeAutoScalingGroups says. For a managed node group most of it repeats the EKS node group. */
export function takeScalingGroup(draft: Draft, facts: Facts, described: JsonObject): void {
  const group = draft.ledger.open("autoScalingGroup", described);
  group.state(
    "AutoScalingGroupARN",
    "CreatedTime",
    "Instances",
    "Status",
    "WarmPoolSize",
    "PredictedCapacity",
    "Context",
  );
  if (draft.nodeGroup.kind === "managed") takeRepeated(group);
  else takeOwn(draft, facts, group);
  takeGroupTags(draft, group);
  group.empty("Tags", "SuspendedProcesses", "LoadBalancerNames", "TargetGroupARNs", "TrafficSources", "EnabledMetrics");
  takeLoadBalancers(draft, group);
  takePlacementGroup(draft, group);
  takeReservation(draft, part(group, "CapacityReservationSpecification"));
  takeLifetime(draft, group);
  for (const [field, loss] of groupLosses) group.lost(field, loss);
  group.kept("CapacityRebalance", "Karpenter's interruption queue, which setup makes");
  takeProtection(draft, group);
}

// EKS derives these from the node group and puts them back when changed.
function takeRepeated(group: Document): void {
  group.same("AutoScalingGroupName", "nodegroup.resources.autoScalingGroups");
  group.same("MinSize", "nodegroup.scalingConfig.minSize");
  group.same("MaxSize", "nodegroup.scalingConfig.maxSize");
  group.same("DesiredCapacity", "nodegroup.scalingConfig.desiredSize");
  group.same("AvailabilityZones", "nodegroup.subnets");
  group.same("AvailabilityZoneIds", "nodegroup.subnets");
  group.same("VPCZoneIdentifier", "nodegroup.subnets");
  group.same("LaunchTemplate", "nodegroup.launchTemplate");
  group.same("MixedInstancesPolicy", "nodegroup.instanceTypes and capacityType");
}

function takeOwn(draft: Draft, facts: Facts, group: Document): void {
  draft.nameField = [group, "AutoScalingGroupName"];
  takeSize(draft, group, { min: "MinSize", max: "MaxSize", desired: "DesiredCapacity" });
  const subnets = (textAt(group.content, "VPCZoneIdentifier") ?? "").split(",").filter((id) => id !== "");
  for (const subnet of subnets) draft.subnets.add(subnet.trim());
  group.kept("VPCZoneIdentifier", "EC2NodeClass spec.subnetSelectorTerms");
  const zones = textsAt(group.content, "AvailabilityZones");
  addZones(draft, zones.length > 0 ? zones : zonesOfSubnets(facts, subnets));
  group.kept("AvailabilityZones", "NodePool spec.template.spec.requirements[topology.kubernetes.io/zone]");
  group.same("AvailabilityZoneIds", "autoScalingGroup.AvailabilityZones");
  takeLaunch(draft, group, "LaunchTemplate");
  takeLaunch(draft, group, "LaunchConfigurationName");
  takeLaunch(draft, group, ["MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification"]);
  if (group.at("MixedInstancesPolicy") !== undefined) takeMixedInstances(draft, facts, group);
  // Older descriptions carry tenancy and hosts in a Placement object of the group.
  takePlacement(draft, part(group, "Placement"));
}

function takePlacementGroup(draft: Draft, group: Document): void {
  const name = textAt(group.content, "PlacementGroup");
  if (name !== undefined) draft.nodeClass["placementGroupSelector"] = { name };
  group.kept("PlacementGroup", "EC2NodeClass spec.placementGroupSelector");
}

function takeLoadBalancers(draft: Draft, group: Document): void {
  const targets = [
    ...textsAt(group.content, "LoadBalancerNames"),
    ...textsAt(group.content, "TargetGroupARNs"),
    ...listAt(group.content, "TrafficSources").flatMap((source) => textAt(source, "Identifier") ?? []),
  ];
  const distinct = [...new Set(targets)];
  if (distinct.length === 0) return;
  for (const field of ["LoadBalancerNames", "TargetGroupARNs", "TrafficSources"]) {
    listAt(group.content, field).forEach((_, index) => {
      group.lost([field, index], {
        why: "only an Auto Scaling group registers its instances",
        risk: "new nodes get no traffic from it",
      });
    });
  }
  const about = { nodeGroup: draft.nodeGroup.name, targets: distinct };
  draft.ledger.find(makeFinding(translationFindings, "DV2006", `nodegroup/${draft.nodeGroup.name}`, about));
}

function takeLifetime(draft: Draft, group: Document): void {
  const seconds = numberAt(group.content, "MaxInstanceLifetime");
  if (seconds === undefined || seconds === 0) {
    return group.lost("MaxInstanceLifetime", { why: "no lifetime is set", risk: "none" });
  }
  draft.expireAfter = seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds}s`;
  group.changed("MaxInstanceLifetime", {
    to: "NodePool spec.template.spec.expireAfter",
    becomes: draft.expireAfter,
    why: "Karpenter drains an expired node without regard to budgets",
    fix: "set terminationGracePeriod if pods may hold a drain for ever",
  });
}

function takeProtection(draft: Draft, group: Document): void {
  if (flagAt(group.content, "NewInstancesProtectedFromScaleIn") !== true) {
    return group.lost("NewInstancesProtectedFromScaleIn", { why: "no protection is set", risk: "none" });
  }
  // EC2 keeps Auto Scaling away with it; Cluster Autoscaler ends instances itself and never looked at it.
  group.lost("NewInstancesProtectedFromScaleIn", {
    why: "there is no Auto Scaling group to protect nodes from",
    risk: draft.nodeGroup.isManagedByAutoscaler === false ? "nodes that stayed may be consolidated" : "none",
  });
}

const isSetting = (why: string, risk = "none"): Loss => ({ why, risk });

const groupLosses: readonly (readonly [field: string, loss: Loss])[] = [
  ["DefaultCooldown", isSetting("Karpenter has no cooldown")],
  ["DefaultInstanceWarmup", isSetting("Karpenter waits for nodes to be initialized instead")],
  ["HealthCheckType", isSetting("Karpenter watches its nodes itself")],
  ["HealthCheckGracePeriod", isSetting("Karpenter gives a node 15 minutes to register")],
  ["TerminationPolicies", isSetting("Karpenter removes the nodes that save most")],
  ["SuspendedProcesses", isSetting("there is no Auto Scaling group whose processes could be suspended")],
  ["EnabledMetrics", isSetting("the group's CloudWatch metrics end with it; Karpenter has metrics of its own")],
  ["ServiceLinkedRoleARN", isSetting("Karpenter uses its controller role")],
  ["DesiredCapacityType", isSetting("limits count nodes and resources")],
  ["AvailabilityZoneDistribution", isSetting("topologySpreadConstraints of pods balance zones, not the group")],
  ["AvailabilityZoneImpairmentPolicy", isSetting("Karpenter follows zonal shift itself")],
  ["InstanceMaintenancePolicy", isSetting("disruption budgets rule replacements")],
  ["InstanceLifecyclePolicy", isSetting("there are no lifecycle hooks under Karpenter")],
  ["DeletionProtection", isSetting("protects the Auto Scaling group, not nodes")],
  [
    "WarmPoolConfiguration",
    {
      why: "Karpenter keeps no stopped instances in reserve",
      risk: "new nodes take their full boot time",
      fix: "use pause pods with a low priority as headroom, or images that boot faster",
    },
  ],
];
