import type { JsonObject, Node, Taint } from "../../kube/objects.ts";
import { object, objects, texts } from "../account/account.ts";
import type { Row } from "../account/state.ts";
import type { Core } from "../world/core.ts";
import { str } from "../store/objects.ts";

const effects: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** EKS writes changed labels and taints of a managed node group onto its running nodes and into its launch template. */
export function relabelNodes(core: Core, nodegroup: Row, change: JsonObject): void {
  const labels = object(change["labels"]);
  const taints = object(change["taints"]);
  for (const node of core.api.peek("nodes")) {
    if (node.metadata.labels?.["eks.amazonaws.com/nodegroup"] !== nodegroup["nodegroupName"]) continue;
    const gone = texts(labels["removeLabels"]);
    const merged = { ...node.metadata.labels, ...textMap(object(labels["addOrUpdateLabels"])) };
    const kept = Object.fromEntries(Object.entries(merged).filter(([key]) => !gone.includes(key)));
    core.api.put("eks", "nodes", {
      ...node,
      metadata: { ...node.metadata, labels: kept },
      spec: { ...node.spec, taints: retaint(node, taints) },
    } as Node);
  }
  const asg = core.aws.table("autoscaling.groups")[str(nodegroup["_asg"])];
  if (asg !== undefined) asg["_kubelet"] = kubeletOf(nodegroup);
}

/** What the user data of a managed node group tells the kubelet. */
export function kubeletOf(nodegroup: Row): JsonObject {
  return {
    labels: {
      "eks.amazonaws.com/nodegroup": nodegroup["nodegroupName"],
      "eks.amazonaws.com/nodegroup-image": nodegroup["_imageId"],
      "eks.amazonaws.com/capacityType": nodegroup["capacityType"],
      ...object(nodegroup["labels"]),
    },
    taints: objects(nodegroup["taints"]).map((taint) => ({ ...taintOf(taint) })),
  };
}

function retaint(node: Node, change: JsonObject): readonly Taint[] {
  const gone = objects(change["removeTaints"]).map(taintOf);
  const more = objects(change["addOrUpdateTaints"]).map(taintOf);
  const isIn = (taint: Taint, list: readonly Taint[]): boolean =>
    list.some((one) => one.key === taint.key && one.effect === taint.effect);
  return [...(node.spec?.taints ?? []).filter((taint) => !isIn(taint, gone) && !isIn(taint, more)), ...more];
}

function taintOf(taint: JsonObject): Taint {
  const effect = str(taint["effect"]);
  const value = taint["value"];
  return {
    key: str(taint["key"]),
    ...(typeof value === "string" ? { value } : {}),
    effect: effects[effect] ?? effect,
  };
}

function textMap(map: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, str(value)]));
}
