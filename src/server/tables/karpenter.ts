import { conditionIn } from "./cells.ts";
import { numberAt, scalarAt, textAt } from "../../kube/json.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { ageColumn, nameColumn, type TableColumn } from "./column.ts";

function condition(object: Stored, type: string): string {
  return textAt(conditionIn(object, type), "status") ?? "";
}

function text(title: string, path: readonly string[], isWide?: true): TableColumn {
  return { name: title, cell: (one) => scalarAt(one, ...path) ?? "", ...(isWide === undefined ? {} : { isWide }) };
}

const ready: TableColumn = { name: "Ready", cell: (one) => condition(one, "Ready") };

/** Columns of Karpenter's objects (`additionalPrinterColumns` of its CRDs, v1.14.1). */
export const karpenterColumns: { readonly [R in ResourceName]?: readonly TableColumn[] } = {
  nodepools: [
    nameColumn,
    text("NodeClass", ["spec", "template", "spec", "nodeClassRef", "name"]),
    { name: "Nodes", cell: (one) => scalarAt(one, "status", "resources", "nodes") ?? "0" },
    ready,
    ageColumn,
    { name: "Weight", type: "integer", isWide: true, cell: (one) => numberAt(one, "spec", "weight") ?? "" },
    text("CPU", ["status", "resources", "cpu"], true),
    text("Memory", ["status", "resources", "memory"], true),
  ],
  nodeclaims: [
    nameColumn,
    text("Type", ["metadata", "labels", "node.kubernetes.io/instance-type"]),
    text("Capacity", ["metadata", "labels", "karpenter.sh/capacity-type"]),
    text("Zone", ["metadata", "labels", "topology.kubernetes.io/zone"]),
    text("Node", ["status", "nodeName"]),
    ready,
    ageColumn,
    text("ImageID", ["status", "imageID"], true),
    text("ID", ["status", "providerID"], true),
    text("NodePool", ["metadata", "labels", "karpenter.sh/nodepool"], true),
    text("NodeClass", ["spec", "nodeClassRef", "name"], true),
    { name: "Drifted", isWide: true, cell: (one) => condition(one, "Drifted") },
  ],
  ec2nodeclasses: [nameColumn, ready, ageColumn, text("Role", ["spec", "role"], true)],
};
