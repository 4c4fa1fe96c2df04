/** Who we are, which cluster this is, and whether AWS and the kubeconfig speak of the same one. */
import { before } from "../../kube/text.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import { objectAt, textAt } from "../../kube/json.ts";
import { find } from "./aws-find.ts";
import type { AccountFacts, ClusterFacts } from "../../migration/setup/facts.ts";

/** Clusters of one account and region that are looked through by endpoint before the user is asked for the name. */
const maxClustersToSearch = 100;

/** Who the AWS credentials are. */
export async function readCaller(world: Reading): Promise<Omit<AccountFacts, "partition" | "dnsSuffix">> {
  const who = await world.cloud.read("sts:GetCallerIdentity", {});
  return { id: textAt(who["Account"]) ?? "", region: world.cloud.region, callerArn: textAt(who["Arn"]) ?? "" };
}

/**
 * eks:DescribeCluster of the cluster that the kubeconfig speaks to.
 *
 * Throws `setup.wrong-account`, `setup.wrong-cluster`, `setup.not-active`, `aws.ResourceNotFoundException` with what to pass instead.
 * Throws `usage.no-cluster` when nothing names the cluster, and `setup.no-cluster` when the region has none of that name.
 */
export async function readCluster(
  world: Reading,
  options: { readonly cluster?: string | undefined; readonly force?: boolean | undefined },
): Promise<JsonObject> {
  const name = options.cluster ?? nameInContext(world) ?? (await nameByEndpoint(world));
  if (name === undefined) {
    throw usage(
      "no-cluster",
      `no EKS cluster in ${world.cloud.region} has the endpoint ${world.cluster.where.server}`,
      "pass --cluster NAME, and --region or --profile if the cluster lives elsewhere",
      `kubeconfig context ${world.cluster.where.context} does not name its cluster`,
    );
  }
  const found = await find(world.cloud, "eks:DescribeCluster", { name });
  if (found === undefined) {
    throw new Fault("setup.no-cluster", `cluster ${name} does not exist in ${world.cloud.region}`, {
      hint: "pass --cluster, --region or --profile of the cluster that the kubeconfig speaks to",
    });
  }
  const cluster = objectAt(found["cluster"]);
  if (options.force !== true) checkEndpoint(world, cluster);
  return cluster;
}

/**
 * Compares what AWS and the kubeconfig say, and that the cluster can be worked on. Throws `setup.wrong-account`, `setup.wrong-cluster`
 * or `setup.not-active`.
 */
export function checkCluster(world: Reading, cluster: JsonObject, accountId: string): void {
  const arn = textAt(cluster["arn"]) ?? "";
  const owner = arn.split(":")[4];
  if (owner !== accountId) {
    throw new Fault(
      "setup.wrong-account",
      `cluster ${textAt(cluster["name"]) ?? ""} belongs to account ${owner}, the AWS credentials to ${accountId}`,
      {
        hint: "pass --profile of the cluster's account",
      },
    );
  }
  const contextAccount = /^arn:[\w-]+:eks:[\w-]+:(\d{12}):cluster\//.exec(world.cluster.where.context)?.[1];
  if (contextAccount !== undefined && contextAccount !== accountId) {
    throw new Fault(
      "setup.wrong-account",
      `kubeconfig context names account ${contextAccount}, the AWS credentials are of ${accountId}`,
      {
        hint: "pass --profile of that account, or --context of a cluster in this one",
      },
    );
  }
  if (cluster["status"] !== "ACTIVE") {
    throw new Fault(
      "setup.not-active",
      `cluster ${textAt(cluster["name"]) ?? ""} is ${textAt(cluster["status"]) ?? ""}, not ACTIVE`,
      {
        hint: "wait until EKS has finished what it is doing",
        retry: "later",
      },
    );
  }
}

/** The parts of eks:DescribeCluster that a plan depends on. */
export function clusterFacts(world: Reading, cluster: JsonObject, hasPodIdentityAgent: boolean): ClusterFacts {
  const access = textAt(objectAt(cluster["accessConfig"])["authenticationMode"]) ?? "";
  const vpc = objectAt(cluster["resourcesVpcConfig"]);
  const issuer = textAt(objectAt(objectAt(cluster["identity"])["oidc"])["issuer"]) ?? "";
  return {
    name: textAt(cluster["name"]) ?? "",
    arn: textAt(cluster["arn"]) ?? "",
    version: textAt(cluster["version"]) ?? "",
    endpoint: textAt(cluster["endpoint"]) ?? "",
    server: world.cluster.where.server,
    context: world.cluster.where.context,
    issuer: issuer === "" ? undefined : issuer,
    authenticationMode: access === "API" || access === "API_AND_CONFIG_MAP" ? access : "CONFIG_MAP",
    vpcId: textAt(vpc["vpcId"]) || undefined,
    securityGroupId: textAt(vpc["clusterSecurityGroupId"]) || undefined,
    hasPodIdentityAgent,
    isAutoMode: objectAt(cluster["computeConfig"])["enabled"] === true,
    isIpv6: textAt(cluster, "kubernetesNetworkConfig", "ipFamily") === "ipv6",
  };
}

function checkEndpoint(world: Reading, cluster: JsonObject): void {
  const endpoint = textAt(cluster["endpoint"]) ?? "";
  const server = world.cluster.where.server;
  if (hostOf(endpoint) === hostOf(server)) return;
  throw new Fault(
    "setup.wrong-cluster",
    `kubeconfig speaks to ${server}, EKS cluster ${textAt(cluster["name"]) ?? ""} answers at ${endpoint}`,
    {
      why: "setup would prepare one cluster and install would fill another",
      hint: "pass the right --context or --cluster; behind a tunnel to the same cluster pass --force",
    },
  );
}

function hostOf(url: string): string {
  return before(url.replace(/^https?:\/\//, ""), "/").toLowerCase();
}

// `aws eks update-kubeconfig` names contexts by ARN, eksctl by user@NAME.region.eksctl.io.
function nameInContext(world: Reading): string | undefined {
  const { context } = world.cluster.where;
  return (
    /^arn:[\w-]+:eks:[\w-]+:\d{12}:cluster\/(.+)$/.exec(context)?.[1] ??
    /(?<![\w-])([\w-]+)\.[\w-]+\.eksctl\.io$/.exec(context)?.[1]
  );
}

async function nameByEndpoint(world: Reading): Promise<string | undefined> {
  const names = await world.cloud.allNames("eks:ListClusters", {}, "clusters");
  for (const name of names.slice(0, maxClustersToSearch)) {
    const found = objectAt((await find(world.cloud, "eks:DescribeCluster", { name }))?.["cluster"]);
    if (hostOf(textAt(found["endpoint"]) ?? "") === hostOf(world.cluster.where.server)) return name;
  }
  return undefined;
}
