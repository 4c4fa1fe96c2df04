/** Reads of single AWS objects, shared by planning and by the handlers that observe a step. */
import type { JsonObject } from "../../kube/objects.ts";
import type { Reading } from "../../ports/world.ts";
import { objectAt, textAt, textsAt } from "../../kube/json.ts";
import { find } from "./aws-find.ts";
import type { OidcState, PolicyState, QueueState, RoleState, RuleState } from "../../migration/setup/facts.ts";
import { tagsOf } from "../../aws/tags.ts";
import { documentOf } from "../../aws/document.ts";
import { spotRoleName } from "../../aws/iam.ts";

/** Undefined when there is no such role. */
export async function readRole(world: Reading, name: string): Promise<RoleState | undefined> {
  const role = objectAt((await find(world.cloud, "iam:GetRole", { RoleName: name }))?.["Role"]);
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
export async function readPolicy(world: Reading, arn: string): Promise<PolicyState | undefined> {
  const policy = objectAt((await find(world.cloud, "iam:GetPolicy", { PolicyArn: arn }))?.["Policy"]);
  if (policy["Arn"] === undefined) return undefined;
  const versionId = textAt(policy["DefaultVersionId"]) ?? "";
  const version = await find(world.cloud, "iam:GetPolicyVersion", { PolicyArn: arn, VersionId: versionId });
  return {
    arn,
    document: documentOf(objectAt(version?.["PolicyVersion"])["Document"]),
    versionId,
    attachmentCount: Number(policy["AttachmentCount"] ?? 0),
    tags: tagsOf(policy["Tags"] ?? []),
  };
}

/** Undefined when there is no such instance profile. */
export async function readProfile(world: Reading, name: string): Promise<JsonObject | undefined> {
  const found = await find(world.cloud, "iam:GetInstanceProfile", { InstanceProfileName: name });
  return found === undefined ? undefined : objectAt(found["InstanceProfile"]);
}

/** Undefined when the provider is not registered. */
export async function readOidc(world: Reading, arn: string): Promise<OidcState | undefined> {
  const found = await find(world.cloud, "iam:GetOpenIDConnectProvider", { OpenIDConnectProviderArn: arn });
  return found === undefined ? undefined : { arn, clientIds: textsAt(found["ClientIDList"]) };
}

/** Undefined when there is no such queue. */
export async function readQueue(world: Reading, name: string): Promise<QueueState | undefined> {
  const url = textAt((await find(world.cloud, "sqs:GetQueueUrl", { QueueName: name }))?.["QueueUrl"]) ?? "";
  if (url === "") return undefined;
  const found = await find(world.cloud, "sqs:GetQueueAttributes", { QueueUrl: url, AttributeNames: ["All"] });
  if (found === undefined) return undefined;
  const attributes = objectAt(found["Attributes"]);
  const tags = await find(world.cloud, "sqs:ListQueueTags", { QueueUrl: url });
  return {
    url,
    arn: textAt(attributes["QueueArn"]) ?? "",
    policy: documentOf(attributes["Policy"]),
    tags: tagsOf(tags?.["Tags"] ?? {}),
  };
}

/** Undefined when there is no such rule. */
export async function readRule(world: Reading, name: string): Promise<RuleState | undefined> {
  const rule = await find(world.cloud, "events:DescribeRule", { Name: name });
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
  world: Reading,
  clusterName: string,
  principalArn: string,
): Promise<JsonObject | undefined> {
  const found = await find(world.cloud, "eks:DescribeAccessEntry", { clusterName, principalArn });
  return found === undefined ? undefined : objectAt(found["accessEntry"]);
}

/** The Pod Identity association of one service account. Undefined when there is none. */
export async function readAssociation(
  world: Reading,
  of: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string },
): Promise<JsonObject | undefined> {
  const listed = await world.cloud.all("eks:ListPodIdentityAssociations", { ...of }, "associations");
  const id = listed[0]?.["associationId"];
  if (id === undefined) return undefined;
  const found = await find(world.cloud, "eks:DescribePodIdentityAssociation", {
    clusterName: of.clusterName,
    associationId: id,
  });
  return found === undefined ? undefined : objectAt(found["association"]);
}

/** Tags of EC2 resources by id; a resource that does not exist is absent from the answer. */
export async function readSubnets(world: Reading, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
  if (ids.length === 0) return new Map();
  const found = await world.cloud.all("ec2:DescribeSubnets", { SubnetIds: ids }, "Subnets");
  return new Map(found.map((one) => [textAt(one["SubnetId"]) ?? "", one]));
}

/** Security groups by id; one that does not exist is absent from the answer. */
export async function readSecurityGroups(
  world: Reading,
  ids: readonly string[],
): Promise<ReadonlyMap<string, JsonObject>> {
  if (ids.length === 0) return new Map();
  const found = await world.cloud.all("ec2:DescribeSecurityGroups", { GroupIds: ids }, "SecurityGroups");
  return new Map(found.map((one) => [textAt(one["GroupId"]) ?? "", one]));
}

/** Whether the account has the spot role. */
export async function hasSpotRole(world: Reading): Promise<boolean> {
  return (await find(world.cloud, "iam:GetRole", { RoleName: spotRoleName })) !== undefined;
}

/** The text of `mapRoles` in kube-system/aws-auth; `exists` tells an absent ConfigMap from an absent key. */
export async function readMapRoles(
  world: Reading,
): Promise<{ readonly exists: boolean; readonly mapRoles: string | undefined }> {
  const found = await world.cluster.get({ resource: "configmaps", namespace: "kube-system", name: "aws-auth" });
  return { exists: found !== undefined, mapRoles: found?.data?.["mapRoles"] };
}
