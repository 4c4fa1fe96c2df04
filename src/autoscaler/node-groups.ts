// Our own: the real program has no such file.
import type { Account } from "../aws/account.ts";
import { groupBy } from "../kube/group-by.ts";
import { numberAt, objectAt, objectsAt, textAt } from "../kube/json.ts";
import { tagsOf } from "../aws/tags.ts";
import { instanceIdOf, isFargateNode, isKarpenterNode, nodegroupOf } from "../kube/node.ts";
import type { JsonObject, Labels, Node } from "../kube/objects.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { coversGroup, discoveryRules } from "./discovery.ts";
import { labelsOf, launchOf, taintsOf, groupTemplateLabels } from "./group-facts.ts";
import type { AutoscalerInstallation, NodeGroup } from "./types.ts";

/**
 * The cluster's node groups: Auto Scaling groups joined with managed node groups, launch templates and nodes. Without an account the
 * nodes' own labels tell the groups, and sizes stay unknown.
 */
export function nodeGroupsOf(snapshot: Grouped, autoscalers: readonly AutoscalerInstallation[]): readonly NodeGroup[] {
  const account = snapshot.account;
  const nodes = (snapshot.objects.nodes ?? []).filter((node) => !isFargateNode(node) && !isKarpenterNode(node));
  const membership = membersOf(nodes, account);
  const managed = new Map((account?.nodegroups ?? []).map((one) => [textAt(one["nodegroupName"]) ?? "", one]));
  const byAsg = new Map(
    [...managed.values()].flatMap((one) =>
      objectsAt(one, "resources", "autoScalingGroups").map((asg) => [textAt(asg["name"]) ?? "", one] as const),
    ),
  );
  const context: Join = { snapshot, autoscalers, membership };
  const groups: NodeGroup[] = [];
  const joined = new Set<string>();
  for (const asg of account?.autoScalingGroups ?? []) {
    const name = textAt(asg["AutoScalingGroupName"]) ?? "";
    const tags = tagsOf(asg["Tags"]);
    const nodegroup = byAsg.get(name) ?? managed.get(tags["eks:nodegroup-name"] ?? "");
    if (nodegroup === undefined && !isOurs(tags, snapshot.clusterName, membership.byAsg.get(name))) continue;
    if (nodegroup !== undefined) joined.add(textAt(nodegroup["nodegroupName"]) ?? "");
    groups.push(fromScalingGroup(asg, nodegroup, context));
  }
  for (const [name, nodegroup] of managed) if (!joined.has(name)) groups.push(fromNodegroup(nodegroup, context));
  const covered = new Set(groups.flatMap((group) => group.nodeNames));
  groups.push(
    ...fromLabels(
      nodes.filter((node) => !covered.has(node.metadata.name)),
      groups,
      context,
    ),
  );
  if (account?.autoScalingGroups === undefined) groups.push(...toldByAutoscaler(groups, context));
  return groups.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The part of a snapshot that tells its node groups. */
type Grouped = Pick<Snapshot, "account" | "clusterName" | "objects">;

interface Join {
  readonly snapshot: Grouped;
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly membership: Membership;
}

interface Membership {
  readonly byAsg: ReadonlyMap<string, readonly Node[]>;
  readonly byNodegroup: ReadonlyMap<string, readonly Node[]>;
}

function membersOf(nodes: readonly Node[], account: Account | undefined): Membership {
  const byId = new Map(
    nodes.flatMap((node) => (instanceIdOf(node) === undefined ? [] : [[instanceIdOf(node) ?? "", node] as const])),
  );
  const byAsg = new Map<string, Set<Node>>();
  const put = (map: Map<string, Set<Node>>, key: string, node: Node | undefined): void => {
    if (node === undefined) return;
    const set = map.get(key);
    if (set === undefined) map.set(key, new Set([node]));
    else set.add(node);
  };
  for (const asg of account?.autoScalingGroups ?? []) {
    const name = textAt(asg["AutoScalingGroupName"]) ?? "";
    for (const one of objectsAt(asg["Instances"])) put(byAsg, name, byId.get(textAt(one["InstanceId"]) ?? ""));
  }
  for (const instance of account?.instances ?? []) {
    const name = tagsOf(instance["Tags"])["aws:autoscaling:groupName"];
    if (name !== undefined) put(byAsg, name, byId.get(textAt(instance["InstanceId"]) ?? ""));
  }
  const byNodegroup = new Map<string, Set<Node>>();
  for (const node of nodes) {
    const name = nodegroupOf(node);
    if (name !== undefined) put(byNodegroup, name, node);
  }
  const lists = (map: ReadonlyMap<string, ReadonlySet<Node>>): ReadonlyMap<string, readonly Node[]> =>
    new Map(Array.from(map, ([key, set]) => [key, [...set]]));
  return { byAsg: lists(byAsg), byNodegroup: lists(byNodegroup) };
}

function isOurs(tags: Labels, clusterName: string | undefined, nodes: readonly Node[] | undefined): boolean {
  if (nodes !== undefined && nodes.length > 0) return true;
  if (clusterName === undefined) return Object.keys(tags).some((key) => key.startsWith("kubernetes.io/cluster/"));
  return (
    tags[`kubernetes.io/cluster/${clusterName}`] !== undefined ||
    tags[`k8s.io/cluster-autoscaler/${clusterName}`] !== undefined ||
    tags[`k8s.io/cluster/${clusterName}`] !== undefined ||
    tags["eks:cluster-name"] === clusterName
  );
}

function fromScalingGroup(asg: JsonObject, nodegroup: JsonObject | undefined, join: Join): NodeGroup {
  const asgName = textAt(asg["AutoScalingGroupName"]) ?? "";
  const nodegroupName = textAt(nodegroup?.["nodegroupName"]);
  const nodes = join.membership.byAsg.get(asgName) ?? [];
  const named = nodegroupName === undefined ? [] : (join.membership.byNodegroup.get(nodegroupName) ?? []);
  const members = [...new Set([...nodes, ...named])];
  const rules = join.autoscalers.map(discoveryRules);
  const bounds = rules.map((rule) => rule.named.get(asgName)).find((one) => one !== undefined);
  const launch = launchOf(asg, join.snapshot.account, nodegroup);
  return {
    name: nodegroupName ?? asgName,
    kind: nodegroup === undefined ? "self-managed" : "managed",
    autoScalingGroupName: asgName,
    min: bounds?.min ?? numberAt(asg["MinSize"]),
    max: bounds?.max ?? numberAt(asg["MaxSize"]),
    desired: numberAt(asg["DesiredCapacity"]),
    isManagedByAutoscaler:
      join.snapshot.objects.deployments === undefined ? undefined : rules.some((rule) => coversGroup(rule, asg)),
    labels: { ...groupTemplateLabels(tagsOf(asg["Tags"])), ...labelsOf(nodegroup, members) },
    taints: taintsOf(nodegroup, members),
    nodeNames: members.map((node) => node.metadata.name).toSorted(),
    autoScalingGroup: asg,
    ...(nodegroup === undefined ? {} : { nodegroup }),
    ...launch,
  };
}

function fromNodegroup(nodegroup: JsonObject, join: Join): NodeGroup {
  const name = textAt(nodegroup["nodegroupName"]) ?? "";
  const members = join.membership.byNodegroup.get(name) ?? [];
  const asgName = textAt(objectsAt(nodegroup, "resources", "autoScalingGroups")[0]?.["name"]);
  const scaling = objectAt(nodegroup["scalingConfig"]);
  return {
    name,
    kind: "managed",
    autoScalingGroupName: asgName,
    min: numberAt(scaling["minSize"]),
    max: numberAt(scaling["maxSize"]),
    desired: numberAt(scaling["desiredSize"]),
    isManagedByAutoscaler: managedByStatus(asgName, name, join),
    labels: labelsOf(nodegroup, members),
    taints: taintsOf(nodegroup, members),
    nodeNames: members.map((node) => node.metadata.name).toSorted(),
    nodegroup,
    ...launchOf({}, join.snapshot.account, nodegroup),
  };
}

/** Groups that only the nodes tell of. */
function fromLabels(nodes: readonly Node[], known: readonly NodeGroup[], join: Join): readonly NodeGroup[] {
  const named = new Set(known.map(({ name }) => name));
  const others = nodes.filter((node) => !named.has(nodegroupOf(node) ?? ""));
  return Array.from(groupBy(others, nodegroupOf), ([name, members]) => {
    const isManaged = members.some((node) => node.metadata.labels?.["eks.amazonaws.com/nodegroup"] !== undefined);
    const status = statusOf(name, join);
    return {
      name,
      kind: isManaged ? ("managed" as const) : ("self-managed" as const),
      autoScalingGroupName: textAt(status?.["name"]),
      ...sizesOf(status),
      isManagedByAutoscaler: managedByStatus(undefined, name, join),
      labels: labelsOf(undefined, members),
      taints: taintsOf(undefined, members),
      nodeNames: members.map((node) => node.metadata.name).toSorted(),
    };
  });
}

/** Groups that only CA tells of, by its status or `--nodes`: at zero, or with nodes that no label joins to them. */
function toldByAutoscaler(known: readonly NodeGroup[], join: Join): readonly NodeGroup[] {
  const seen = new Set(known.flatMap((group) => [group.name, group.autoScalingGroupName ?? group.name]));
  const told = new Map<string, Pick<NodeGroup, "min" | "max" | "desired">>();
  for (const autoscaler of join.autoscalers) {
    for (const [name, bounds] of discoveryRules(autoscaler).named) told.set(name, { ...bounds, desired: undefined });
    for (const status of objectsAt(autoscaler.status?.["nodeGroups"])) {
      told.set(textAt(status["name"]) ?? "", sizesOf(status));
    }
  }
  return Array.from(told, ([asgName, sizes]) => ({
    name: nodegroupOfAsg(asgName) ?? asgName,
    kind: nodegroupOfAsg(asgName) === undefined ? ("self-managed" as const) : ("managed" as const),
    autoScalingGroupName: asgName,
    ...sizes,
    isManagedByAutoscaler: true,
    labels: {},
    taints: [],
    nodeNames: [],
  })).filter((group) => !seen.has(group.name) && !seen.has(group.autoScalingGroupName));
}

/** CA lists the groups it manages in its status; EKS names a managed node group's Auto Scaling group after it. */
function statusOf(name: string, join: Join): JsonObject | undefined {
  return join.autoscalers
    .flatMap((one) => objectsAt(one.status?.["nodeGroups"]))
    .find((group) => {
      const asg = textAt(group["name"]) ?? "";
      return asg === name || nodegroupOfAsg(asg) === name;
    });
}

function sizesOf(status: JsonObject | undefined): Pick<NodeGroup, "min" | "max" | "desired"> {
  return {
    min: numberAt(status, "health", "minSize"),
    max: numberAt(status, "health", "maxSize"),
    desired: numberAt(status, "health", "cloudProviderTarget"),
  };
}

// eks-web-14d5a36c-3618-49a1-8a25-090ea82582c9
function nodegroupOfAsg(asgName: string): string | undefined {
  return /^eks-(.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(asgName)?.[1];
}

function managedByStatus(asgName: string | undefined, name: string, join: Join): boolean | undefined {
  if (join.snapshot.objects.deployments === undefined) return undefined;
  if (join.autoscalers.length === 0) return false;
  if (asgName !== undefined && join.autoscalers.some((one) => discoveryRules(one).named.has(asgName))) return true;
  return statusOf(asgName ?? name, join) === undefined ? undefined : true;
}
