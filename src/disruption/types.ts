import type { NodePool } from "../karpenter/api.ts";
import type { DisruptionReason } from "../karpenter/budgets.ts";
import type { Pod } from "../kube/objects.ts";
import type { PlannedLaunch } from "../scheduling/pass/pass-result.ts";
import type { DisruptionClass } from "../scheduling/pods/candidates.ts";
import type { StateNode } from "../scheduling/state-node.ts";
import type { LaunchOptions } from "../scheduling/pass/finalise.ts";
import type { TypeFacts } from "../scheduling/types/type-facts.ts";
import type { PlannedNodeClaim, PodKey, SolveInput } from "../scheduling/types.ts";

/** What disruption reads: what a scheduling pass reads, at one instant. */
export interface DisruptionInput extends Omit<SolveInput, "candidates"> {
  /** Whether consolidation looks again after its 15 seconds before it acts, as the real program does; `real` where absent. */
  readonly validation?: "real" | "none";
  /** Simulations that consolidation may make before it stops, as the real program stops after some minutes; unlimited where absent. */
  readonly maxSimulations?: number;
}

/** The methods in the order Karpenter tries them (`NewMethods`). Repair is one of them from v1.15 on, with its gate. */
export const methodNames = ["repair", "emptiness", "staticDrift", "drift", "multiNode", "singleNode"] as const;

/** What a node's conditions ask for, once they have lasted long enough (Karpenter's `node/health/policy.go`, RepairResult). */
export interface RepairDecision {
  /** Half hours since the first of them asked for it: the more, the sooner it is repaired. */
  readonly score: number;
  /** The shortest bound of draining that a policy sets, in nanoseconds; undefined where none does. */
  readonly drainBound: bigint | undefined;
  /** Some pod on it may not be evicted now. */
  readonly hasPodBlockers: boolean;
}

/** One way of disrupting nodes. */
export type MethodName = (typeof methodNames)[number];

/** A node that a method may disrupt (Karpenter's `Candidate`). */
export interface Candidate {
  readonly node: StateNode;
  readonly pool: NodePool;
  /** Undefined when the pool no longer lists the node's type. */
  readonly type: TypeFacts | undefined;
  readonly zone: string | undefined;
  readonly capacityType: string | undefined;
  readonly reschedulablePods: readonly Pod[];
  /**
   * USD per hour: of the node's own offering, sold out or not, or before v1.14 of the cheapest that its labels allow; 0 when there is
   * none, as in the real program.
   */
  readonly price: number;
  /** It has an offering to take its price from. Before v1.14 a move with one that has none was taken to cost nothing at all. */
  readonly isPriced: boolean;
  /** Cost of evicting all its pods, less the nearer its end. Orders candidates before v1.14, and ill nodes of one age. */
  readonly disruptionCost: number;
  /** 1 for the node and the positive costs of the pods that would need another home. */
  readonly rescheduleCost: number;
  /** Price for each unit of reschedule cost: the more, the sooner it goes. */
  readonly savingsRatio: number;
  /** What its conditions ask for; only where repair is a method. */
  readonly repair?: RepairDecision;
}

/** A replacement with what it may still be launched as. */
export interface Replacement {
  readonly launch: PlannedLaunch;
  readonly options: LaunchOptions;
}

/** What a method would do. */
export interface Command {
  readonly candidates: readonly Candidate[];
  /** None: the nodes are deleted. */
  readonly replacements: readonly Replacement[];
  /** Existing nodes to the pods they take. */
  readonly existing: ReadonlyMap<string, readonly PodKey[]>;
  /** The node goes before its replacement is there, which has no other place to start in. */
  readonly isTerminateFirst?: boolean;
  /** How long draining may take, in nanoseconds; the NodeClaim's own bound where absent. */
  readonly drainBound?: bigint;
}

/** Why nothing is done about candidates. */
export type NoOp =
  /** The pass without them could not be made. */
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "pods-without-home"; readonly pods: readonly PodKey[] }
  /** More than one new node would be needed. */
  | { readonly kind: "several-nodes"; readonly count: number }
  /** Spot nodes are not replaced by spot: the feature gate is off, as it is by default. */
  | { readonly kind: "spot-to-spot-off" }
  | { readonly kind: "not-cheaper" }
  /** Types that are cheaper do not reach minValues. */
  | { readonly kind: "min-values" }
  | { readonly kind: "few-spot-types"; readonly count: number }
  /** The policy `Balanced` finds too little saved for the disruption. */
  | { readonly kind: "not-worth-it" }
  /** No budget is left for the node's pool. */
  | { readonly kind: "budget" }
  /** Nothing runs on it: it is emptiness's (before v1.14, where consolidation met such nodes too). */
  | { readonly kind: "empty" };

/** What a method would do, as it is shown. */
export interface DisruptionCommand {
  readonly decision: "delete" | "replace" | "terminate-first";
  readonly candidates: readonly string[];
  readonly replacements: readonly PlannedNodeClaim[];
  readonly existing: ReadonlyMap<string, readonly PodKey[]>;
  /** How long draining may take, as Go writes it (`10m0s`); the NodeClaim's own bound where absent. */
  readonly drainBound?: string;
}

/** What one method decides when it is asked alone. */
export interface MethodOutcome {
  readonly method: MethodName;
  /** In the order they are considered. */
  readonly candidates: readonly Candidate[];
  /** By NodePool: nodes that may go at once for the method's reason. */
  readonly budgets: ReadonlyMap<string, number>;
  readonly commands: readonly DisruptionCommand[];
  /** Why single-node consolidation leaves candidates alone, by node; those it did not come to are absent. */
  readonly left: ReadonlyMap<string, NoOp>;
  /** Simulations were used up before every candidate was looked at. */
  readonly isCut: boolean;
  /** The method gave up, and why. */
  readonly error?: string;
}

/** What each method is about. */
export const methodReasons: Readonly<Record<MethodName, DisruptionReason>> = {
  repair: "Unhealthy",
  emptiness: "Empty",
  staticDrift: "Drifted",
  drift: "Drifted",
  multiNode: "Underutilized",
  singleNode: "Underutilized",
};

/** Drift need not wait for pods that refuse to go when their node has a termination grace period. */
export const methodClasses: Readonly<Record<MethodName, DisruptionClass>> = {
  repair: "repair",
  emptiness: "graceful",
  staticDrift: "eventual",
  drift: "eventual",
  multiNode: "graceful",
  singleNode: "graceful",
};
