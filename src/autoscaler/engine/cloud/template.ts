import type { Node, Pod } from "../../../kube/objects.ts";

/** What one more node of a group would be, and where that was learnt. */
export interface NodeTemplate {
  readonly node: Node;
  /** Pods that are on it from the start. */
  readonly pods: readonly Pod[];
  readonly source: "running node" | "node seen before" | "provider" | "unready node";
}
