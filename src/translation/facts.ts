import type { JsonObject } from "../kube/objects.ts";
import { printed, textAt } from "../kube/json.ts";
import { unique } from "../kube/unique.ts";
import type { TranslateInput, TranslateOptions } from "./input.ts";

/** Input and options as every part of the translation reads them. */
export interface Facts {
  readonly input: TranslateInput;
  readonly options: TranslateOptions;
}

/** Zones of subnets whose description was read; subnets that were not are simply not in it. */
export function zonesOfSubnets({ input }: Facts, ids: Iterable<string>): readonly string[] {
  const wanted = new Set(ids);
  const zones = (input.account?.subnets ?? [])
    .filter((subnet) => wanted.has(textAt(subnet, "SubnetId") ?? ""))
    .flatMap((subnet) => textAt(subnet, "AvailabilityZone") ?? []);
  return unique(zones);
}

/** The security group that EKS gives to control plane and nodes alike. */
export function clusterSecurityGroup({ input }: Facts): string | undefined {
  return textAt(input.account?.cluster, "resourcesVpcConfig", "clusterSecurityGroupId");
}

/** The last part of an ARN's path, or the name as it is. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The launch template version that was read under this id or name and version. */
export function launchTemplateVersion(
  { input }: Facts,
  wanted: { readonly id: string | undefined; readonly name: string | undefined; readonly version: string | undefined },
): JsonObject | undefined {
  const versions = (input.account?.launchTemplateVersions ?? []).filter(
    (item) =>
      (wanted.id !== undefined && item["LaunchTemplateId"] === wanted.id) ||
      (wanted.name !== undefined && item["LaunchTemplateName"] === wanted.name),
  );
  if (wanted.version === undefined || wanted.version === "$Default") {
    return (
      versions.find((item) => item["DefaultVersion"] === true) ?? (versions.length === 1 ? versions[0] : undefined)
    );
  }
  if (wanted.version === "$Latest") {
    return versions.toSorted((a, b) => Number(b["VersionNumber"]) - Number(a["VersionNumber"]))[0];
  }
  return versions.find((item) => printed(item["VersionNumber"]) === wanted.version);
}
