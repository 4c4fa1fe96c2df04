import type { Account, RoleFacts } from "../../aws/account.ts";
import { karpenterNames } from "../../karpenter/names.ts";
import { valueAt, isObject, objectAt, objectsAt, textAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import { find } from "./aws-find.ts";
import type { GapKeeper } from "./gaps.ts";
import { pooled } from "./pool.ts";
import { documentOf } from "../../aws/document.ts";
import { spotRoleName } from "../../aws/iam.ts";

const width = 4;
/** Service accounts whose roles matter for a migration. */
const controllers = /cluster-autoscaler|karpenter|aws-node|ebs-csi|node-termination/;

type IamPart = Pick<Account, "roles" | "instanceProfiles" | "openIdConnectProviders" | "hasSpotServiceLinkedRole">;

interface IamRequest
  extends Pick<
    Account,
    | "cluster"
    | "nodegroups"
    | "instances"
    | "launchTemplateVersions"
    | "launchConfigurations"
    | "podIdentityAssociations"
  > {
  readonly objects: ClusterObjects;
}

/** Node and controller roles with their policies, instance profiles, OIDC providers, and whether spot has its service-linked role. */
export async function readIam(cloud: CloudReader, request: IamRequest, keeper: GapKeeper): Promise<IamPart> {
  const [instanceProfiles, openIdConnectProviders, hasSpot] = await Promise.all([
    keeper.keep("aws:GetInstanceProfile", () => readProfiles(cloud, request)),
    keeper.keep("aws:ListOpenIDConnectProviders", () => readProviders(cloud, request.cluster)),
    keeper.keep(
      "aws:GetRole",
      async () => (await find(cloud, "iam:GetRole", { RoleName: spotRoleName })) !== undefined,
      spotRoleName,
    ),
  ]);
  const names = roleNames(request, instanceProfiles ?? []);
  const roles = await pooled(width, names, (name) =>
    keeper.keep("aws:GetRole", () => readRoleFacts(cloud, name, keeper), name),
  );
  const found = roles.filter((role) => role !== undefined);
  return {
    ...(instanceProfiles === undefined ? {} : { instanceProfiles }),
    ...(openIdConnectProviders === undefined ? {} : { openIdConnectProviders }),
    ...(hasSpot === undefined ? {} : { hasSpotServiceLinkedRole: hasSpot }),
    // Roles that do not exist are an answer; roles that could not be read are a gap.
    ...(found.length === 0 && keeper.gaps.some((gap) => gap.what === "aws:GetRole" && gap.scope !== spotRoleName)
      ? {}
      : { roles: found }),
  };
}

function roleNames(request: IamRequest, profiles: readonly JsonObject[]): readonly string[] {
  const arns = [
    ...(request.nodegroups ?? []).map((group) => group["nodeRole"]),
    ...profiles.flatMap((profile) => objectsAt(profile["Roles"]).map((role) => role["Arn"])),
    ...(request.objects.serviceaccounts ?? [])
      .filter((one) => controllers.test(one.metadata.name))
      .map((one) => one.metadata.annotations?.["eks.amazonaws.com/role-arn"]),
    ...(request.podIdentityAssociations ?? [])
      .filter((one) => controllers.test(textAt(one["serviceAccount"]) ?? ""))
      .map((one) => one["roleArn"]),
    ...mappedRoles(request.objects),
  ];
  const names = arns.flatMap(
    (arn) => /^arn:[\w-]+:iam::\d+:role\/(?:.*\/)?([^/]+)$/.exec(textAt(arn) ?? "")?.[1] ?? [],
  );
  return [...new Set([...names, ...expectedRoles(request.cluster)])].toSorted();
}

/** Roles that aws-auth maps: one that is not there is a trace of a migration by hand. */
function mappedRoles(objects: ClusterObjects): readonly string[] {
  const map = objects.configmaps?.find(
    (one) => one.metadata.name === "aws-auth" && one.metadata.namespace === "kube-system",
  );
  return [...(map?.data?.["mapRoles"] ?? "").matchAll(/rolearn["']?\s*:\s*["']?(arn:[^\s"',}]+)/g)].map(
    (match) => match[1] ?? "",
  );
}

/** The roles that a Karpenter installation has by upstream's names, whether they exist or not. */
function expectedRoles(cluster: JsonObject | undefined): readonly string[] {
  const name = textAt(cluster?.["name"]);
  if (name === undefined) return [];
  const { nodeRole, controllerRole } = karpenterNames(name);
  return [nodeRole, controllerRole];
}

