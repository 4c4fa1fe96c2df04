// Mirrors cloudprovider/aws/aws_manager.go of Cluster Autoscaler 1.36.1.
import { tagsOf } from "../aws/tags.ts";
import { objectsAt, textAt } from "../kube/json.ts";
import { parseGoDuration } from "../kube/go-duration.ts";
import type { JsonObject, Labels, Node, ResourceTexts, Taint } from "../kube/objects.ts";
import type { Group, GroupOptions, Instance } from "./engine/view.ts";
import { groupTemplateLabels } from "./group-facts.ts";

const nodeTemplate = "k8s.io/cluster-autoscaler/node-template/";

/** What an instance of a group is before its tags are read. */
export interface InstanceFacts {
  readonly instanceType: string;
  readonly architecture: string;
  readonly zone: string;
  readonly capacity: ResourceTexts;
  /** Of the managed node group. */
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/**
 * The node that CA's AWS provider would promise of a group (aws_manager.go, `buildNodeFromTemplate`): capacity for allocatable, 110 pods,
 * labels, taints and resources of the group's tags over those of the managed node group.
 */
export function templateOfGroup(asg: JsonObject, facts: InstanceFacts): Node {
  const tags = tagsOf(asg["Tags"]);
  const { zone, instanceType } = facts;
  const name = `${textAt(asg["AutoScalingGroupName"]) ?? "group"}-template`;
  const capacity = { ...facts.capacity, pods: "110", ...under(tags, "resources/") };
  const labels: Labels = {
    "kubernetes.io/arch": facts.architecture,
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": instanceType,
    "topology.kubernetes.io/region": zone.slice(0, -1),
    "topology.kubernetes.io/zone": zone,
    "topology.ebs.csi.aws.com/zone": zone,
    "kubernetes.io/hostname": name,
    ...facts.labels,
    ...groupTemplateLabels(tags),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: { providerID: `aws:///${zone}/${name}`, taints: [...facts.taints, ...taintsOfTags(tags)] },
    status: { capacity, allocatable: capacity, conditions: [{ type: "Ready", status: "True" }] },
  };
}

function under(tags: Labels, kind: string): Labels {
  const prefix = `${nodeTemplate}${kind}`;
  const found = Object.entries(tags).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
}

function taintsOfTags(tags: Labels): readonly Taint[] {
  return Object.entries(under(tags, "taint/")).flatMap(([key, text]) => {
    const match = /^([^:]*):(NoSchedule|NoExecute|PreferNoSchedule)$/.exec(text);
    return match === null ? [] : [{ key, value: match[1] ?? "", effect: match[2] ?? "" }];
  });
}

/** What CA's AWS provider knows of an Auto Scaling group: its sizes, its instances and stand-ins for those that are missing. */
export function providerGroup(
  asg: JsonObject,
  of: {
    readonly template: Node | undefined;
    readonly bounds?: { readonly min: number; readonly max: number };
    /** The last launch of the group failed. */
    readonly isFailing: boolean;
  },
): Group {
  const name = textAt(asg["AutoScalingGroupName"]) ?? "";
  const target = Number(asg["DesiredCapacity"] ?? 0);
  const instances = objectsAt(asg["Instances"]).map(
    (one): Instance => ({ id: `aws:///${textAt(one["AvailabilityZone"]) ?? ""}/${textAt(one["InstanceId"]) ?? ""}` }),
  );
  const zone = zonesOf(asg)[0] ?? "";
  const missing = Array.from({ length: Math.max(0, target - instances.length) }, (_, at): Instance => {
    const code = "placeholder-cannot-be-fulfilled";
    const message = "AWS cannot provision any more instances for this node group";
    const error = { class: "outOfResources", code, message } as const;
    return {
      id: `aws:///${zone}/i-placeholder-${name}-${at}`,
      isPlaceholder: true,
      ...(of.isFailing ? { error } : {}),
    };
  });
  return {
    name,
    min: of.bounds?.min ?? Number(asg["MinSize"] ?? 0),
    max: of.bounds?.max ?? Number(asg["MaxSize"] ?? 0),
    target,
    instances: [...instances, ...missing],
    template: of.template,
    options: optionsOf(tagsOf(asg["Tags"])),
  };
}

/** Zones of a group in the order in which CA takes them: by name. */
export function zonesOf(asg: JsonObject): readonly string[] {
  const zones = asg["AvailabilityZones"];
  return Array.isArray(zones) ? zones.map(String).toSorted() : [];
}

// The five options that CA's AWS provider reads from tags.
function optionsOf(tags: Labels): GroupOptions {
  const own = under(tags, "autoscaling-options/");
  const share = (key: string): number | undefined =>
    Number.isFinite(Number(own[key] || Number.NaN)) ? Number(own[key]) : undefined;
  const ms = (key: string): number | undefined => {
    const read = own[key] === undefined ? undefined : parseGoDuration(own[key]);
    return read === undefined ? undefined : Number(read) / 1e6;
  };
  const ignores = own["ignoredaemonsetsutilization"];
  const found = {
    scaleDownUtilizationThreshold: share("scaledownutilizationthreshold"),
    scaleDownGpuUtilizationThreshold: share("scaledowngpuutilizationthreshold"),
    scaleDownUnneededMs: ms("scaledownunneededtime"),
    scaleDownUnreadyMs: ms("scaledownunreadytime"),
    ignoreDaemonSetsUtilization: ignores === undefined ? undefined : ignores === "true",
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
