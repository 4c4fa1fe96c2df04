import type { JsonObject } from "../../kube/objects.ts";
import { type AwsAccount, integer, object, objects, type Operations, optionalText, text, texts } from "./account.ts";
import { clusterRow } from "./cluster-row.ts";
import { resize } from "./autoscaling.ts";
import { groupRow } from "./group-row.ts";
import { eksAccessOperations } from "./eks-access.ts";
import { inUse, invalidParameter, notFound } from "./errors.ts";
import { type Row, shown } from "./state.ts";
import { str } from "../store/objects.ts";

/** Clusters, managed node groups, add-ons, tags, access entries and Pod Identity associations. */
export function eksOperations(aws: AwsAccount): Operations {
  return { ...clusterOperations(aws), ...nodegroupOperations(aws), ...tagOperations(aws), ...eksAccessOperations(aws) };
}

function clusterOperations(aws: AwsAccount): Operations {
  const addon = (input: JsonObject): Row => {
    clusterRow(aws, text(input, "clusterName"));
    const found = aws.table("eks.addons")[text(input, "addonName")];
    if (found === undefined)
      throw notFound(`No addon: ${text(input, "addonName")} found in cluster: ${text(input, "clusterName")}`);
    return found;
  };
  return {
    ListClusters: () => ({ clusters: Object.keys(aws.table("eks.clusters")) }),
    DescribeCluster: (input) => ({ cluster: shown(clusterRow(aws, text(input, "name"))) }),
    ListAddons: (input) => {
      clusterRow(aws, text(input, "clusterName"));
      return { addons: Object.keys(aws.table("eks.addons")) };
    },
    DescribeAddon: (input) => ({ addon: shown(addon(input)) }),
    ListFargateProfiles: (input) => {
      clusterRow(aws, text(input, "clusterName"));
      return { fargateProfileNames: [] };
    },
    ListUpdates: () => ({ updateIds: Object.keys(aws.table("eks.updates")) }),
    DescribeUpdate: (input) => {
      const update = aws.table("eks.updates")[text(input, "updateId")];
      if (update === undefined) throw notFound(`No update found for updateId: ${text(input, "updateId")}`);
      return { update: shown(update) };
    },
  };
}

function nodegroupOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => {
    clusterRow(aws, text(input, "clusterName"));
    const name = text(input, "nodegroupName");
    const group = aws.table("eks.nodegroups")[name];
    if (group === undefined) throw notFound(`No node group found for name: ${name}.`);
    return group;
  };
  return {
    ListNodegroups: (input) => {
      clusterRow(aws, text(input, "clusterName"));
      return { nodegroups: Object.keys(aws.table("eks.nodegroups")) };
    },
    DescribeNodegroup: (input) => ({ nodegroup: showNodegroup(aws, find(input)) }),
    UpdateNodegroupConfig: (input) => {
      const group = find(input);
      if (group["status"] !== "ACTIVE")
        throw inUse("Nodegroup cannot be updated as it is currently not in Active State");
      const scaling = { ...object(showNodegroup(aws, group)["scalingConfig"]), ...object(input["scalingConfig"]) };
      checkScaling(scaling);
      const id = aws.random.uuid();
      const params = Object.entries(object(input["scalingConfig"])).map(([type, value]) => ({
        type,
        value: str(value),
      }));
      const update: Row = {
        id,
        status: "InProgress",
        type: "ConfigUpdate",
        params,
        createdAt: aws.now(),
        errors: [],
        _nodegroup: group["nodegroupName"],
        _input: input,
        _sinceMs: aws.nowMs,
      };
      aws.table("eks.updates")[id] = update;
      group["status"] = "UPDATING";
      aws.changed("eks.updates", id);
      return { update: shown(update) };
    },
    DeleteNodegroup: (input) => {
      const group = find(input);
      if (group["status"] !== "ACTIVE") throw inUse(`Nodegroup is currently in ${str(group["status"])} state`);
      group["status"] = "DELETING";
      const asg = groupRow(aws, str(group["_asg"]));
      resize(aws, asg, { MinSize: 0, DesiredCapacity: 0 });
      asg["_deleting"] = true;
      aws.changed("autoscaling.groups", str(group["_asg"]));
      return { nodegroup: showNodegroup(aws, group) };
    },
  };
}

