import type { MethodName } from "../disruption/types.ts";
import type { CostRange } from "../money/types.ts";

/** A policy that may stand in for the NodePools' own. */
export const consolidationPolicies = ["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"] as const;

/** `consolidationPolicy` of a NodePool. */
export type ConsolidationPolicy = (typeof consolidationPolicies)[number];

/** What became of the planned nodes when Karpenter went on to consolidate them. */
export interface ConsolidationOutcome {
  /** The policy in every pool's place; absent: each pool's own. */
  readonly policy?: ConsolidationPolicy;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  /** Machines only, before discounts. */
  readonly before: CostRange;
  readonly after: CostRange;
  readonly moves: readonly ConsolidationMove[];
  /** Pods that would move, each time counted; where all pods are asked about, once more than to get there. */
  readonly podsMoved: number;
  /** False when a bound was reached first; `bound` says which. */
  readonly isSettled: boolean;
  readonly bound?: string;
  /** Why the nodes that stand in the end stay, most nodes first. */
  readonly left: readonly { readonly reason: string; readonly nodes: readonly string[] }[];
}

/** One command of one disruption method. */
export interface ConsolidationMove {
  readonly method: MethodName;
  readonly removed: readonly MovedNode[];
  readonly added: readonly MovedNode[];
  /** Nodes that were there before and take some of the pods. */
  readonly takenBy: readonly string[];
  /** Pods that need another home. */
  readonly pods: number;
  /** USD per hour; undefined when a price is not known. */
  readonly savesUsdPerHour: number | undefined;
}

/** A node that a move takes away or makes. */
export interface MovedNode {
  readonly name: string;
  readonly instanceType: string | undefined;
  readonly capacityType: string | undefined;
}
