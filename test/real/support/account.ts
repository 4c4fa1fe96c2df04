/** What an account and a cluster hold of everything that setup and install touch, as comparable text. */
import type { JsonObject } from "../../../src/kube/objects.ts";
import type { Cloud } from "../../../src/ports/cloud.ts";
import type { World } from "../../../src/ports/world.ts";
import type { RealWorld } from "./world.ts";
import { find } from "../../../src/app/read/aws-find.ts";
import { objectAt, textAt } from "../../../src/kube/json.ts";
import { foreignList } from "../../support/aws.ts";
import { tagsOf } from "../../../src/aws/tags.ts";
import { documentOf } from "../../../src/aws/document.ts";

/** Roles, policies, profiles, providers, queues, rules, access and EC2 tags. Plan ids and times are made equal. */
export async function accountText(world: World, clusterName: string): Promise<string> {
  const { cloud } = world;
  const dump = {
    roles: await roles(cloud),
    policies: await policies(cloud),
    profiles: (await foreignList(cloud, "iam:ListInstanceProfiles", {}, "InstanceProfiles")).map(
      (one) => one["InstanceProfileName"],
    ),
    providers: (await cloud.read("iam:ListOpenIDConnectProviders", {}))["OpenIDConnectProviderList"],
    queues: await queues(world),
    rules: await rules(cloud),
    access: await access(world, clusterName),
    tags: await tags(cloud),
  };
  return JSON.stringify(dump, undefined, 1).replace(/setup-([\w-]+)-\d{8}T\d{6}Z/g, "setup-$1-TIME");
}

async function roles(cloud: Cloud): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const role of await cloud.all("iam:ListRoles", {}, "Roles")) {
    const RoleName = textAt(role["RoleName"]) ?? "";
    const full = objectAt((await cloud.read("iam:GetRole", { RoleName }))["Role"]);
    const attached = await cloud.all("iam:ListAttachedRolePolicies", { RoleName }, "AttachedPolicies");
    const trust = documentOf(full["AssumeRolePolicyDocument"]);
    found.push({
      RoleName,
      trust,
      tags: tagsOf(full["Tags"] ?? []),
      attached: attached.map((one) => textAt(one["PolicyArn"]) ?? "").toSorted(),
    });
  }
  return found.toSorted(byText);
}

async function policies(cloud: Cloud): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const policy of await foreignList(cloud, "iam:ListPolicies", { Scope: "Local" }, "Policies")) {
    const PolicyArn = textAt(policy["Arn"]) ?? "";
    const VersionId = textAt(policy["DefaultVersionId"]) ?? "";
    const version = objectAt((await cloud.read("iam:GetPolicyVersion", { PolicyArn, VersionId }))["PolicyVersion"]);
    found.push({ PolicyArn, document: documentOf(version["Document"]), count: policy["AttachmentCount"] });
  }
  return found.toSorted(byText);
}

async function queues(world: World): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const QueueUrl of await world.cloud.allNames("sqs:ListQueues", {}, "QueueUrls")) {
    const answer = await find(world.cloud, "sqs:GetQueueAttributes", {
      QueueUrl,
      AttributeNames: ["Policy", "MessageRetentionPeriod"],
    });
    found.push({ QueueUrl, attributes: answer?.["Attributes"] });
  }
  return found.toSorted(byText);
}

async function rules(cloud: Cloud): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const rule of await cloud.all("events:ListRules", {}, "Rules")) {
    const targets = await cloud.all("events:ListTargetsByRule", { Rule: textAt(rule["Name"]) ?? "" }, "Targets");
    found.push({ name: rule["Name"], pattern: rule["EventPattern"], state: rule["State"], targets });
  }
  return found.toSorted(byText);
}

async function access(world: World, clusterName: string): Promise<unknown> {
  const cluster = objectAt((await world.cloud.read("eks:DescribeCluster", { name: clusterName }))["cluster"]);
  const hasEntries = objectAt(cluster["accessConfig"])["authenticationMode"] !== "CONFIG_MAP";
  const entries = hasEntries
    ? await world.cloud.allNames("eks:ListAccessEntries", { clusterName }, "accessEntries")
    : [];
  const associations = await world.cloud.all("eks:ListPodIdentityAssociations", { clusterName }, "associations");
  const awsAuth = await world.cluster.get({ resource: "configmaps", namespace: "kube-system", name: "aws-auth" });
  return {
    entries: [...entries].toSorted(),
    associations: associations.map((one) => [one["namespace"], one["serviceAccount"]]),
    awsAuth: awsAuth?.data,
  };
}

async function tags(cloud: Cloud): Promise<readonly unknown[]> {
  const found = await foreignList(cloud, "ec2:DescribeTags", {}, "Tags");
  const lasting = found.filter((one) =>
    ["subnet", "security-group", "vpc"].includes(textAt(one["ResourceType"]) ?? ""),
  );
  return lasting.map((one) => [one["ResourceId"], one["Key"], one["Value"]]).toSorted(byText);
}

/** Names of what the cluster holds, without what comes and goes by itself. */
export function clusterText(real: RealWorld): string {
  const kinds =
    "crd,ns,clusterrole,clusterrolebinding,role,rolebinding,sa,svc,deploy,ds,sts,pdb,cm,secret,validatingwebhookconfiguration,mutatingwebhookconfiguration";
  return real
    .kubectl(
      "get",
      kinds,
      "-A",
      "-o",
      "jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{'\\n'}{end}",
    )
    .split("\n")
    .toSorted()
    .join("\n");
}

/** Mutating calls of this caller since a sequence number, in order: operation and outcome. */
export async function callsSince(
  real: RealWorld,
  since: number,
): Promise<{ readonly last: number; readonly calls: readonly JsonObject[] }> {
  const answer = (await real.admin(`calls?since=${since}`)) as { calls: JsonObject[]; last: number };
  return { last: answer.last, calls: answer.calls };
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
