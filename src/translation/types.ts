import type { NodeGroup } from "../autoscaler/types.ts";
import type { Finding } from "../findings/finding.ts";
import type { Ec2NodeClass, NodePool } from "../karpenter/api.ts";
import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";

/** What became of one input field of a node group or of a CA flag. Every field ends in exactly one of these. */
export type FieldFate = {
  /** The node group whose field it is; undefined for CA's flags, which concern all groups. */
  readonly nodeGroup?: string;
} & (
  | { readonly fate: "kept"; readonly field: string; readonly value: Json; readonly to: string }
  | {
      readonly fate: "changed";
      readonly field: string;
      readonly value: Json;
      readonly to: string;
      readonly becomes: Json;
      readonly why: string;
    }
  | {
      readonly fate: "lost";
      readonly field: string;
      readonly value: Json;
      readonly why: string;
      /** What may go wrong for it; `none` for identity and state of the old group. */
      readonly risk: string;
    }
);

/** One or more equal node groups and what they become. */
export interface TranslatedGroup {
  readonly nodeGroups: readonly NodeGroup[];
  readonly nodePool: NodePool;
  readonly nodeClass: Ec2NodeClass;
  readonly fates: readonly FieldFate[];
}

/** Node groups in, NodePools and EC2NodeClasses out, with a finding for every loss. */
export interface Translation {
  readonly target: "v1" | "v1beta1" | "v1alpha5";
  readonly groups: readonly TranslatedGroup[];
  /** All manifests in apply order: node classes first. */
  readonly manifests: readonly (KubeObject & JsonObject)[];
  readonly flagFates: readonly FieldFate[];
  readonly findings: readonly Finding[];
  /** Groups that could not be translated, with the reason. */
  readonly refused: readonly { readonly nodeGroup: string; readonly reason: string; readonly fix: string }[];
}
