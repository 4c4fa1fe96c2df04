import { flagAt, numberAt, objectAt, objectsAt, textAt } from "../../kube/json.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { since } from "./age.ts";
import { ageColumn, nameColumn, type TableColumn } from "./column.ts";

/** Columns of what is no workload. */
export const otherColumns: { readonly [R in ResourceName]?: readonly TableColumn[] } = {
  namespaces: [
    nameColumn,
    {
      name: "Status",
      cell: (one) => (one.metadata.deletionTimestamp === undefined ? "Active" : "Terminating"),
    },
    ageColumn,
  ],
  configmaps: [
    nameColumn,
    {
      name: "Data",
      cell: (one) => `${Object.keys(objectAt(one, "data")).length + Object.keys(objectAt(one, "binaryData")).length}`,
    },
    ageColumn,
  ],
  events: [
    { name: "Last Seen", cell: (one, nowMs) => since(textAt(one, "lastTimestamp"), nowMs) },
    { name: "Type", cell: (one) => textAt(one, "type") ?? "" },
    { name: "Reason", cell: (one) => textAt(one, "reason") ?? "" },
    { name: "Object", cell: objectOf },
    { name: "Subobject", isWide: true, cell: (one) => textAt(one, "involvedObject", "fieldPath") ?? "" },
    { name: "Source", isWide: true, cell: (one) => textAt(one, "source", "component") ?? "" },
    { name: "Message", cell: (one) => (textAt(one, "message") ?? "").trim() },
    { name: "First Seen", isWide: true, cell: (one, nowMs) => since(textAt(one, "firstTimestamp"), nowMs) },
    { name: "Count", isWide: true, cell: (one) => `${numberAt(one, "count") ?? 1}` },
    { name: "Name", isWide: true, cell: ({ metadata }) => metadata.name },
  ],
  priorityclasses: [
    nameColumn,
    { name: "Value", type: "integer", cell: (one) => numberAt(one, "value") ?? 0 },
    { name: "Global-Default", type: "boolean", cell: (one) => flagAt(one, "globalDefault") ?? false },
    ageColumn,
    { name: "PreemptionPolicy", cell: (one) => textAt(one, "preemptionPolicy") ?? "PreemptLowerPriority" },
  ],
  leases: [nameColumn, { name: "Holder", cell: (one) => textAt(one, "spec", "holderIdentity") ?? "" }, ageColumn],
  runtimeclasses: [nameColumn, { name: "Handler", cell: (one) => textAt(one, "handler") ?? "" }, ageColumn],
  csinodes: [
    nameColumn,
    { name: "Drivers", type: "integer", cell: (one) => objectsAt(one, "spec", "drivers").length },
    ageColumn,
  ],
  customresourcedefinitions: [
    nameColumn,
    { name: "Created At", cell: ({ metadata }) => metadata.creationTimestamp ?? "" },
  ],
  clusterroles: [nameColumn, { name: "Created At", cell: ({ metadata }) => metadata.creationTimestamp ?? "" }],
  clusterrolebindings: [
    nameColumn,
    { name: "Role", cell: (one) => `${textAt(one, "roleRef", "kind") ?? ""}/${textAt(one, "roleRef", "name") ?? ""}` },
    ageColumn,
    { name: "Users", isWide: true, cell: (one) => subjects(one, "User") },
    { name: "Groups", isWide: true, cell: (one) => subjects(one, "Group") },
    { name: "ServiceAccounts", isWide: true, cell: (one) => subjects(one, "ServiceAccount") },
  ],
};

function objectOf(event: Stored): string {
  const kind = textAt(event, "involvedObject", "kind") ?? "";
  return `${kind.toLowerCase()}/${textAt(event, "involvedObject", "name") ?? ""}`;
}

function subjects(binding: Stored, kind: string): string {
  return objectsAt(binding, "subjects")
    .filter((one) => one["kind"] === kind)
    .map((one) => {
      const namespace = textAt(one, "namespace");
      return `${namespace === undefined ? "" : `${namespace}/`}${textAt(one, "name") ?? ""}`;
    })
    .join(", ");
}
