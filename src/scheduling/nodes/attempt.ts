import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { AmountTable } from "../amounts.ts";
import type { Bits } from "../bits.ts";
import type { PodRecord } from "../pods/pod-record.ts";
import type { PodShape } from "../pods/pod-shape.ts";
import type { PodTopology, Topology, TopologyQuestion } from "../topology/topology.ts";
import type { RequirementSet, RequirementTable } from "../types/requirement-table.ts";
import type { OfferingFacts } from "../types/type-facts.ts";
import type { Reservations } from "./reservations.ts";

/** A pod that is being tried, with the topology it has in its present shape. */
export interface PlacementAttempt extends TopologyQuestion {
  readonly record: PodRecord;
  readonly shape: PodShape;
  /** Groups that count the pod once it is placed. */
  readonly pods: PodTopology;
}

/** What a new or in-flight node would become with the pod. */
export interface Fit {
  readonly set: RequirementSet;
  readonly bits: Bits;
  readonly reserved: readonly OfferingFacts[];
}

/** What trying a node needs of the pass. */
export interface FittingTools {
  readonly behaviour: KarpenterBehaviour;
  readonly table: AmountTable;
  readonly sets: RequirementTable;
  readonly topology: Topology;
  readonly reservations: Reservations;
  readonly usesReservations: boolean;
  /** A node may not lose the reserved capacity it could have had. */
  readonly isReservedStrict: boolean;
  /** A reservation that counts as having a machine although it says it has none. */
  readonly credit?: string;
}

/** How a node is tried. */
export interface FitOptions {
  /** Types that may be used at all; the node's own if absent. */
  readonly eligible?: Bits;
  readonly relaxesMinValues: boolean;
}
