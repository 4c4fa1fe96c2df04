// Mirrors pkg/utils/pdb/pdb.go of karpenter v1.14.1.
import type { Labels, Pod, PodDisruptionBudget } from "../kube/objects.ts";
import { isDisruptable, isEvictable, isReschedulable, type PodMoment } from "./pod-predicates.ts";

/** PodDisruptionBudgets as Karpenter weighs them (`pkg/utils/pdb/pdb.go`). */
export interface BudgetRule {
  readonly namespace: string;
  readonly name: string;
  readonly matches: (labels: Labels | undefined) => boolean;
  readonly disruptionsAllowed: number;
  readonly isFullyBlocking: boolean;
  readonly sparesUnhealthy: boolean;
}

/** Turns a selector into a test of labels; one that cannot be read selects nothing. */
export type SelectorReader = (
  selector: PodDisruptionBudget["spec"]["selector"],
) => (labels: Labels | undefined) => boolean;

/** Budgets in the form that is asked again and again. */
export function disruptionBudgetRules(
  budgets: readonly PodDisruptionBudget[],
  read: SelectorReader,
): readonly BudgetRule[] {
  return budgets.map(({ metadata, spec, status }) => ({
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    matches: read(spec.selector),
    disruptionsAllowed: status?.disruptionsAllowed ?? 0,
    // Only these spellings count; `minAvailable` as a number never does.
    isFullyBlocking: spec.maxUnavailable === 0 || spec.maxUnavailable === "0%" || spec.minAvailable === "100%",
    sparesUnhealthy: spec.unhealthyPodEvictionPolicy === "AlwaysAllow",
  }));
}

/** Whether a budget that allows nothing just now counts, or only one that never will. */
export type Blocking = "zero-disruptions" | "fully-blocking";

/** Names of the budgets that keep the pod where it is; empty when it may go. */
export function blockedBy(
  pod: Pod,
  rules: readonly BudgetRule[],
  mode: Blocking,
  moment: PodMoment,
): readonly string[] {
  if (!isEvictable(pod, moment)) return [];
  const { namespace = "", labels } = pod.metadata;
  const matching = rules.filter((rule) => rule.namespace === namespace && rule.matches(labels));
  const names = matching.map(({ name }) => name);
  const [rule] = matching;
  if (rule === undefined) return [];
  if (matching.length > 1) return names;
  if (rule.sparesUnhealthy && isUnready(pod)) return [];
  const blocks = mode === "zero-disruptions" ? rule.disruptionsAllowed === 0 : rule.isFullyBlocking;
  return blocks ? names : [];
}

function isUnready(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "False") ?? false;
}

/** The pod can be moved now: neither an annotation nor a budget that never yields keeps it. */
export function isCurrentlyReschedulable(pod: Pod, rules: readonly BudgetRule[], moment: PodMoment): boolean {
  return (
    isReschedulable(pod) && isDisruptable(pod, moment) && blockedBy(pod, rules, "fully-blocking", moment).length === 0
  );
}
