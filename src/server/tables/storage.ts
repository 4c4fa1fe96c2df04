import { flagAt, textAt, textsAt } from "../../kube/json.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { ageColumn, type TableColumn } from "./column.ts";

const mode: TableColumn = {
  name: "VolumeMode",
  isWide: true,
  cell: (one) => textAt(one, "spec", "volumeMode") ?? "Filesystem",
};

/** Columns of volumes and what they are made by. */
export const storageColumns: { readonly [R in ResourceName]?: readonly TableColumn[] } = {
  persistentvolumes: [
    { name: "Name", cell: ({ metadata }) => metadata.name },
    { name: "Capacity", cell: (one) => textAt(one, "spec", "capacity", "storage") ?? "" },
    { name: "Access Modes", cell: (one) => modesOf(textsAt(one, "spec", "accessModes")) },
    { name: "Reclaim Policy", cell: (one) => textAt(one, "spec", "persistentVolumeReclaimPolicy") ?? "" },
    { name: "Status", cell: (one) => going(one) ?? textAt(one, "status", "phase") ?? "" },
    {
      name: "Claim",
      cell: (one) => {
        const name = textAt(one, "spec", "claimRef", "name");
        return name === undefined ? "" : `${textAt(one, "spec", "claimRef", "namespace") ?? ""}/${name}`;
      },
    },
    { name: "StorageClass", cell: (one) => textAt(one, "spec", "storageClassName") ?? "" },
    {
      name: "VolumeAttributesClass",
      cell: (one) => textAt(one, "spec", "volumeAttributesClassName") ?? "<unset>",
    },
    { name: "Reason", cell: (one) => textAt(one, "status", "reason") ?? "" },
    ageColumn,
    mode,
  ],
  persistentvolumeclaims: [
    { name: "Name", cell: ({ metadata }) => metadata.name },
    { name: "Status", cell: (one) => going(one) ?? textAt(one, "status", "phase") ?? "" },
    { name: "Volume", cell: (one) => textAt(one, "spec", "volumeName") ?? "" },
    { name: "Capacity", cell: (one) => (isBound(one) ? (textAt(one, "status", "capacity", "storage") ?? "") : "") },
    { name: "Access Modes", cell: (one) => (isBound(one) ? modesOf(textsAt(one, "status", "accessModes")) : "") },
    { name: "StorageClass", cell: (one) => textAt(one, "spec", "storageClassName") ?? "" },
    {
      name: "VolumeAttributesClass",
      cell: (one) => textAt(one, "spec", "volumeAttributesClassName") ?? "<unset>",
    },
    ageColumn,
    mode,
  ],
  storageclasses: [
    {
      name: "Name",
      cell: ({ metadata }) =>
        metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true"
          ? `${metadata.name} (default)`
          : metadata.name,
    },
    { name: "Provisioner", cell: (one) => textAt(one, "provisioner") ?? "" },
    { name: "ReclaimPolicy", cell: (one) => textAt(one, "reclaimPolicy") ?? "Delete" },
    { name: "VolumeBindingMode", cell: (one) => textAt(one, "volumeBindingMode") ?? "Immediate" },
    { name: "AllowVolumeExpansion", type: "boolean", cell: (one) => flagAt(one, "allowVolumeExpansion") ?? false },
    ageColumn,
  ],
  volumeattachments: [
    { name: "Name", cell: ({ metadata }) => metadata.name },
    { name: "Attacher", cell: (one) => textAt(one, "spec", "attacher") ?? "" },
    { name: "PV", cell: (one) => textAt(one, "spec", "source", "persistentVolumeName") ?? "" },
    { name: "Node", cell: (one) => textAt(one, "spec", "nodeName") ?? "" },
    { name: "Attached", type: "boolean", cell: (one) => flagAt(one, "status", "attached") ?? false },
    ageColumn,
  ],
};

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function modesOf(modes: readonly string[]): string {
  return modes.map((one) => shortModes[one] ?? one).join(",");
}

function going({ metadata }: Stored): string | undefined {
  return metadata.deletionTimestamp === undefined ? undefined : "Terminating";
}

function isBound(claim: Stored): boolean {
  return (textAt(claim, "spec", "volumeName") ?? "") !== "";
}
