import type { Account } from "../../aws/account.ts";
import { valueAt, isObject, objectsAt, textAt, printed } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import { readableUserData } from "../../aws/user-data/plain.ts";
import { readNodegroups } from "./eks.ts";
import type { GapKeeper } from "./gaps.ts";
import { batches, pooled } from "./pool.ts";
import { tagsOf } from "../../aws/tags.ts";

const width = 6;

type GroupPart = Pick<
  Account,
  | "autoScalingGroups"
  | "launchConfigurations"
  | "launchTemplateVersions"
  | "scheduledActions"
  | "lifecycleHooks"
  | "warmPools"
>;

interface GroupRequest {
  readonly clusterName: string | undefined;
  readonly nodegroups: readonly JsonObject[];
  readonly instances: readonly JsonObject[];
}

/** The Auto Scaling groups behind a cluster's nodes and everything that hangs on them. */
export async function readGroups(cloud: CloudReader, request: GroupRequest, keeper: GapKeeper): Promise<GroupPart> {
  const groups = await keeper.keep("aws:DescribeAutoScalingGroups", () => readAutoScalingGroups(cloud, request));
  if (groups === undefined) {
    const versions = await keeper.keep("aws:DescribeLaunchTemplateVersions", () =>
      readTemplates(cloud, [], request.nodegroups),
    );
    return versions === undefined ? {} : { launchTemplateVersions: versions };
  }
  const names = groups.flatMap((group) => textAt(group["AutoScalingGroupName"]) ?? []);
  const [launchTemplateVersions, launchConfigurations, scheduledActions, lifecycleHooks, warmPools] = await Promise.all(
    [
      keeper.keep("aws:DescribeLaunchTemplateVersions", () => readTemplates(cloud, groups, request.nodegroups)),
      keeper.keep("aws:DescribeLaunchConfigurations", () => readLaunchConfigurations(cloud, groups)),
      keeper.keep("aws:DescribeScheduledActions", () => perGroup(cloud, names, "ScheduledActions")),
      keeper.keep("aws:DescribeLifecycleHooks", () => perGroup(cloud, names, "LifecycleHooks")),
      keeper.keep("aws:DescribeWarmPool", () => perGroup(cloud, names, "WarmPool")),
    ],
  );
  return {
    autoScalingGroups: groups,
    ...(launchTemplateVersions === undefined ? {} : { launchTemplateVersions }),
    ...(launchConfigurations === undefined ? {} : { launchConfigurations }),
    ...(scheduledActions === undefined ? {} : { scheduledActions }),
    ...(lifecycleHooks === undefined ? {} : { lifecycleHooks }),
    ...(warmPools === undefined ? {} : { warmPools }),
  };
}

/**
 * What the node groups of a cluster launch with, whole or not at all: for plans, where a gap would be a wrong plan. Throws `aws.…`.
 */
export async function readLaunches(
  cloud: CloudReader,
  clusterName: string,
): Promise<
  Required<Pick<Account, "nodegroups" | "autoScalingGroups" | "launchTemplateVersions" | "launchConfigurations">>
> {
  const nodegroups = await readNodegroups(cloud, clusterName);
  const autoScalingGroups = await readAutoScalingGroups(cloud, { clusterName, nodegroups, instances: [] });
  return {
    nodegroups,
    autoScalingGroups,
    launchTemplateVersions: await readTemplates(cloud, autoScalingGroups, nodegroups),
    launchConfigurations: await readLaunchConfigurations(cloud, autoScalingGroups),
  };
}

/** By managed node group, by tags that name the cluster, and by the instances that are its nodes. */
async function readAutoScalingGroups(cloud: CloudReader, request: GroupRequest): Promise<readonly JsonObject[]> {
  const byName = new Set([
    ...request.nodegroups.flatMap((group) =>
      objectsAt(valueAt(group, "resources", "autoScalingGroups")).flatMap((one) => textAt(one["name"]) ?? []),
    ),
    ...request.instances.flatMap((one) => tagsOf(one["Tags"])["aws:autoscaling:groupName"] ?? []),
  ]);
  const find = (input: JsonObject): Promise<readonly JsonObject[]> =>
    cloud.all("autoscaling:DescribeAutoScalingGroups", input, "AutoScalingGroups");
  const lists = await pooled(width, batches([...byName].toSorted(), 50), (slice) =>
    find({ AutoScalingGroupNames: [...slice] }),
  );
  if (request.clusterName !== undefined) {
    const keys = ["kubernetes.io/cluster/", "k8s.io/cluster-autoscaler/", "k8s.io/cluster/"].map(
      (prefix) => `${prefix}${request.clusterName ?? ""}`,
    );
    lists.push(await find({ Filters: [{ Name: "tag-key", Values: keys }] }));
    lists.push(await find({ Filters: [{ Name: "tag:eks:cluster-name", Values: [request.clusterName] }] }));
  }
  const found = new Map(lists.flat().map((group) => [textAt(group["AutoScalingGroupName"]) ?? "", group]));
  return [...found.values()].toSorted((a, b) => nameOrder(a, b, "AutoScalingGroupName"));
}

