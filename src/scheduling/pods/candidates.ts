import { blockedBy, type BudgetRule, isCurrentlyReschedulable } from "../../karpenter/disruption-budgets.ts";
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
  readonly marks: SolveMarks | undefined;
}

/** Two batches of ten seconds: how long a nomination protects a node. */
const nominationSeconds = 20;

/** `eventual`: pods that refuse to go hold a node only until its termination grace period. */
export type DisruptionClass = "graceful" | "eventual";

/** Whether Karpenter would consider disrupting the node at all (`NewCandidate`). */
export function isCandidate(node: StateNode, context: CandidateContext, how: DisruptionClass): boolean {
  const { marks, pools } = context;
  if (node.claim === undefined || node.node === undefined || !node.isInitialized || node.isDeleting) return false;
  const nominated = marks?.nominatedSecondsAgo?.[node.name];
  if (nominated !== undefined && nominated < nominationSeconds) return false;
  if (node.node.metadata.annotations?.[annotationKeys.doNotDisrupt] === "true") return false;
  const name = node.labels[labelKeys.nodePool];
  if (name === undefined || !pools.has(name)) return false;
  const yieldsInTime = how === "eventual" && node.claim.spec.terminationGracePeriod !== undefined;
  return yieldsInTime || arePodsDisruptable(node, context);
}

function arePodsDisruptable(node: StateNode, { state, budgets, nowMs }: CandidateContext): boolean {
  const pods = podsOn(node, state);
  if (!pods.every((pod) => isDisruptable(pod, nowMs))) return false;
  return pods.every((pod) => blockedBy(pod, budgets, "zero-disruptions", nowMs).length === 0);
}

/** All pods bound to the node, finished ones too. */
export function podsOn(node: StateNode, state: Pick<ClusterState, "podsByNode">): readonly Pod[] {
  return node.node === undefined ? [] : (state.podsByNode.get(node.node.metadata.name) ?? []);
}

/** Pods of a candidate that would have to find another home now. */
export function movingPods(
  node: StateNode,
  { state, budgets, nowMs }: Pick<CandidateContext, "state" | "budgets" | "nowMs">,
): Pod[] {
  return podsOn(node, state).filter((pod) => isReschedulable(pod) && isCurrentlyReschedulable(pod, budgets, nowMs));
}
