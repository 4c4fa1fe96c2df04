/** What was measured in a stretch of a world's time. */
export interface Measures {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nodes: NodeMeasures;
  readonly cost: CostMeasures;
  readonly pending: PendingMeasures;
  /** By workload, most first. */
  readonly evictions: readonly EvictionMeasure[];
  readonly budgets: readonly BudgetMeasure[];
  readonly zones: ZoneMeasures;
  /** In equal steps, the first at `fromMs`. */
  readonly series: readonly Sample[];
}

/** Node objects over time. */
export interface NodeMeasures {
  readonly atStart: number;
  readonly atEnd: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
  readonly came: number;
  readonly went: number;
}

/** What EC2 charges for the instances that ran. */
export interface CostMeasures {
  /** Undefined: some instance's price is unknown. */
  readonly usd: number | undefined;
  readonly usdPerHourAtStart: number | undefined;
  readonly usdPerHourAtEnd: number | undefined;
  /** Instance hours by what was bought, most hours first. */
  readonly bought: readonly Bought[];
}

/** Hours of one kind of capacity. */
export interface Bought {
  readonly instanceType: string;
  readonly capacityType: "on-demand" | "spot";
  readonly hours: number;
  readonly usd: number | undefined;
}

/** How long pods waited until they had a node; pods of DaemonSets are left out. */
export interface PendingMeasures {
  /** Pods that came and got a node. */
  readonly placed: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly longestMs: number | undefined;
  /** Pods that have no node at the end, and how long the longest of them has waited. */
  readonly waiting: number;
  readonly waitingLongestMs: number | undefined;
}

/** Evictions of one workload's pods by one program. */
export interface EvictionMeasure {
  /** `namespace/name`. */
  readonly workload: string;
  readonly kind: string;
  readonly by: string;
  readonly count: number;
}

/** One PodDisruptionBudget over time. */
export interface BudgetMeasure {
  /** `namespace/name`. */
  readonly budget: string;
  readonly evictions: number;
  /** Healthy pods above what it wants, at the worst moment: below 0 it was broken, by a crash or a roll-out if not by an eviction. */
  readonly leastSlack: number;
}

/** How evenly things lie in zones. */
export interface ZoneMeasures {
  readonly nodes: readonly { readonly zone: string; readonly mean: number }[];
  /** Workloads of several pods all of which are in one zone. */
  readonly inOneZoneAtStart: readonly string[];
  readonly inOneZoneAtEnd: readonly string[];
}

/** The world at one instant. */
export interface Sample {
  readonly atMs: number;
  readonly nodes: number;
  readonly usdPerHour: number | undefined;
  readonly waiting: number;
}
