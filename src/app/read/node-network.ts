/** Subnets and security groups of the chosen node groups, and whether the VPC has a way out. */
import { Fault } from "../../fault/fault.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { Reading } from "../../ports/world.ts";
import { objectsAt, textAt, textsAt } from "../../kube/json.ts";
import type { ClusterFacts, GroupFacts, NetworkFacts, TaggedResource } from "../../migration/setup/facts.ts";
import type { Identity } from "../../migration/setup/options.ts";
import { readSecurityGroups, readSubnets } from "./aws-objects.ts";
import { tagsOf } from "../../aws/tags.ts";

/** Services that Karpenter and its nodes call. Pricing and IAM have no endpoints in a VPC. */
const neededServices = ["ec2", "ecr.api", "ecr.dkr", "s3", "sts", "ssm", "sqs", "eks"];

/** Reads where the chosen groups stand; what cannot be read is warned of and unknown. */
export async function readNodeNetwork(
  world: Reading,
  of: {
    readonly cluster: ClusterFacts;
    readonly groups: readonly GroupFacts[];
    readonly identity: Identity;
    readonly warn: (line: string) => void;
  },
): Promise<NetworkFacts> {
  const subnets = await readSubnets(world, unique(of.groups.flatMap((group) => group.subnetIds)));
  const groups = await readSecurityGroups(world, unique(of.groups.flatMap((group) => group.securityGroupIds)));
  const isIsolated = await readIsIsolated(world, of.cluster, [...subnets.keys()], of.warn);
  return {
    subnets: tagged(subnets),
    securityGroups: tagged(groups),
    isIsolated,
    missingEndpoints: isIsolated === true ? await readMissingEndpoints(world, of.cluster, of.identity) : [],
  };
}

function tagged(found: ReadonlyMap<string, JsonObject>): readonly TaggedResource[] {
  const list = [...found].map(([id, resource]) => ({ id, tags: tagsOf(resource["Tags"] ?? []) }));
  return list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

async function readIsIsolated(
  world: Reading,
  cluster: ClusterFacts,
  subnetIds: readonly string[],
  warn: (line: string) => void,
): Promise<boolean | undefined> {
  if (cluster.vpcId === undefined || subnetIds.length === 0) return undefined;
  try {
    const tables = await world.cloud.all(
      "ec2:DescribeRouteTables",
      { Filters: [{ Name: "vpc-id", Values: [cluster.vpcId] }] },
      "RouteTables",
    );
    if (tables.length === 0) return undefined;
    return subnetIds.every((id) => !hasWayOut(tableOf(tables, id)));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    warn(`route tables could not be read, so whether the VPC is isolated is unknown (${error.message})`);
    return undefined;
  }
}

function tableOf(tables: readonly JsonObject[], subnetId: string): JsonObject | undefined {
  const own = tables.find((table) => objectsAt(table["Associations"]).some((one) => one["SubnetId"] === subnetId));
  return own ?? tables.find((table) => objectsAt(table["Associations"]).some((one) => one["Main"] === true));
}

function hasWayOut(table: JsonObject | undefined): boolean {
  return objectsAt(table?.["Routes"]).some((route) => {
    const isDefault = route["DestinationCidrBlock"] === "0.0.0.0/0" || route["DestinationIpv6CidrBlock"] === "::/0";
    return isDefault && route["State"] !== "blackhole";
  });
}

async function readMissingEndpoints(
  world: Reading,
  cluster: ClusterFacts,
  identity: Identity,
): Promise<readonly string[]> {
  const found = await world.cloud.all(
    "ec2:DescribeVpcEndpoints",
    { Filters: [{ Name: "vpc-id", Values: [cluster.vpcId ?? ""] }] },
    "VpcEndpoints",
  );
  const services = new Set(found.map((one) => textAt(one["ServiceName"]) ?? ""));
  const needed = identity === "pod-identity" ? [...neededServices, "eks-auth"] : neededServices;
  return needed
    .map((service) => `com.amazonaws.${world.cloud.region}.${service}`)
    .filter((name) => !services.has(name) && !services.has(`cn.${name}`));
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(textsAt(values))].toSorted();
}
