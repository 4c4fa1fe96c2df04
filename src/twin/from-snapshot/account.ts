import type { Account, RoleFacts } from "../../aws/account.ts";
import { isObject, objectsAt, textAt } from "../../kube/json.ts";
import { instanceIdOf, zoneOf } from "../../kube/node.ts";
import type { Json, JsonObject, Node } from "../../kube/objects.ts";
import { kubeletOf } from "../account/nodegroup-boot.ts";
import type { AwsState, AwsTable, Row } from "../account/state.ts";
import { ownLabels, ownTaints } from "./nodes.ts";

/** What a world's account is made of. */
export interface AccountParts {
  readonly account: Account;
  readonly clusterName: string;
  readonly nodes: readonly Node[];
}

/** The tables of a world's account, as the snapshot's account tells them. */
export function accountState({ account, clusterName, nodes }: AccountParts): AwsState {
  const tables: { [T in AwsTable]?: Record<string, Row> } = {};
  const put = (table: AwsTable, key: string, row: Row): void => {
    if (key !== "") (tables[table] ??= {})[key] = row;
  };
  const putAll = (table: AwsTable, rows: readonly JsonObject[] | undefined, key: string): void => {
    for (const row of rows ?? []) put(table, textAt(row[key]) ?? "", { ...row });
  };
  put("eks.clusters", clusterName, { name: clusterName, status: "ACTIVE", ...account.cluster });
  putAll("ec2.vpcs", account.vpcs, "VpcId");
  putAll("ec2.subnets", account.subnets, "SubnetId");
  putAll("ec2.securityGroups", account.securityGroups, "GroupId");
  putAll("ec2.images", account.images, "ImageId");
  putAll("ec2.routeTables", account.routeTables, "RouteTableId");
  putAll("ec2.vpcEndpoints", account.vpcEndpoints, "VpcEndpointId");
  putAll("ec2.volumes", account.volumes, "VolumeId");
  putAll("ec2.capacityReservations", account.capacityReservations, "CapacityReservationId");
  putAll("autoscaling.launchConfigurations", account.launchConfigurations, "LaunchConfigurationName");
  putAll("eks.addons", account.addons, "addonName");
  putAll("eks.podIdentities", account.podIdentityAssociations, "associationId");
  putAll("quotas", account.serviceQuotas, "QuotaCode");
  for (const hook of account.lifecycleHooks ?? [])
    put(
      "autoscaling.hooks",
      `${textAt(hook["AutoScalingGroupName"]) ?? ""}/${textAt(hook["LifecycleHookName"]) ?? ""}`,
      { ...hook },
    );
  for (const entry of account.accessEntries ?? [])
    put("eks.accessEntries", textAt(entry["principalArn"]) ?? "", { _policies: [], ...entry });
  for (const role of account.roles ?? []) put("iam.roles", textAt(role.role["RoleName"]) ?? "", roleRow(role));
  for (const profile of account.instanceProfiles ?? [])
    put("iam.instanceProfiles", textAt(profile["InstanceProfileName"]) ?? "", {
      ...profile,
      _roles: objectsAt(profile["Roles"]).map((role) => textAt(role["RoleName"]) ?? ""),
    });
  for (const provider of account.openIdConnectProviders ?? [])
    put("iam.oidcProviders", textAt(provider["Arn"]) ?? "", {
      Url: urlOf(provider),
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: [],
      Tags: [],
      ...provider,
    });
  for (const [id, row] of launchTemplates(account.launchTemplateVersions ?? [])) put("ec2.launchTemplates", id, row);
  for (const row of nodegroupRows(account)) put("eks.nodegroups", textAt(row["nodegroupName"]) ?? "", row);
  const byInstance = new Map(nodes.map((node) => [instanceIdOf(node) ?? "", node]));
  for (const group of account.autoScalingGroups ?? []) {
    const name = textAt(group["AutoScalingGroupName"]) ?? "";
    put("autoscaling.groups", name, groupRow(group, { account, byInstance }));
    for (const member of objectsAt(group["Instances"]))
      put(
        "ec2.instances",
        textAt(member["InstanceId"]) ?? "",
        instanceRow(member, { account, byInstance, group: name }),
      );
  }
  for (const node of nodes) {
    const id = instanceIdOf(node) ?? "";
    if (tables["ec2.instances"]?.[id] === undefined)
      put("ec2.instances", id, instanceRow({ InstanceId: id }, { account, byInstance, group: undefined }));
  }
  return { accountId: account.accountId ?? "000000000000", region: account.region, tables };
}

function urlOf(provider: JsonObject): string {
  const arn = textAt(provider["Arn"]) ?? "";
  return arn.slice(arn.indexOf("/") + 1);
}

function roleRow({ role, attachedPolicyArns = [], policies = {} }: RoleFacts): Row {
  const trust = role["AssumeRolePolicyDocument"];
  const text = typeof trust === "string" ? trust : encodeURIComponent(JSON.stringify(trust ?? {}));
  const inline = Object.entries(policies).map(([name, document]) => [
    name,
    encodeURIComponent(JSON.stringify(document)),
  ]);
  return {
    ...role,
    AssumeRolePolicyDocument: text,
    _attached: [...attachedPolicyArns],
    _inline: Object.fromEntries(inline),
  };
}

