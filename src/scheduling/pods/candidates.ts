// Mirrors pkg/controllers/disruption/types.go of karpenter v1.14.1.
import { blockedBy, type BudgetRule, isCurrentlyReschedulable } from "../../karpenter/disruption-budgets.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { annotationKeys, labelKeys } from "../../karpenter/labels.ts";
import { isDisruptable, isReschedulable } from "../../karpenter/pod-predicates.ts";
import type { Pod } from "../../kube/objects.ts";
import type { ClusterState, StateNode } from "../state-node.ts";
import type { SolveMarks } from "../types.ts";

/** What decides whether a node may be taken away. */
export interface CandidateContext {
  readonly state: ClusterState;
  readonly budgets: readonly BudgetRule[];
  /** Names of the managed pools that offer a type. */
  readonly pools: Pick<ReadonlySet<string>, "has">;
  readonly nowMs: number;
  readonly behaviour: KarpenterBehaviour;
  readonly marks: SolveMarks | undefined;
}

/** Two batches of ten seconds: how long a nomination protects a node. */
const nominationSeconds = 20;

/**
 * `eventual`: pods that refuse to go hold a node only until its termination grace period. `repair`: neither they nor an annotation hold an
 * ill node, and it need not have started.
 */
export type DisruptionClass = "graceful" | "eventual" | "repair";

/** Whether Karpenter would consider disrupting the node at all (`NewCandidate` and `ValidateNodeDisruptable`). */
export function isCandidate(node: StateNode, context: CandidateContext, how: DisruptionClass): boolean {
  if (node.claim === undefined || node.node === undefined || node.isRebooting || node.isDeleting) return false;
  if (!isLeftAlone(node, context, how)) return false;
  const name = node.labels[labelKeys.nodePool];
  if (name === undefined || !context.pools.has(name)) return false;
  const yieldsInTime = how === "eventual" && node.claim.spec.terminationGracePeriod !== undefined;
  return how === "repair" || yieldsInTime || arePodsDisruptable(node, context);
}

/** Nothing about the node itself speaks against it. */
function isLeftAlone(node: StateNode, { marks }: CandidateContext, how: DisruptionClass): boolean {
  // Provisioning goes on nominating a node that never starts; repair must not wait for that.
  if (!node.isInitialized) return how === "repair" && node.isRegistered;
  const nominated = marks?.nominatedSecondsAgo?.[node.name];
  if (nominated !== undefined && nominated < nominationSeconds) return false;
  return how === "repair" || node.node?.metadata.annotations?.[annotationKeys.doNotDisrupt] !== "true";
}

/** Every pod may be evicted now (`ValidatePodsDisruptable`). */
export function arePodsDisruptable(
  node: StateNode,
  context: Pick<CandidateContext, "state" | "budgets" | "nowMs" | "behaviour">,
): boolean {
  const pods = podsOn(node, context.state);
  if (!pods.every((pod) => isDisruptable(pod, context))) return false;
  return pods.every((pod) => blockedBy(pod, context.budgets, "zero-disruptions", context).length === 0);
}

/** All pods bound to the node, finished ones too. */
export function podsOn(node: StateNode, state: Pick<ClusterState, "podsByNode">): readonly Pod[] {
  return node.node === undefined ? [] : (state.podsByNode.get(node.node.metadata.name) ?? []);
}

/** Pods of a candidate that would have to find another home now. */
export function movingPods(
  node: StateNode,
  context: Pick<CandidateContext, "state" | "budgets" | "nowMs" | "behaviour">,
): Pod[] {
  return podsOn(node, context.state).filter(
    (pod) => isReschedulable(pod) && isCurrentlyReschedulable(pod, context.budgets, context),
  );
}
