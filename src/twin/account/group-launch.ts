import type { JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, object, objects, texts } from "./account.ts";
import type { BootData } from "./boot-data.ts";
import { launchTemplate, templateData, templateFacts, type TemplateFacts } from "./launch-templates.ts";
import type { Row } from "./state.ts";

/** What a group starts, as its launch template says. */
export interface GroupLaunch extends TemplateFacts {
  readonly instanceTypes: readonly string[];
  readonly architecture: string;
  readonly capacityType: string;
  readonly boot: BootData;
  readonly specification: JsonObject;
}

/** Reads the launch template of a group, its overrides and what its nodes are told. */
export function launchTemplateOf(aws: AwsAccount, group: Row): GroupLaunch {
  const mixed = object(object(group["MixedInstancesPolicy"])["LaunchTemplate"]);
  const specification =
    group["LaunchTemplate"] === undefined
      ? object(mixed["LaunchTemplateSpecification"])
      : object(group["LaunchTemplate"]);
  const template = launchTemplate(aws, specification);
  const data = templateData(template, "$Latest");
  const facts = templateFacts(aws, data);
  const overrides = objects(mixed["Overrides"]).flatMap((one) => texts([one["InstanceType"] ?? null]));
  return {
    ...facts,
    instanceTypes: overrides.length > 0 ? overrides : texts([data["InstanceType"] ?? null]),
    architecture: str(aws.table("ec2.images")[facts.imageId]?.["Architecture"] ?? "x86_64"),
    capacityType: group["_capacityType"] === "spot" ? "spot" : "on-demand",
    boot: groupBoot(object(group["_kubelet"])),
    specification: {
      ...specification,
      Version: str(objects(template?.["_versions"]).at(-1)?.["VersionNumber"] ?? "1"),
    },
  };
}

// The group keeps what its nodes are told: EKS merges it into user data that nobody but EKS sees.
function groupBoot(kubelet: JsonObject): BootData {
  const labels = Object.fromEntries(Object.entries(object(kubelet["labels"])).map(([key, value]) => [key, str(value)]));
  const taints = objects(kubelet["taints"]).map((taint) => ({
    key: str(taint["key"]),
    ...(taint["value"] === undefined ? {} : { value: str(taint["value"]) }),
    effect: str(taint["effect"]),
  }));
  return { family: "AL2023", labels, taints, kubelet: {}, hasRaid: false };
}

/** The tags of a group's instance: those of the template, those that the group propagates, and the group's name. */
export function memberTags(group: Row, fromTemplate: readonly JsonObject[]): readonly JsonObject[] {
  const own = objects(group["Tags"]).filter((tag) => tag["PropagateAtLaunch"] === true);
  const name = { Key: "aws:autoscaling:groupName", Value: group["AutoScalingGroupName"] };
  const all = [...fromTemplate, ...own.map(({ Key, Value }) => ({ Key, Value })), name];
  return [...new Map(all.map((tag) => [tag["Key"], tag])).values()];
}
