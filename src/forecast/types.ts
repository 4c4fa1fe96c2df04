import type { PriceSource } from "../money/price-book.ts";
import type { CostRange } from "../money/types.ts";
import type { Gap } from "../snapshot/snapshot.ts";
import type { ConsolidationOutcome } from "./consolidation-types.ts";

/** What Karpenter would run for these pods, beside what runs now. Plain data: the `--json` document is this value. */
export interface SimulationOutcome {
  readonly schema: "dovetail.simulation/1";
  readonly cluster: string | undefined;
  readonly region: string;
  /** Whose decisions these are. */
  readonly karpenterRelease: DecidedBy;
  /** When the snapshot was read. */
  readonly readAt: string;
  /** `all`: as if every pod were scheduled afresh; `pending`: only pods that wait now, beside the nodes there are. */
  readonly scope: "all" | "pending";
  readonly nodePools: readonly string[];
  /** Where the NodePools come from: `translate`, `cluster`, or the path. */
  readonly nodePoolSource: string;
  /** Who runs `today`: Karpenter once Cluster Autoscaler has handed over (or was never there). */
  readonly inCharge: "cluster-autoscaler" | "karpenter";
  /** False: the nodes were not read, and what `today` says is not what runs. */
  readonly isTodayRead: boolean;
  readonly today: Fleet;
  readonly karpenter: Fleet;
  readonly unschedulable: readonly UnschedulablePod[];
  readonly daemonSets: DaemonOverhead;
  readonly zones: readonly ZoneShare[];
  readonly subnets: readonly SubnetUse[];
  readonly evictions: Evictions;
  readonly verdict: Verdict;
  /** What Karpenter would come to when left alone; absent where `karpenter` is that already, no replica having a zone to keep. */
  readonly leftAlone?: LeftAlone;
  readonly cheaperShape?: CheaperShape;
  /** Only where it was asked for; `karpenter` is then the fleet that has settled. */
  readonly consolidation?: ConsolidationOutcome;
  readonly prices: readonly PriceSource[];
  /** What the result depends on and could not be known; each one sentence. */
  readonly approximations: readonly string[];
  readonly gaps: readonly Gap[];
  /** False when something that would change the numbers was not read (DaemonSets, pods, prices). */
  readonly isComplete: boolean;
  /** What-ifs that were asked for, in words. */
  readonly assumptions: readonly string[];
}

/** The Karpenter that decides, and how well its decisions are known. */
export interface DecidedBy {
  /** `1.15.2`. */
  readonly version: string;
  /** The minor release whose behaviour stands in the table. */
  readonly decidedAs: string;
  /** Its real program was run on the recorded scenarios. */
  readonly isCompared: boolean;
  /** Behaviours in the table. */
  readonly behaviours: number;
  /** Those of them that are known from source only, as `docs/fidelity.md` numbers them. */
  readonly readOnly: readonly string[];
}

/** The nodes of one side. */
export interface Fleet {
  readonly nodes: readonly FleetNode[];
  readonly totals: FleetTotals;
}

