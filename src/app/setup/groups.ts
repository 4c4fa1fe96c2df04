/** The node groups whose network Karpenter's nodes will share: their subnets, security groups and roles. */
import { tagsOf } from "../../aws/tags.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { usage } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { find } from "./calls.ts";
import type { GroupFacts } from "./facts.ts";

/** All node groups of the cluster, or those named; managed ones first, each kind by name. */
export async function readGroups(
  world: World,
  cluster: { readonly name: string; readonly securityGroupId: string | undefined },
  wanted: readonly string[] | undefined,
): Promise<readonly GroupFacts[]> {
  const all = [...(await managedGroups(world, cluster)), ...(await selfManagedGroups(world, cluster))];
  if (wanted === undefined) return all;
  const unknown = wanted.filter((name) => !all.some((group) => group.name === name));
  if (unknown.length > 0) {
    throw usage(
      "no-node-group",
      `cluster ${cluster.name} has no node group ${unknown.join(", ")}`,
      `its node groups: ${all.map((group) => group.name).join(", ") || "none"}`,
    );
  }
  return all.filter((group) => wanted.includes(group.name));
}

async function managedGroups(world: World, cluster: ClusterRef): Promise<readonly GroupFacts[]> {
  const names = await world.cloud.allNames("eks:ListNodegroups", { clusterName: cluster.name }, "nodegroups");
  const groups: GroupFacts[] = [];
  for (const name of [...names].toSorted()) {
    const found = await find(world, "eks:DescribeNodegroup", { clusterName: cluster.name, nodegroupName: name });
    if (found === undefined) continue;
    const group = objectAt(found["nodegroup"]);
    const template = objectAt(group["launchTemplate"]);
    const own = await templateGroups(world, {
      id: textAt(template["id"]) ?? "",
      version: textAt(template["version"]) ?? "",
    });
    groups.push({
      name,
      kind: "managed",
      roleArn: textAt(group["nodeRole"]),
      subnetIds: textsAt(group["subnets"]),
      // EKS adds the cluster's security group itself unless the launch template names groups.
      securityGroupIds: own.length > 0 ? own : clusterGroup(cluster),
      isWindows: (textAt(group["amiType"]) ?? "").startsWith("WINDOWS"),
    });
  }
  return groups;
}

async function selfManagedGroups(world: World, cluster: ClusterRef): Promise<readonly GroupFacts[]> {
  const key = `kubernetes.io/cluster/${cluster.name}`;
  const found = await world.cloud.all(
    "autoscaling:DescribeAutoScalingGroups",
    { Filters: [{ Name: "tag-key", Values: [key] }] },
    "AutoScalingGroups",
  );
  const groups: GroupFacts[] = [];
  for (const group of found) {
    if (tagsOf(group["Tags"])["eks:nodegroup-name"] !== undefined) continue;
    groups.push({
      name: textAt(group["AutoScalingGroupName"]) ?? "",
      kind: "self-managed",
      roleArn: undefined,
      subnetIds: (textAt(group["VPCZoneIdentifier"]) ?? "").split(",").filter((id) => id !== ""),
      securityGroupIds: await groupsOfAsg(world, group),
      isWindows: false,
    });
  }
  return groups.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

interface ClusterRef {
  readonly name: string;
  readonly securityGroupId: string | undefined;
}

async function groupsOfAsg(world: World, group: JsonObject): Promise<readonly string[]> {
  const mixed = objectAt(objectAt(group["MixedInstancesPolicy"])["LaunchTemplate"]);
  const template = objectAt(group["LaunchTemplate"] ?? mixed["LaunchTemplateSpecification"]);
  const configuration = textAt(group["LaunchConfigurationName"]) ?? "";
  if (configuration === "") {
    const id = textAt(template["LaunchTemplateId"]) ?? "";
    return templateGroups(world, {
      id,
      name: textAt(template["LaunchTemplateName"]) ?? "",
      version: textAt(template["Version"]) ?? "",
    });
  }
  const found = await world.cloud.all(
    "autoscaling:DescribeLaunchConfigurations",
    { LaunchConfigurationNames: [configuration] },
    "LaunchConfigurations",
  );
  return textsAt(found[0]?.["SecurityGroups"]);
}

async function templateGroups(
  world: World,
  template: { readonly id: string; readonly name?: string; readonly version: string },
): Promise<readonly string[]> {
  if (template.id === "" && (template.name ?? "") === "") return [];
  const by = template.id === "" ? { LaunchTemplateName: template.name } : { LaunchTemplateId: template.id };
  const version = template.version === "" ? "$Default" : template.version;
  const versions = await world.cloud.all(
    "ec2:DescribeLaunchTemplateVersions",
    { ...by, Versions: [version] },
    "LaunchTemplateVersions",
  );
  const data = objectAt(versions[0]?.["LaunchTemplateData"]);
  const direct = textsAt(data["SecurityGroupIds"]);
  if (direct.length > 0) return direct;
  return [...new Set(objectsAt(data["NetworkInterfaces"]).flatMap((one) => textsAt(one["Groups"])))];
}

function clusterGroup(cluster: ClusterRef): readonly string[] {
  return cluster.securityGroupId === undefined ? [] : [cluster.securityGroupId];
}
