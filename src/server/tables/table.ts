import { objectAt } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { asStored, type Stored } from "../../twin/store/objects.ts";
import { ageColumn, nameColumn, type TableColumn } from "./column.ts";
import { networkColumns } from "./network.ts";
import { karpenterColumns } from "./karpenter.ts";
import { otherColumns } from "./others.ts";
import { nodeColumns, podColumns } from "./pods.ts";
import { storageColumns } from "./storage.ts";
import { workloadColumns } from "./workloads.ts";

/** What rows bring along beside their cells: `includeObject`. */
export type TableForm = "Metadata" | "Object" | "None";

/** How a Table is made. */
export interface TableHow {
  /** The world's time, by which ages are reckoned. */
  readonly nowMs: number;
  readonly form: TableForm;
  readonly version: number;
  /** The object that a row brings along, as the API shows it. */
  readonly part: (object: KubeObject) => Stored;
  readonly isFirst?: boolean;
}

const columns: { readonly [R in ResourceName]?: readonly TableColumn[] } = {
  pods: podColumns,
  nodes: nodeColumns,
  ...workloadColumns,
  ...networkColumns,
  ...storageColumns,
  ...karpenterColumns,
  ...otherColumns,
};

/** Objects as a `Table` of the columns of their kind; without columns for all rows after a watch's first. */
export function tableOf(resource: ResourceName, objects: readonly KubeObject[], how: TableHow): JsonObject {
  const own = columns[resource] ?? [nameColumn, ageColumn];
  const definitions = own.map(({ name, type = "string", isWide }, at) => ({
    name,
    type,
    format: at === 0 && name === "Name" ? "name" : "",
    description: "",
    priority: isWide === true ? 1 : 0,
  }));
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: `${how.version}` },
    columnDefinitions: how.isFirst === false ? null : definitions,
    rows: objects.map((object) => ({
      cells: own.map(({ cell }) => cell(asStored(object), how.nowMs)),
      ...(how.form === "None" ? {} : { object: partOf(how.part(object), how.form) }),
    })),
  };
}

function partOf(object: Stored, form: TableForm): JsonObject {
  if (form === "Object") return object;
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: objectAt(object, "metadata"),
  };
}
