import type { Account } from "../aws/account.ts";
import { nameOfArn } from "../aws/arn.ts";
import { rolesOfProfile } from "../aws/iam.ts";
import type { NodeGroup } from "../autoscaler/types.ts";
import type { JsonObject } from "../kube/objects.ts";
import { isObject, listAt, numberAt, objectAt, textAt, textsAt } from "../kube/json.ts";

/** Readings of a node group that several rules share. */

/** `NodeGroup/name`, the subject of findings. */
export function subjectOf(group: NodeGroup): string {
  return `NodeGroup/${group.name}`;
}

/** Launch template data, or the launch configuration, under the field names of a launch template. */
export function launchDataOf(group: NodeGroup): JsonObject {
  const data = objectAt(group.launchTemplateVersion, "LaunchTemplateData");
  return Object.keys(data).length > 0 ? data : (group.launchConfiguration ?? {});
}

/** Decoded user data as the account holds it; empty when there is none. */
export function groupUserData(group: NodeGroup): string {
  return textAt(launchDataOf(group), "UserData") ?? "";
}

/** Whether EKS made the launch template itself: a managed group without a template of the user's. */
export function isLaunchTemplateOurs(group: NodeGroup): boolean {
  return group.kind === "self-managed" || isObject(group.nodegroup?.["launchTemplate"]);
}

/** Instance types by name, from the node group, its overrides, or its launch template. */
export function instanceTypesOf(group: NodeGroup): readonly string[] {
  const overrides = listAt(group.autoScalingGroup, "MixedInstancesPolicy", "LaunchTemplate", "Overrides");
  const named = [
    ...textsAt(group.nodegroup, "instanceTypes"),
    ...overrides.flatMap((one) => textAt(one, "InstanceType") ?? []),
  ];
  const own = textAt(launchDataOf(group), "InstanceType");
  return named.length > 0 ? [...new Set(named)] : own === undefined ? [] : [own];
}

/** Subnet ids. */
export function subnetsOf(group: NodeGroup): readonly string[] {
  const listed = textsAt(group.nodegroup, "subnets");
  if (listed.length > 0) return listed;
  return (textAt(group.autoScalingGroup, "VPCZoneIdentifier") ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
}

/** `m5` of `m5.large`. */
export function imageFamilyOf(instanceType: string): string {
  return instanceType.split(".")[0] ?? instanceType;
}

/** The name of the role that a group's nodes have, by its own word or by its instance profile; undefined when neither was read. */
export function roleOf(group: NodeGroup, account?: Account): string | undefined {
  const named = textAt(group.nodegroup, "nodeRole");
  if (named !== undefined) return nameOfArn(named);
  const profile = launchDataOf(group)["IamInstanceProfile"];
  const name = textAt(profile) ?? textAt(profile, "Name") ?? textAt(profile, "Arn");
  if (name === undefined) return undefined;
  const found = (account?.instanceProfiles ?? []).find((one) => textAt(one, "InstanceProfileName") === nameOfArn(name));
  return found === undefined ? undefined : rolesOfProfile(found)[0];
}

/** Root volume in GiB, from the node group or the launch template's largest mapping. Undefined when neither says one. */
export function diskGibOf(group: NodeGroup): number | undefined {
  const sizes = listAt(launchDataOf(group), "BlockDeviceMappings").flatMap(
    (one) => numberAt(one, "Ebs", "VolumeSize") ?? [],
  );
  return sizes.length > 0 ? Math.max(...sizes) : numberAt(group.nodegroup, "diskSize");
}

/** Value of a tag in AWS's list form. Undefined when the resource has no such tag; a tag without value is an empty text. */
export function tagInList(resource: JsonObject, key: string): string | undefined {
  const tag = listAt(resource, "Tags").find((one) => textAt(one, "Key") === key);
  return tag === undefined ? undefined : (textAt(tag, "Value") ?? "");
}
