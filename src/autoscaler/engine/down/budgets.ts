// Mirrors core/scaledown/pdb/basic.go of Cluster Autoscaler 1.36.1.
import type { Pod, PodDisruptionBudget } from "../../../kube/objects.ts";
import { nameOf } from "../../../kube/pod.ts";
import { compileSelector } from "../../../kube/selector.ts";

interface Budget {
  readonly namespace: string;
  readonly matches: (labels: Pod["metadata"]["labels"]) => boolean;
  allowed: number;
}

/** What disruption budgets leave while removals are simulated: each pod that moves takes one from each of its budgets (pdb/basic.go). */
export class RemainingBudgets {
  readonly #budgets: Budget[];

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.#budgets = budgets.map((one) => {
      const selector = compileSelector(one.spec.selector);
      return {
        namespace: one.metadata.namespace ?? "default",
        matches: selector.ok ? selector.matches : () => false,
        allowed: one.status?.disruptionsAllowed ?? 0,
      };
    });
  }

  #of(pod: Pod): readonly Budget[] {
    const namespace = pod.metadata.namespace ?? "default";
    return this.#budgets.filter((one) => one.namespace === namespace && one.matches(pod.metadata.labels));
  }

  /** Whether some budget covers the pod. */
  covers(pod: Pod): boolean {
    return this.#of(pod).length > 0;
  }

  /** Whether some budget of the pod has nothing left. */
  forbids(pod: Pod): boolean {
    return this.#of(pod).some(({ allowed }) => allowed < 1);
  }

  /** Whether all the pods could go at once (`CanRemovePods`, inParallel). */
  allowsTogether(pods: readonly Pod[]): boolean {
    const counts = new Map<Budget, number>();
    for (const pod of pods) for (const one of this.#of(pod)) counts.set(one, (counts.get(one) ?? 0) + 1);
    // A budget with nothing left makes the answer no as well.
    return [...counts].every(([{ allowed }, count]) => allowed >= count);
  }

  /** These pods move. */
  take(pods: readonly Pod[]): void {
    for (const pod of pods) for (const one of this.#of(pod)) one.allowed -= 1;
  }
}

/** `namespace/name` of pods, sorted. */
export function podNames(pods: readonly Pod[]): readonly string[] {
  return pods.map(nameOf).toSorted();
}
