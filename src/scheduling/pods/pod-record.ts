import type { Requirement } from "../../karpenter/requirement.ts";
import type { Pod } from "../../kube/objects.ts";
import type { PodShape } from "./pod-shape.ts";
import type { RequirementSet } from "../types/requirement-table.ts";
import type { PodKey } from "../types.ts";
import type { MountedClaims } from "../volumes.ts";

/** One place a pod's volumes can be. */
interface VolumeAlternative {
  readonly set: RequirementSet;
  readonly hostname: Requirement | undefined;
}

/** A pod to be placed. */
export interface PodRecord {
  readonly pod: Pod;
  readonly key: PodKey;
  readonly uid: string;
  readonly shape: PodShape;
  /** Empty: anywhere. */
  readonly volumes: readonly VolumeAlternative[];
  /** Undefined: a volume could not be resolved, so that no existing node is tried. */
  readonly mounted: MountedClaims | undefined;
  /** Waits for a node, or leaves one that is going: such pods may go to nodes that consolidation is still leaving alone. */
  readonly mayDisturb: boolean;
  /** Topology does not know the pod before its first failure: its volumes could not be resolved. */
  hasNoTopology: boolean;
  /** Times it was tried in vain. */
  tries: number;
}
