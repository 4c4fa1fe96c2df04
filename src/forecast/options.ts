import type { Ec2NodeClass, NodePool } from "../karpenter/api.ts";
import type { Release } from "../karpenter/releases.ts";
import type { Catalogue } from "../karpenter/aws/type-info.ts";
import type { Commitments } from "../money/commitments.ts";
import type { PriceBook } from "../money/price-book.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { ConsolidationPolicy } from "./consolidation-types.ts";

/** What a simulation reads. Nothing else: the same input gives the same outcome. */
export interface SimulateInput {
  /** The Karpenter that decides. */
  readonly release: Release;
  readonly snapshot: Snapshot;
  readonly nodePools: readonly NodePool[];
  readonly nodeClasses: readonly Ec2NodeClass[];
  /** `translate`, `cluster`, or the path of the files. */
  readonly nodePoolSource: string;
  readonly catalogue: Catalogue;
  /** Undefined: no price is known at all. */
  readonly prices: PriceBook | undefined;
  readonly region: string;
  /** Karpenter runs this cluster already and Cluster Autoscaler does not: there is no migration to forecast. */
  readonly isMigrated?: boolean;
  /** Groups by the name of a node, for the `today` side; nodes without an entry are named by their labels. */
  readonly nodeGroupOf?: ReadonlyMap<string, string>;
}

/** What-ifs and cost assumptions. */
export interface SimulateOptions extends Commitments {
  /** Only pods that wait now, beside the nodes there are. */
  readonly isPendingOnly?: boolean;
  /**
   * Each replica of a workload that lies in several zones keeps its zone, as a migration moves it. Otherwise all pods are placed afresh, as
   * Karpenter would when left alone.
   */
  readonly keepsZones?: boolean;
  /** Restricts every NodePool to one capacity type. */
  readonly capacityType?: "spot" | "on-demand";
  /** Restricts every NodePool to these instance types. */
  readonly instanceTypes?: readonly string[];
  /** DaemonSets to leave out, `namespace/name` or name. */
  readonly withoutDaemonSets?: readonly string[];
  /** USD per node and hour for agents that charge by node. */
  readonly perNodeFeeUsdPerHour?: number;
  /** Takes the memory that live nodes report instead of Karpenter's estimate. */
  readonly hasMeasuredOverhead?: boolean;
  /** Lets Karpenter consolidate what it made until it settles: under this policy, or each pool's own. */
  readonly consolidation?: { readonly policy?: ConsolidationPolicy };
}
