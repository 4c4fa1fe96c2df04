import type { JsonObject, Node, Taint } from "../../../kube/objects.ts";
import { object, objects, texts } from "../../account/account.ts";
import { kubeletOf, kubernetesTaint } from "../../account/nodegroup-boot.ts";
import type { Row } from "../../account/state.ts";
import type { Here } from "../../world/here.ts";
import { indexes } from "../../store/indexes.ts";
import { str } from "../../store/objects.ts";

/** EKS writes changed labels and taints of a managed node group onto its running nodes and into its launch template. */
export function relabelNodes(here: Here<object>, nodegroup: Row, change: JsonObject): void {
  const labels = object(change["labels"]);
  const taints = object(change["taints"]);
  for (const node of here.store.by(indexes.nodes.byNodegroup, str(nodegroup["nodegroupName"]))) {
    const gone = texts(labels["removeLabels"]);
    const merged = { ...node.metadata.labels, ...textMap(object(labels["addOrUpdateLabels"])) };
    const kept = Object.fromEntries(Object.entries(merged).filter(([key]) => !gone.includes(key)));
    here.put("nodes", {
      ...node,
      metadata: { ...node.metadata, labels: kept },
      spec: { ...node.spec, taints: retaint(node, taints) },
    });
  }
  const asg = here.account.table("autoscaling.groups")[str(nodegroup["_asg"])];
  if (asg !== undefined) asg["_kubelet"] = kubeletOf(nodegroup);
}

function retaint(node: Node, change: JsonObject): readonly Taint[] {
  const gone = objects(change["removeTaints"]).map(kubernetesTaint);
  const more = objects(change["addOrUpdateTaints"]).map(kubernetesTaint);
  const isIn = (taint: Taint, list: readonly Taint[]): boolean =>
    list.some((one) => one.key === taint.key && one.effect === taint.effect);
  return [...(node.spec?.taints ?? []).filter((taint) => !isIn(taint, gone) && !isIn(taint, more)), ...more];
}

function textMap(map: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, str(value)]));
}
