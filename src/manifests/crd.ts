import type { Json } from "../kube/objects.ts";

/** Structural schema of a CRD as `scripts/crd-facts.ts` reduces it: OpenAPI's keywords, and Kubernetes' extensions under short names. */
export interface CrdSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly items?: CrdSchema;
  readonly additionalProperties?: CrdSchema | boolean;
  readonly required?: readonly string[];
  readonly default?: Json;
  readonly nullable?: boolean;
  /** CEL rules of this value, `self`. */
  readonly rules?: readonly string[];
  /** `set`: items are unique. `map`: items are unique by `mapKeys`. */
  readonly listType?: "set" | "map";
  readonly mapKeys?: readonly string[];
  readonly intOrString?: boolean;
  /** Fields that the schema does not name are allowed. */
  readonly open?: boolean;
  readonly [keyword: string]: unknown;
}

/** What one CRD version demands of `spec`. */
export interface CrdFacts {
  /** The Karpenter release that ships it: `v1.14.1`. */
  readonly karpenter: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: CrdSchema;
}
