import type { JsonObject, KubeObject, Labels, QuantityText, Taint } from "../kube/objects.ts";
import type { RequirementSpec } from "./instance-type.ts";

/** `karpenter.sh/v1` NodePool, cluster scoped. */
export interface NodePool extends KubeObject {
  readonly spec: {
    readonly weight?: number;
    readonly replicas?: number;
    readonly limits?: Readonly<Record<string, QuantityText>>;
    readonly disruption?: {
      readonly consolidationPolicy?: string;
      readonly consolidateAfter?: string;
      readonly budgets?: readonly {
        readonly nodes: string;
        readonly schedule?: string;
        readonly duration?: string;
        readonly reasons?: readonly string[];
      }[];
    };
    readonly template: {
      readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
      readonly spec: {
        readonly requirements?: readonly RequirementSpec[];
        readonly taints?: readonly Taint[];
        readonly startupTaints?: readonly Taint[];
        readonly nodeClassRef: { readonly group: string; readonly kind: string; readonly name: string };
        readonly expireAfter?: string;
        readonly terminationGracePeriod?: string;
      };
    };
  };
  readonly status?: JsonObject;
}

/** `karpenter.sh/v1` NodeClaim: one requested node. */
export interface NodeClaim extends KubeObject {
  readonly spec: {
    readonly requirements?: readonly RequirementSpec[];
    readonly resources?: { readonly requests?: Readonly<Record<string, QuantityText>> };
    readonly taints?: readonly Taint[];
    readonly startupTaints?: readonly Taint[];
    readonly nodeClassRef: { readonly group: string; readonly kind: string; readonly name: string };
    readonly expireAfter?: string;
    readonly terminationGracePeriod?: string;
  };
  readonly status?: JsonObject & {
    readonly nodeName?: string;
    readonly providerID?: string;
    readonly capacity?: Readonly<Record<string, QuantityText>>;
    readonly allocatable?: Readonly<Record<string, QuantityText>>;
  };
}

/** `karpenter.k8s.aws/v1` EC2NodeClass. */
export interface Ec2NodeClass extends KubeObject {
  readonly spec: JsonObject;
  readonly status?: JsonObject;
}
