import { type BudgetIndex, evictability, indexBudgets } from "../kube/budget.ts";
import type { Pod } from "../kube/objects.ts";
import { indexOwners, describeOwner } from "../kube/owners.ts";
import { annotation, isBare, nameOf, protectionAnnotations } from "../kube/pod.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Evictions } from "./types.ts";

/** Pods that must move to get there, and those that will not without consent or a change. */
export function evictionsOf(snapshot: Snapshot, pods: readonly Pod[]): Evictions {
  const bound = pods.filter((pod) => (pod.spec.nodeName ?? "") !== "");
  const budgets = indexBudgets(snapshot.objects.poddisruptionbudgets ?? [], bound);
  const owners = indexOwners(snapshot.objects);
  const blocked = bound.flatMap((pod) => {
    const reason = blockOf(pod, budgets);
    return reason === undefined ? [] : [{ pod: nameOf(pod), owner: describeOwner(pod, owners), reason }];
  });
  return { pods: bound.length, blocked };
}

function blockOf(pod: Pod, budgets: BudgetIndex): string | undefined {
  if (annotation(pod, protectionAnnotations.doNotDisrupt) === "true") return "annotated karpenter.sh/do-not-disrupt";
  if (annotation(pod, protectionAnnotations.safeToEvict) === "false") return "annotated safe-to-evict: false";
  if (isBare(pod)) return "bare pod: nothing would make it again";
  const answer = evictability(pod, budgets.budgetsOf(pod));
  if (answer.kind === "impossible")
    return `${answer.budgets.length} PodDisruptionBudgets cover it: eviction always fails`;
  if (answer.kind === "blocked") return `PodDisruptionBudget ${answer.budget.metadata.name}: ${answer.reason}`;
  return undefined;
}