async function readTemplates(
  cloud: CloudReader,
  groups: readonly JsonObject[],
  nodegroups: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const wanted = new Map<string, JsonObject>();
  const want = (specification: unknown): void => {
    if (!isObject(specification)) return;
    const id = textAt(specification["LaunchTemplateId"]) ?? textAt(specification["id"]);
    const name = textAt(specification["LaunchTemplateName"]) ?? textAt(specification["name"]);
    const version = textAt(specification["Version"]) ?? textAt(specification["version"]) ?? "$Default";
    if (id === undefined && name === undefined) return;
    const input = {
      ...(id === undefined ? { LaunchTemplateName: name } : { LaunchTemplateId: id }),
      Versions: [version],
    };
    wanted.set(JSON.stringify(input), input);
  };
  for (const group of groups) {
    want(group["LaunchTemplate"]);
    const mixed = valueAt(group, "MixedInstancesPolicy", "LaunchTemplate");
    want(valueAt(mixed, "LaunchTemplateSpecification"));
    for (const override of objectsAt(valueAt(mixed, "Overrides"))) want(override["LaunchTemplateSpecification"]);
  }
  for (const nodegroup of nodegroups) want(nodegroup["launchTemplate"]);
  const lists = await pooled(width, [...wanted.values()], (input) =>
    cloud.all("ec2:DescribeLaunchTemplateVersions", input, "LaunchTemplateVersions"),
  );
  const found = new Map(
    lists.flat().map((one) => [`${textAt(one["LaunchTemplateId"]) ?? ""} ${printed(one["VersionNumber"])}`, one]),
  );
  return [...found.keys()].toSorted().flatMap((key) => withUserData(found.get(key) ?? {}, "LaunchTemplateData"));
}

async function readLaunchConfigurations(
  cloud: CloudReader,
  groups: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const names = new Set(groups.flatMap((group) => textAt(group["LaunchConfigurationName"]) ?? []));
  const lists = await pooled(width, batches([...names].toSorted(), 50), (slice) =>
    cloud.all(
      "autoscaling:DescribeLaunchConfigurations",
      { LaunchConfigurationNames: [...slice] },
      "LaunchConfigurations",
    ),
  );
  return lists.flat().map((one) => withDecoded(one));
}

/** Decoded, and whole: what is applied must be what was read. User data that is no text is marked so. */
function withUserData(version: JsonObject, key: string): JsonObject[] {
  const data = version[key];
  return [isObject(data) ? { ...version, [key]: withDecoded(data) } : version];
}

function withDecoded(data: JsonObject): JsonObject {
  const written = textAt(data["UserData"]);
  return written === undefined ? data : { ...data, UserData: readableUserData(written) };
}

async function perGroup(
  cloud: CloudReader,
  names: readonly string[],
  what: "ScheduledActions" | "LifecycleHooks" | "WarmPool",
): Promise<readonly JsonObject[]> {
  const lists = await pooled(width, names, async (AutoScalingGroupName): Promise<readonly JsonObject[]> => {
    const input = { AutoScalingGroupName };
    switch (what) {
      case "ScheduledActions":
        return cloud.all("autoscaling:DescribeScheduledActions", input, "ScheduledUpdateGroupActions");
      case "LifecycleHooks":
        return objectsAt((await cloud.read("autoscaling:DescribeLifecycleHooks", input))["LifecycleHooks"]);
      default: {
        const pool = (await cloud.read("autoscaling:DescribeWarmPool", input))["WarmPoolConfiguration"];
        return isObject(pool) ? [{ AutoScalingGroupName, ...pool }] : [];
      }
    }
  });
  return lists.flat();
}

/** Order by a text member. */
export function nameOrder(a: JsonObject, b: JsonObject, key: string): number {
  const [x, y] = [textAt(a[key]) ?? "", textAt(b[key]) ?? ""];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
