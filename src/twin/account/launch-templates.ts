import type { JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, object, objects, type Operations, optionalText, text, texts } from "./account.ts";
import { awsError } from "./errors.ts";
import { type Row, shown } from "./state.ts";

/** A launch template by its id or its name; undefined when the account has none. */
export function launchTemplate(aws: AwsAccount, by: JsonObject): Row | undefined {
  const [id, name] = [optionalText(by, "LaunchTemplateId"), optionalText(by, "LaunchTemplateName")];
  if (id !== undefined) return aws.table("ec2.launchTemplates")[id];
  return aws.rows("ec2.launchTemplates").find((row) => row["LaunchTemplateName"] === name);
}

/** The data of one version: a number, `$Latest` or `$Default`; absent: the default. */
export function templateData(template: Row | undefined, version?: string): JsonObject {
  const versions = objects(template?.["_versions"]);
  const found =
    version === "$Latest"
      ? versions.at(-1)
      : version === undefined || version === "$Default"
        ? versions.find((one) => one["DefaultVersion"] === true)
        : versions.find((one) => str(one["VersionNumber"]) === version);
  return object((found ?? versions.at(-1))?.["LaunchTemplateData"]);
}

/** Making and removing launch templates: each is made with one version. */
export function launchTemplateOperations(aws: AwsAccount): Operations {
  return {
    CreateLaunchTemplate: (input) => {
      const name = text(input, "LaunchTemplateName");
      if (launchTemplate(aws, { LaunchTemplateName: name }) !== undefined)
        throw awsError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
      const id = aws.id("lt");
      const tagged = objects(input["TagSpecifications"]).find((one) => one["ResourceType"] === "launch-template");
      const head = { LaunchTemplateId: id, LaunchTemplateName: name, CreateTime: aws.now() };
      const version = {
        ...head,
        VersionNumber: 1,
        DefaultVersion: true,
        LaunchTemplateData: object(input["LaunchTemplateData"]),
      };
      const row: Row = {
        ...head,
        DefaultVersionNumber: 1,
        LatestVersionNumber: 1,
        Tags: objects(tagged?.["Tags"]),
        _versions: [version],
      };
      aws.table("ec2.launchTemplates")[id] = row;
      return { LaunchTemplate: shown(row) };
    },
    DeleteLaunchTemplate: (input) => {
      const found = launchTemplate(aws, input);
      if (found === undefined)
        throw awsError("InvalidLaunchTemplateId.NotFound", "The specified launch template does not exist.");
      delete aws.table("ec2.launchTemplates")[str(found["LaunchTemplateId"])];
      return { LaunchTemplate: shown(found) };
    },
  };
}

/** What one launch takes from a template besides type, subnet and image. */
export interface TemplateFacts {
  readonly imageId: string;
  readonly securityGroupIds: readonly string[];
  readonly instanceProfileArn: string;
  readonly userData: string;
  /** The volume that pods write to, GiB. */
  readonly diskGiB: number;
  readonly tags: readonly JsonObject[];
}

/** Reads `LaunchTemplateData`. User data comes decoded. */
export function templateFacts(aws: AwsAccount, data: JsonObject): TemplateFacts {
  const profile = object(data["IamInstanceProfile"]);
  const name = str(profile["Name"] ?? "");
  const byInterface = texts(object(objects(data["NetworkInterfaces"])[0])["Groups"]);
  const own = texts(data["SecurityGroupIds"]);
  return {
    imageId: str(data["ImageId"] ?? ""),
    securityGroupIds: own.length > 0 ? own : byInterface,
    instanceProfileArn: str(profile["Arn"] ?? aws.table("iam.instanceProfiles")[name]?.["Arn"] ?? ""),
    userData: decoded(str(data["UserData"] ?? "")),
    diskGiB: diskOf(objects(data["BlockDeviceMappings"])),
    tags: objects(objects(data["TagSpecifications"]).find((one) => one["ResourceType"] === "instance")?.["Tags"]),
  };
}

// Bottlerocket keeps pods on its second volume.
function diskOf(mappings: readonly JsonObject[]): number {
  const data = mappings.find((one) => one["DeviceName"] === "/dev/xvdb") ?? mappings[0];
  const size = object(data?.["Ebs"])["VolumeSize"];
  return typeof size === "number" ? size : 20;
}

function decoded(base64: string): string {
  if (base64 === "") return "";
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
