import type { ParamsOf } from "../../migration/kinds.ts";

/** How a step names a node group. */
export interface GroupRef {
  readonly cluster: string;
  readonly name: string;
  readonly kind: "managed" | "self-managed";
  /** Undefined only when the account never told. */
  readonly autoScalingGroupName: string | undefined;
}

type GroupParams = ParamsOf<"migrate/check-drift">["groups"][number];

/** A node that a step speaks of, with the instance behind it. */
export type NodeRef = ParamsOf<"migrate/cordon">["nodes"][number];

/** The group that a step speaks of. */
export function groupIn(params: GroupParams): GroupRef {
  return {
    cluster: params.cluster,
    name: params.group,
    kind: params.groupKind,
    autoScalingGroupName: params.autoScalingGroupName ?? undefined,
  };
}

/** Names of the nodes that a step speaks of. */
export function namesIn(params: { readonly nodes: readonly NodeRef[] }): ReadonlySet<string> {
  return new Set(params.nodes.map((node) => node.name));
}
