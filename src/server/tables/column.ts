import type { Json } from "../../kube/objects.ts";
import type { Stored } from "../../twin/store/objects.ts";
import { since } from "./age.ts";

/** One column of what `kubectl get` shows (kubernetes 1.35, `pkg/printers/internalversion`). */
export interface TableColumn {
  readonly name: string;
  readonly type?: "string" | "integer" | "boolean";
  /** Shown with `-o wide` alone. */
  readonly isWide?: true;
  readonly cell: (object: Stored, nowMs: number) => Json;
}

/** The column that most kinds have first. */
export const nameColumn: TableColumn = { name: "Name", cell: ({ metadata }) => metadata.name };

/** How old the object is. */
export const ageColumn: TableColumn = {
  name: "Age",
  cell: ({ metadata }, nowMs) => since(metadata.creationTimestamp, nowMs),
};