/** Versions of one template together; user data as EC2 keeps it. */
function launchTemplates(versions: readonly JsonObject[]): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const version of versions) {
    const id = textAt(version["LaunchTemplateId"]) ?? "";
    const data = version["LaunchTemplateData"];
    const userData = isObject(data) ? textAt(data["UserData"]) : undefined;
    const encoded =
      userData === undefined || !isObject(data)
        ? version
        : { ...version, LaunchTemplateData: { ...data, UserData: encode(userData) } };
    const known = rows.get(id);
    const before = objectsAt(known?.["_versions"]);
    rows.set(id, {
      LaunchTemplateId: id,
      LaunchTemplateName: version["LaunchTemplateName"],
      DefaultVersionNumber: version["VersionNumber"],
      LatestVersionNumber: version["VersionNumber"],
      Tags: [],
      ...known,
      _versions: [...before, encoded],
    });
  }
  return rows;
}

function encode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(""));
}

function nodegroupRows({ nodegroups = [] }: Account): readonly Row[] {
  return nodegroups.map((group): Row => {
    const resources = group["resources"];
    const [asg] = objectsAt(isObject(resources) ? resources["autoScalingGroups"] : undefined);
    return { ...group, _asg: textAt(asg?.["name"]) ?? "" };
  });
}

interface GroupParts {
  readonly account: Account;
  readonly byInstance: ReadonlyMap<string, Node>;
}

function groupRow(group: JsonObject, { account, byInstance }: GroupParts): Row {
  const name = textAt(group["AutoScalingGroupName"]) ?? "";
  const managed = nodegroupRows(account).find((one) => one["_asg"] === name);
  const nodes = objectsAt(group["Instances"]).flatMap(
    (member) => byInstance.get(textAt(member["InstanceId"]) ?? "") ?? [],
  );
  const [node] = nodes;
  const kubelet: JsonObject =
    managed === undefined
      ? { labels: node === undefined ? {} : ownLabels(node), taints: node === undefined ? [] : ownTaints(node) }
      : kubeletOf(managed);
  return {
    SuspendedProcesses: [],
    EnabledMetrics: [],
    Tags: [],
    Instances: [],
    ...group,
    _kubelet: kubelet,
    _capacityType: capacityTypeOf(group, managed),
  };
}

function capacityTypeOf(group: JsonObject, managed: Row | undefined): string {
  if (managed !== undefined) return managed["capacityType"] === "SPOT" ? "spot" : "on-demand";
  const policy = group["MixedInstancesPolicy"];
  const split = isObject(policy) && isObject(policy["InstancesDistribution"]) ? policy["InstancesDistribution"] : {};
  // A mixture is played as what most of it is.
  return Number(split["OnDemandPercentageAboveBaseCapacity"] ?? 100) < 50 ? "spot" : "on-demand";
}

function instanceRow(
  member: JsonObject,
  { account, byInstance, group }: GroupParts & { readonly group: string | undefined },
): Row {
  const id = textAt(member["InstanceId"]) ?? "";
  const known = account.instances?.find((one) => one["InstanceId"] === id);
  const node = byInstance.get(id);
  const zone = (node === undefined ? undefined : zoneOf(node)) ?? textAt(member["AvailabilityZone"]) ?? "";
  const subnet = account.subnets?.find((one) => one["AvailabilityZone"] === zone);
  const labels = node?.metadata.labels ?? {};
  const type: Json | undefined = labels["node.kubernetes.io/instance-type"] ?? member["InstanceType"];
  const address = node?.status?.addresses?.find((one) => one.type === "InternalIP")?.address;
  const isSpot = labels["eks.amazonaws.com/capacityType"] === "SPOT" || labels["karpenter.sh/capacity-type"] === "spot";
  return {
    InstanceId: id,
    InstanceType: type,
    Architecture: labels["kubernetes.io/arch"] === "arm64" ? "arm64" : "x86_64",
    LaunchTime: node?.metadata.creationTimestamp,
    PrivateIpAddress: address,
    SubnetId: subnet?.["SubnetId"],
    VpcId: subnet?.["VpcId"],
    Placement: { AvailabilityZone: zone, Tenancy: "default" },
    SecurityGroups: [],
    InstanceLifecycle: isSpot ? "spot" : undefined,
    Tags: [],
    ...known,
    State: { Code: 16, Name: "running" },
    ...(node === undefined ? {} : { PrivateDnsName: node.metadata.name, _isBooting: true }),
    ...(group === undefined ? {} : { _group: group }),
    _boot: {
      family: "AL2023",
      labels: node === undefined ? {} : ownLabels(node),
      taints: node === undefined ? [] : ownTaints(node),
      kubelet: {},
      hasRaid: false,
    },
    _diskGiB: 20,
  };
}
