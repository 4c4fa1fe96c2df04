import type { ResourceTexts } from "../../kube/objects.ts";
import type { FleetAmounts } from "../types.ts";
import type { CostRange } from "../../money/types.ts";

/** Why a pod, node or pool is as it is. Plain data: `--json` prints it. */
export type Explanation = PodExplanation | NodeExplanation | NodePoolExplanation | NodeGroupExplanation;

/** How a rule thinned out instance types. */
export interface Rejection {
  /** `NodePool requires …`, `pod requires …`, `too little memory`, `no offering: zone`. */
  readonly rule: string;
  readonly instanceTypes: number;
  readonly offerings: number;
  /** A few names. */
  readonly examples: readonly string[];
}

/** What one pool had to say about a pod. */
export interface PoolAnswer {
  readonly nodePool: string;
  /** A reason that needs no instance type: taints, labels no pool defines. */
  readonly refusal: string | undefined;
  readonly instanceTypes: number;
  readonly rejections: readonly Rejection[];
  /** Types that would take the pod alone. */
  readonly left: number;
}

/** Nodes that refused a pod for one reason. */
export interface PlaceRefusal {
  readonly reason: string;
  readonly nodes: number;
  /** A few of them; of nodes that are not there yet, their NodePools. */
  readonly examples: readonly string[];
}

/** The least change with which a pod would have fitted. */
export interface NearestPool {
  readonly nodePool: string;
  readonly sentence: string;
}

/** A pod's way through the engine. */
export interface PodExplanation {
  readonly schema: "dovetail.explanation/1";
  readonly kind: "pod";
  readonly pod: string;
  readonly owner: string;
  readonly requests: FleetAmounts;
  /** Where it runs now. */
  readonly today:
    | { readonly node: string; readonly instanceType: string | undefined; readonly zone: string | undefined }
    | undefined;
  readonly placement: Placement;
  /** Preferences that the placement does not honour: they were relaxed on the way. */
  readonly relaxed: readonly string[];
  readonly pools: readonly PoolAnswer[];
  /** Why nodes that are there refused it, counted; only where they were asked. */
  readonly existing: readonly PlaceRefusal[];
  /** The same of new nodes that other pods had been given before. */
  readonly planned: readonly PlaceRefusal[];
  readonly nearestMiss: NearestPool | undefined;
  /** What Cluster Autoscaler would do instead; absent where none was found, or nothing is known of its groups. */
  readonly autoscaler?: AutoscalerAnswer;
}

/** What Cluster Autoscaler would do about a pod. */
export interface AutoscalerAnswer {
  readonly does: string;
  /** Groups that cannot take it, and why. */
  readonly groups: readonly { readonly group: string; readonly why: string }[];
}

/** A node group as Cluster Autoscaler sees it. */
export interface NodeGroupExplanation {
  readonly schema: "dovetail.explanation/1";
  readonly kind: "nodegroup";
  readonly nodeGroup: string;
  readonly autoScalingGroup: string | undefined;
  readonly sizes: {
    readonly min: number | undefined;
    readonly max: number | undefined;
    readonly target: number | undefined;
    readonly nodes: number;
  };
  /** What one more node could allocate. */
  readonly offers: ResourceTexts | undefined;
  /** Where that was learnt. */
  readonly template: string;
  /** Whether it would grow now, and why not. */
  readonly grows: string;
  readonly nodes: readonly {
    readonly node: string;
    readonly isUnneeded: boolean;
    readonly why: string;
    /** Share of what it can allocate that is asked for; undefined where it was not counted. */
    readonly utilization: number | undefined;
  }[];
}

/** Where a pod would go. */
export type Placement =
  | {
      readonly kind: "new-node";
      readonly node: string;
      readonly nodePool: string;
      readonly instanceType: string | undefined;
      readonly otherTypes: number;
      readonly capacityType: string | undefined;
      readonly zones: readonly string[];
      readonly podsBeside: number;
    }
  | { readonly kind: "existing-node"; readonly node: string }
  | { readonly kind: "nowhere"; readonly reason: string; readonly classes: readonly string[] }
  /** DaemonSet and static pods follow their node. */
  | { readonly kind: "follows-node"; readonly reason: string }
  /** No NodePool was asked: Fargate's pods, ended ones, and those that run where only waiting ones are asked about. */
  | { readonly kind: "not-asked"; readonly reason: string };

/** Why a node is there and no smaller. */
export interface NodeExplanation {
  readonly schema: "dovetail.explanation/1";
  readonly kind: "node";
  readonly node: string;
  readonly isPlanned: boolean;
  readonly instanceType: string | undefined;
  readonly owner: string | undefined;
  readonly zones: readonly string[];
  readonly usdPerHour: CostRange;
  readonly allocatable: FleetAmounts | undefined;
  readonly requested: FleetAmounts;
  readonly daemonRequested: FleetAmounts;
  /** Largest first. */
  readonly pods: readonly {
    readonly pod: string;
    readonly owner: string;
    readonly requests: FleetAmounts;
    /** What it asks of a node besides room: `workload In [batch]`. */
    readonly requires: readonly string[];
    readonly goesTo?: string;
  }[];
  /** The pod for which a planned node was opened, and why the nodes before it would not do. */
  readonly openedFor: { readonly pod: string; readonly refusals: readonly PlaceRefusal[] } | undefined;
  /** Which resource is fullest. */
  readonly fullest: { readonly resource: string; readonly percent: number } | undefined;
  /** Cheaper types that the pool allows, and why they were not enough; planned nodes only. */
  readonly cheaper: readonly Rejection[];
  /** The cheaper type that lacks the least room, where only room is missing. */
  readonly nearestMiss: NearestPool | undefined;
}

/** What a pool allows and what it would make. */
export interface NodePoolExplanation {
  readonly schema: "dovetail.explanation/1";
  readonly kind: "nodepool";
  readonly nodePool: string;
  readonly instanceTypes: number;
  readonly rejections: readonly Rejection[];
  readonly left: number;
  readonly nodes: number;
  readonly pods: number;
  readonly usdPerHour: CostRange;
}