/** Amounts of one node or a fleet. */
export interface FleetAmounts {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

/** One node that runs or would run. */
export interface FleetNode {
  readonly name: string;
  /** Node group today, NodePool tomorrow; undefined for a node that belongs to neither. */
  readonly owner: string | undefined;
  /** The one type that runs; or those that EC2 Fleet may choose from, cheapest first. */
  readonly instanceTypes: readonly string[];
  /** The type the figures are for: today's, or the one Karpenter's request makes cheapest. */
  readonly instanceType: string | undefined;
  readonly zones: readonly string[];
  readonly capacityTypes: readonly string[];
  readonly capacityType: string | undefined;
  /** True for a node that Karpenter would leave as it is. */
  readonly isExisting: boolean;
  /** Only where it is not Linux: the price lists at hand are Linux's. */
  readonly operatingSystem?: "windows";
  readonly allocatable: FleetAmounts | undefined;
  /** Requests of all pods, DaemonSets included. */
  readonly requested: FleetAmounts;
  readonly daemonRequested: FleetAmounts;
  /** `namespace/name`, without DaemonSet pods. */
  readonly pods: readonly string[];
  readonly usdPerHour: CostRange;
}

/** Sums of a fleet. An amount is undefined when one node's is unknown. */
export interface FleetTotals {
  readonly nodes: number;
  readonly allocatable: FleetAmounts | undefined;
  readonly requested: FleetAmounts;
  readonly daemonRequested: FleetAmounts;
  /** Machines only. */
  readonly computeUsdPerHour: CostRange;
  readonly volumesUsdPerHour: CostRange;
  readonly agentsUsdPerHour: number;
  /** After discounts and commitments, with volumes and agents. */
  readonly usdPerHour: CostRange;
  readonly byType: Readonly<Record<string, number>>;
  readonly byZone: Readonly<Record<string, number>>;
  readonly byCapacityType: Readonly<Record<string, number>>;
  /** vCPUs of the machines, before overhead; undefined when a type is unknown. */
  readonly vcpus: number | undefined;
}

/** A pod that Karpenter would find no place for. */
export interface UnschedulablePod {
  readonly pod: string;
  /** Controller, `Deployment shop/web`. */
  readonly owner: string | undefined;
  readonly reason: string;
  readonly isPendingToday: boolean;
}

/** The same pods placed afresh, none of them bound to the zone it lies in. */
export interface LeftAlone {
  readonly nodes: number;
  readonly usdPerHour: CostRange;
  /** `namespace/name` of pods that find no place even so. */
  readonly unschedulable: readonly string[];
}

/** What DaemonSets and the system take. */
export interface DaemonOverhead {
  /** Undefined when DaemonSets were not read. */
  readonly daemonSets: number | undefined;
  readonly today: FleetAmounts;
  readonly karpenter: FleetAmounts;
  /** Kept by kubelet and system: capacity less allocatable. */
  readonly systemToday: FleetAmounts | undefined;
  readonly systemKarpenter: FleetAmounts | undefined;
}

/** Nodes and pods in one zone on both sides. */
export interface ZoneShare {
  readonly zone: string;
  readonly nodesToday: number;
  /** Nodes that can only lie here. */
  readonly nodesKarpenter: number;
  /** Nodes that EC2 may put here or elsewhere. */
  readonly nodesPossible: number;
  readonly podsToday: number;
  readonly podsKarpenter: number;
  /** Pods of the nodes that EC2 may put here or elsewhere. */
  readonly podsPossible: number;
}

/** Addresses that the new nodes would take from a subnet. */
export interface SubnetUse {
  readonly id: string;
  readonly zone: string;
  readonly free: number | undefined;
  /** Addresses of nodes and pods placed there, DaemonSets included. */
  readonly needed: number;
  /** More of them if EC2 puts the nodes here that it may also put elsewhere. */
  readonly possible: number;
  /** Set where pods get their addresses from other subnets (custom networking of the VPC CNI): only nodes are counted. */
  readonly isNodesOnly?: true;
}

/** What moving there costs in disturbance. */
export interface Evictions {
  readonly pods: number;
  /** Pods that are not moved without consent or a change, with the reason. */
  readonly blocked: readonly { readonly pod: string; readonly owner: string; readonly reason: string }[];
}

/** The plain answer. */
export interface Verdict {
  readonly answer:
    | "saves"
    | "costs-more"
    | "about-equal"
    | "unknown"
    | "does-not-fit"
    /** Of pending pods only: all get a place, or some get none. */
    | "fits"
    | "some-wait"
    | "nothing-to-place";
  /** Causes in order of weight. */
  readonly causes: readonly Cause[];
}

/** One reason for the verdict, with what it comes to where that can be said. */
export interface Cause {
  readonly code:
    | "pods-do-not-fit"
    | "no-pods"
    | "no-nodes"
    | "pods-placed"
    | "consolidation"
    | "pods-that-wait"
    | "not-read"
    | "not-judged"
    | "more-nodes"
    | "fewer-nodes"
    | "daemon-overhead"
    | "shared-devices"
    | "architecture"
    | "agent-fees"
    | "unused-commitment"
    | "requests-dominate"
    | "anti-affinity"
    | "capacity-type"
    | "unknown-price"
    | "cheaper-shape"
    | "zones-kept";
  readonly sentence: string;
  readonly usdPerHour?: number;
}

/** A shape of node that would carry the same pods for less. */
export interface CheaperShape {
  readonly instanceType: string;
  readonly nodes: number;
  readonly usdPerHour: number;
  /** The planned type that it would stand in for; absent where it would replace the whole fleet. */
  readonly insteadOf?: { readonly instanceType: string; readonly usdPerHour: number };
  /** False: the NodePools do not allow it as they are. */
  readonly isAllowed: boolean;
}
