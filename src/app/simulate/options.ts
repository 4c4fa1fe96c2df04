import type { Ec2NodeClass, NodePool } from "../../karpenter/api.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import type { PriceBook } from "../../ports/prices.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { ConsolidationPolicy } from "./consolidation-types.ts";

/** What a simulation reads. Nothing else: the same input gives the same outcome. */
export interface SimulateInput {
  readonly snapshot: Snapshot;
  readonly nodePools: readonly NodePool[];
  readonly nodeClasses: readonly Ec2NodeClass[];
  /** `translate`, `cluster`, or the path of the files. */
  readonly nodePoolSource: string;
  readonly catalogue: Catalogue;
  /** Undefined: no price is known at all. */
  readonly prices: PriceBook | undefined;
  readonly region: string;
  /** Groups by the name of a node, for the `today` side; nodes without an entry are named by their labels. */
  readonly nodeGroupOf?: ReadonlyMap<string, string>;
}

/** Reserved instances of one type. */
export interface ReservedInstances {
  readonly instanceType: string;
  readonly count: number;
}

/** What-ifs and cost assumptions. */
export interface SimulateOptions {
  /** Only pods that wait now, beside the nodes there are. */
  readonly isPendingOnly?: boolean;
  /** Restricts every NodePool to one capacity type. */
  readonly capacityType?: "spot" | "on-demand";
  /** Restricts every NodePool to these instance types. */
  readonly instanceTypes?: readonly string[];
  /** DaemonSets to leave out, `namespace/name` or name. */
  readonly withoutDaemonSets?: readonly string[];
  /** Percent off the on-demand list price on both sides. */
  readonly discountPercent?: number;
  /** USD per hour committed to by a Savings Plan: it covers on-demand use, and is paid even where a fleet leaves it unused. */
  readonly savingsPlanUsdPerHour?: number;
  /** Percent off list price that the Savings Plan's rate gives; AWS's usual rates lie between 20 and 60. */
  readonly savingsPlanDiscountPercent?: number;
  /** Reserved instances that are paid for, whether a fleet uses them or not. */
  readonly reservedInstances?: readonly ReservedInstances[];
  /** Percent off list price that reserved instances give. */
  readonly reservedDiscountPercent?: number;
  /** USD per node and hour for agents that charge by node. */
  readonly perNodeFeeUsdPerHour?: number;
  /** Takes the memory that live nodes report instead of Karpenter's estimate. */
  readonly hasMeasuredOverhead?: boolean;
  /** Lets Karpenter consolidate what it made until it settles: under this policy, or each pool's own. */
  readonly consolidation?: { readonly policy?: ConsolidationPolicy };
}