/** A role with the documents of its policies; undefined when there is none of that name. */
export async function readRoleFacts(
  cloud: CloudReader,
  RoleName: string,
  keeper: GapKeeper,
): Promise<RoleFacts | undefined> {
  const answer = await find(cloud, "iam:GetRole", { RoleName });
  if (answer === undefined) return undefined;
  const role = objectAt(answer["Role"]);
  const policies: Record<string, Json> = {};
  const attached = await keeper.keep(
    "aws:ListAttachedRolePolicies",
    () => cloud.all("iam:ListAttachedRolePolicies", { RoleName }, "AttachedPolicies"),
    RoleName,
  );
  const inline = await keeper.keep(
    "aws:ListRolePolicies",
    () => cloud.allNames("iam:ListRolePolicies", { RoleName }, "PolicyNames"),
    RoleName,
  );
  for (const PolicyName of inline ?? []) {
    const one = await keeper.keep(
      "aws:GetRolePolicy",
      () => cloud.read("iam:GetRolePolicy", { RoleName, PolicyName }),
      RoleName,
    );
    if (one !== undefined) policies[PolicyName] = decoded(one["PolicyDocument"]);
  }
  const arns = (attached ?? []).flatMap((one) => textAt(one["PolicyArn"]) ?? []);
  // AWS's own policies are known; a customer's must be read.
  for (const PolicyArn of arns.filter((arn) => !/^arn:[\w-]+:iam::aws:/.test(arn))) {
    const document = await keeper.keep("aws:GetPolicyVersion", () => readPolicy(cloud, PolicyArn), PolicyArn);
    if (document !== undefined) policies[PolicyArn.split("/").at(-1) ?? PolicyArn] = document;
  }
  return {
    role: { ...role, AssumeRolePolicyDocument: decoded(role["AssumeRolePolicyDocument"]) },
    ...(attached === undefined ? {} : { attachedPolicyArns: arns.toSorted() }),
    policies,
  };
}

async function readPolicy(cloud: CloudReader, PolicyArn: string): Promise<Json> {
  const policy = await cloud.read("iam:GetPolicy", { PolicyArn });
  const VersionId = textAt(valueAt(policy, "Policy", "DefaultVersionId")) ?? "v1";
  const version = await cloud.read("iam:GetPolicyVersion", { PolicyArn, VersionId });
  return decoded(valueAt(version, "PolicyVersion", "Document"));
}

/** The document; as it came when it is no JSON. */
function decoded(document: Json | undefined): Json {
  return documentOf(document) ?? document ?? null;
}

async function readProfiles(cloud: CloudReader, request: IamRequest): Promise<readonly JsonObject[]> {
  const named = [
    ...(request.launchTemplateVersions ?? []).map((one) => valueAt(one, "LaunchTemplateData", "IamInstanceProfile")),
    ...(request.instances ?? []).map((one) => one["IamInstanceProfile"]),
    ...(request.launchConfigurations ?? []).map((one) => one["IamInstanceProfile"]),
  ].flatMap((one) => {
    const text = isObject(one) ? (textAt(one["Name"]) ?? textAt(one["Arn"])) : textAt(one);
    return text?.split("/").at(-1) ?? [];
  });
  const found = await pooled(width, [...new Set(named)].toSorted(), async (InstanceProfileName) => {
    const answer = await find(cloud, "iam:GetInstanceProfile", { InstanceProfileName });
    return answer === undefined ? undefined : objectAt(answer["InstanceProfile"]);
  });
  return found.filter((one) => one !== undefined);
}

/** All providers by ARN; that of the cluster's own issuer in full. */
async function readProviders(cloud: CloudReader, cluster: JsonObject | undefined): Promise<readonly JsonObject[]> {
  const listed = objectsAt((await cloud.read("iam:ListOpenIDConnectProviders", {}))["OpenIDConnectProviderList"]);
  const issuer = textAt(valueAt(cluster, "identity", "oidc", "issuer"))?.replace(/^https:\/\//, "");
  return pooled(width, listed, async (provider) => {
    const Arn = textAt(provider["Arn"]);
    if (Arn === undefined || issuer === undefined || !Arn.endsWith(`/${issuer}`)) return provider;
    const full = await cloud.read("iam:GetOpenIDConnectProvider", { OpenIDConnectProviderArn: Arn });
    return { Arn, ...full };
  });
}