/** Ends an update of a node group: the new sizes reach its Auto Scaling group, new labels and taints its running nodes. */
export function finishUpdate(aws: AwsAccount, id: string, relabel: (nodegroup: Row, change: JsonObject) => void): void {
  const update = aws.table("eks.updates")[id];
  const group = update === undefined ? undefined : aws.table("eks.nodegroups")[str(update["_nodegroup"])];
  if (update === undefined || group === undefined) return;
  update["status"] = "Successful";
  if (group["status"] === "UPDATING") group["status"] = "ACTIVE";
  group["modifiedAt"] = aws.now();
  const input = object(update["_input"]);
  if (input["updateConfig"] !== undefined) group["updateConfig"] = input["updateConfig"];
  if (input["scalingConfig"] !== undefined) {
    // What was not given stays what the group has by now: others set the desired size while EKS is at it.
    const asg = groupRow(aws, str(group["_asg"]));
    const now = { minSize: asg["MinSize"], maxSize: asg["MaxSize"], desiredSize: asg["DesiredCapacity"] };
    const sizes = { ...now, ...object(input["scalingConfig"]) };
    const desired = Math.min(Number(sizes.maxSize), Math.max(Number(sizes.minSize), Number(sizes.desiredSize)));
    group["scalingConfig"] = { ...sizes, desiredSize: desired };
    resize(aws, asg, { MinSize: sizes.minSize, MaxSize: sizes.maxSize, DesiredCapacity: desired });
  }
  const labels = object(input["labels"]);
  if (input["labels"] !== undefined) {
    const gone = texts(labels["removeLabels"]);
    const merged = { ...object(group["labels"]), ...object(labels["addOrUpdateLabels"]) };
    group["labels"] = Object.fromEntries(Object.entries(merged).filter(([key]) => !gone.includes(key)));
  }
  if (input["taints"] !== undefined) group["taints"] = changedTaints(group, object(input["taints"]));
  if (input["labels"] !== undefined || input["taints"] !== undefined) relabel(group, input);
}

function changedTaints(group: Row, change: JsonObject): readonly JsonObject[] {
  const id = (taint: JsonObject): string => `${str(taint["key"])}:${str(taint["effect"])}`;
  const byId = new Map(objects(group["taints"]).map((taint) => [id(taint), taint]));
  for (const taint of objects(change["removeTaints"])) byId.delete(id(taint));
  for (const taint of objects(change["addOrUpdateTaints"])) byId.set(id(taint), taint);
  return [...byId.values()];
}

/** As DescribeNodegroup says it: the desired size is that of the Auto Scaling group, which others may have changed. */
function showNodegroup(aws: AwsAccount, group: Row): JsonObject {
  const name = str(group["_asg"]);
  const asg = aws.table("autoscaling.groups")[name];
  const sizes = object(group["scalingConfig"]);
  const scalingConfig = asg === undefined ? sizes : { ...sizes, desiredSize: asg["DesiredCapacity"] };
  return { ...shown(group), scalingConfig, resources: { autoScalingGroups: [{ name }] } };
}

function checkScaling(scaling: JsonObject): void {
  const [low, high, desired] = [
    integer(scaling["minSize"]) ?? 0,
    integer(scaling["maxSize"]) ?? 0,
    integer(scaling["desiredSize"]) ?? 0,
  ];
  if (low < 0 || desired < 0 || high < 1)
    throw invalidParameter("Sizes must not be negative, and the maximum must be at least 1");
  if (low > desired) throw invalidParameter(`Minimum capacity ${low} can't be greater than desired size ${desired}`);
  if (desired > high) throw invalidParameter(`Desired capacity ${desired} can't be greater than max size ${high}`);
}

function tagOperations(aws: AwsAccount): Operations {
  const find = (input: JsonObject): Row => {
    const arn = text(input, "resourceArn");
    const names = ["arn", "nodegroupArn", "accessEntryArn", "associationArn", "addonArn"];
    const tables = ["eks.clusters", "eks.nodegroups", "eks.accessEntries", "eks.podIdentities", "eks.addons"] as const;
    const row = tables.flatMap((table) => aws.rows(table)).find((one) => names.some((name) => one[name] === arn));
    if (row === undefined) throw notFound(`Resource ${arn} not found`);
    return row;
  };
  return {
    ListTagsForResource: (input) => ({ tags: find(input)["tags"] ?? {} }),
    TagResource: (input) => {
      const row = find(input);
      row["tags"] = { ...object(row["tags"]), ...object(input["tags"]) };
      return {};
    },
    UntagResource: (input) => {
      const row = find(input);
      const keys = texts(input["tagKeys"]);
      row["tags"] = Object.fromEntries(Object.entries(object(row["tags"])).filter(([key]) => !keys.includes(key)));
      return {};
    },
    DescribeClusterVersions: () => ({ clusterVersions: [] }),
    ListInsights: (input) => ({ insights: [], nextToken: optionalText(input, "nextToken") }),
  };
}
