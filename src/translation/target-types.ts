import type { Manifest } from "./assemble.ts";

/** One NodePool with its node class in an older API, and what had to give. */
export interface OlderPair {
  /** Undefined when this Karpenter version cannot run the image at all. */
  readonly nodeClass: Manifest | undefined;
  readonly nodePool: Manifest | undefined;
  readonly gaps: readonly FieldGap[];
  /** Where fields lie in the older API, by the beginning of their path in v1. */
  readonly moves: readonly (readonly [from: string, to: string])[];
}

/** Something that the older API cannot say. */
export interface FieldGap {
  /** Beginning of the field's path in v1: `EC2NodeClass spec.placementGroupSelector`. */
  readonly field: string;
  readonly why: string;
}
