/** Reads of single AWS objects, shared by planning and by the handlers that observe a step. */
import { documentOf } from "../../aws/document.ts";
import { tagsOf } from "../../aws/tags.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { World } from "../../ports/world.ts";
import { find } from "./calls.ts";
import type { OidcState, PolicyState, QueueState, RoleState, RuleState } from "./facts.ts";

/** Undefined when there is no such role. */
export async function readRole(world: World, name: string): Promise<RoleState | undefined> {
  const role = objectAt((await find(world, "iam:GetRole", { RoleName: name }))?.["Role"]);
  if (role["Arn"] === undefined) return undefined;
  const attached = await world.cloud.all("iam:ListAttachedRolePolicies", { RoleName: name }, "AttachedPolicies");
  return {
    arn: textAt(role["Arn"]) ?? "",
    trust: documentOf(role["AssumeRolePolicyDocument"]),
    attached: attached.map((policy) => textAt(policy["PolicyArn"]) ?? "").toSorted(),
    tags: tagsOf(role["Tags"] ?? []),
  };
}

/** Undefined when there is no such policy. */
export async function readPolicy(world: World, arn: string): Promise<PolicyState | undefined> {
  const policy = objectAt((await find(world, "iam:GetPolicy", { PolicyArn: arn }))?.["Policy"]);
  if (policy["Arn"] === undefined) return undefined;
  const versionId = textAt(policy["DefaultVersionId"]) ?? "";
  const version = await find(world, "iam:GetPolicyVersion", { PolicyArn: arn, VersionId: versionId });
  return {
    arn,
    document: documentOf(objectAt(version?.["PolicyVersion"])["Document"]),
    versionId,
    attachmentCount: Number(policy["AttachmentCount"] ?? 0),
    tags: tagsOf(policy["Tags"] ?? []),
  };
}

/** Undefined when there is no such instance profile. */
export async function readProfile(world: World, name: string): Promise<JsonObject | undefined> {
  const found = await find(world, "iam:GetInstanceProfile", { InstanceProfileName: name });
  return found === undefined ? undefined : objectAt(found["InstanceProfile"]);
}

/** Names of the roles in an instance profile. */
export function rolesOfProfile(profile: JsonObject): readonly string[] {
  return objectsAt(profile["Roles"]).map((role) => textAt(role["RoleName"]) ?? "");
}

/** Undefined when the provider is not registered. */
export async function readOidc(world: World, arn: string): Promise<OidcState | undefined> {
  const found = await find(world, "iam:GetOpenIDConnectProvider", { OpenIDConnectProviderArn: arn });
  return found === undefined ? undefined : { arn, clientIds: textsAt(found["ClientIDList"]) };
}

/** Undefined when there is no such queue. */
export async function readQueue(world: World, name: string): Promise<QueueState | undefined> {
  const url = textAt((await find(world, "sqs:GetQueueUrl", { QueueName: name }))?.["QueueUrl"]) ?? "";
  if (url === "") return undefined;
  const found = await find(world, "sqs:GetQueueAttributes", { QueueUrl: url, AttributeNames: ["All"] });
  if (found === undefined) return undefined;
  const attributes = objectAt(found["Attributes"]);
  const tags = await find(world, "sqs:ListQueueTags", { QueueUrl: url });
  return {
    url,
    arn: textAt(attributes["QueueArn"]) ?? "",
    policy: documentOf(attributes["Policy"]),
    tags: tagsOf(tags?.["Tags"] ?? {}),
  };
}

/** Undefined when there is no such rule. */
export async function readRule(world: World, name: string): Promise<RuleState | undefined> {
  const rule = await find(world, "events:DescribeRule", { Name: name });
  if (rule === undefined) return undefined;
  const targets = await world.cloud.all("events:ListTargetsByRule", { Rule: name }, "Targets");
  return {
    arn: textAt(rule["Arn"]) ?? "",
    pattern: documentOf(rule["EventPattern"]),
    isEnabled: rule["State"] !== "DISABLED",
    targetArns: targets.map((target) => textAt(target["Arn"]) ?? "").toSorted(),
  };
}

/** Undefined when the principal has no access entry. */
export async function readAccessEntry(
  world: World,
  clusterName: string,
  principalArn: string,
): Promise<JsonObject | undefined> {
  const found = await find(world, "eks:DescribeAccessEntry", { clusterName, principalArn });
  return found === undefined ? undefined : objectAt(found["accessEntry"]);
}

/** The Pod Identity association of one service account. */
export async function readAssociation(
  world: World,
  of: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string },
): Promise<JsonObject | undefined> {
  const listed = await world.cloud.all("eks:ListPodIdentityAssociations", { ...of }, "associations");
  const id = listed[0]?.["associationId"];
  if (id === undefined) return undefined;
  const found = await find(world, "eks:DescribePodIdentityAssociation", {
    clusterName: of.clusterName,
    associationId: id,
  });
  return found === undefined ? undefined : objectAt(found["association"]);
}

/** Tags of EC2 resources by id; a resource that does not exist is absent from the answer. */
export async function readSubnets(world: World, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
  if (ids.length === 0) return new Map();
  const found = await world.cloud.all("ec2:DescribeSubnets", { SubnetIds: ids }, "Subnets");
  return new Map(found.map((one) => [textAt(one["SubnetId"]) ?? "", one]));
}

/** Security groups by id; one that does not exist is absent from the answer. */
export async function readSecurityGroups(
  world: World,
  ids: readonly string[],
): Promise<ReadonlyMap<string, JsonObject>> {
  if (ids.length === 0) return new Map();
  const found = await world.cloud.all("ec2:DescribeSecurityGroups", { GroupIds: ids }, "SecurityGroups");
  return new Map(found.map((one) => [textAt(one["GroupId"]) ?? "", one]));
}

/** The service-linked role that spot instances need. */
export const spotRoleName = "AWSServiceRoleForEC2Spot";
/** The service that the spot role belongs to. */
export const spotService = "spot.amazonaws.com";

/** Whether the account has the spot role. */
export async function hasSpotRole(world: World): Promise<boolean> {
  return (await find(world, "iam:GetRole", { RoleName: spotRoleName })) !== undefined;
}

/** The text of `mapRoles` in kube-system/aws-auth; `exists` tells an absent ConfigMap from an absent key. */
export async function readMapRoles(
  world: World,
): Promise<{ readonly exists: boolean; readonly mapRoles: string | undefined }> {
  const found = await world.cluster.get({ resource: "configmaps", namespace: "kube-system", name: "aws-auth" });
  return { exists: found !== undefined, mapRoles: found?.data?.["mapRoles"] };
}
