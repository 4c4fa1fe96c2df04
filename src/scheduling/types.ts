import type { KarpenterBehaviour } from "../karpenter/behaviour.ts";
import type { InstanceType, RequirementSpec } from "../karpenter/instance-type.ts";
import type { Labels, TopologySpreadConstraint } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";

/**
 * Everything one scheduling pass of Karpenter reads. Plain data; `solve` keeps no state between calls but caches
 * keyed by identity of the input's parts.
 */
export interface SolveInput {
  /** The instant of the pass, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly objects: ClusterObjects;
  /** By NodePool name; `*` serves every pool without an entry of its own. */
  readonly instanceTypes: ReadonlyMap<string, readonly InstanceType[]>;
  readonly wellKnownLabels: "aws" | "fake";
  /** How the release decides that is asked about (`karpenter/releases.ts`). */
  readonly behaviour: KarpenterBehaviour;
  readonly options: SolveOptions;
  /**
   * Nodes taken away before scheduling; their reschedulable pods join the queue (Karpenter's SimulateScheduling).
   * Absent: a provisioning pass.
   */
  readonly candidates?: readonly string[];
  readonly marks?: SolveMarks;
}

/** Karpenter's own options, its defaults where absent. */
export interface SolveOptions {
  readonly preferencePolicy?: "Respect" | "Ignore";
  readonly minValuesPolicy?: "Strict" | "BestEffort";
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly enforceConsolidateAfter?: boolean;
  /** `--legacy-node-repair`: ill nodes are replaced by a controller of its own, as before v1.15. */
  readonly usesLegacyRepair?: boolean;
  /** Default spread constraints of the cluster's scheduler configuration (`--scheduler-config`); only releases that know them use them. */
  readonly defaultSpread?: readonly TopologySpreadConstraint[];
  /** Pools count as Ready whatever their status says: for pools that are not in a cluster yet. */
  readonly assumeNodePoolsReady?: boolean;
}

/** What lives only in Karpenter's memory. */
export interface SolveMarks {
  readonly deletingNodes?: readonly string[];
  /** Node name to seconds since it was nominated. */
  readonly nominatedSecondsAgo?: Readonly<Record<string, number>>;
}

/** `namespace/name`. */
export type PodKey = string;

/** What `solve` decided. Orders are Karpenter's own. */
export interface SolveResult {
  readonly newNodeClaims: readonly PlannedNodeClaim[];
  /** Node name (NodeClaim name while unregistered) to the pods placed on it. */
  readonly existing: ReadonlyMap<string, readonly PodKey[]>;
  readonly podErrors: ReadonlyMap<PodKey, PodRefusal>;
  /** Pending pods that validation kept out of the pass, with the reason. */
  readonly ignored: ReadonlyMap<PodKey, string>;
  /** Nothing was decided, and why (`not a candidate: n1`, `no nodepools found`). */
  readonly error?: string;
  /** Whether every pod that had a home before found one; only where nodes were taken away. */
  readonly allNonPendingPodsScheduled?: boolean;
}

/** A NodeClaim that Karpenter would create. */
export interface PlannedNodeClaim {
  readonly nodePool: string;
  readonly pods: readonly PodKey[];
  /** In price order, after truncation. */
  readonly instanceTypes: readonly string[];
  readonly requirements: readonly RequirementSpec[];
  /** Decimal text in base units. */
  readonly requests: Readonly<Record<string, string>>;
  readonly labels: Labels;
  /** Label keys whose value Karpenter draws among several; `labels` holds the least of them. */
  readonly drawnLabels?: readonly string[];
  readonly annotations: Labels;
  /** USD per hour of the cheapest offering that remains compatible. */
  readonly minPriceUsdPerHour: number | undefined;
}

/**
 * Why a pod was placed nowhere: one refusal per place that was tried, counted; `classes` are the oracle's sorted
 * reason classes.
 */
export interface PodRefusal {
  readonly classes: readonly string[];
  readonly message: string;
}
