// Mirrors framework/preemption/preemption.go of kube-scheduler 1.35.
import type { PodDisruptionBudget } from "../../kube/objects.ts";
import type { Facts } from "../cluster/facts.ts";
import type { PodInfo } from "../pods/registry.ts";
import { readSelector, type Selector } from "../pods/selectors.ts";

/** A PodDisruptionBudget as preemption reads it. */
export interface OpenBudget {
  readonly namespace: string;
  readonly selector: Selector;
  readonly allowed: number;
  /** Names of pods whose eviction the API server has counted already. */
  readonly disrupted: ReadonlySet<string>;
}

// Objects never change: each budget is read once.
const known = new WeakMap<PodDisruptionBudget, OpenBudget>();

/** All budgets that cover something, as they are now. */
export function budgetsIn(facts: Facts): readonly OpenBudget[] {
  return Array.from(facts.all("poddisruptionbudgets"), openBudget).filter(({ selector }) => !selector.isEmpty);
}

function openBudget(budget: PodDisruptionBudget): OpenBudget {
  const read = known.get(budget);
  if (read !== undefined) return read;
  const { metadata, spec, status } = budget;
  const made: OpenBudget = {
    namespace: metadata.namespace ?? "",
    selector: readSelector(spec.selector),
    allowed: status?.disruptionsAllowed ?? 0,
    disrupted: new Set(Object.keys(status?.disruptedPods ?? {})),
  };
  known.set(budget, made);
  return made;
}

/**
 * Sorts pods into those whose going would violate a budget and others, in the order given: each takes one from what its budgets allow, and
 * who takes one too many violates (default_preemption.go, `filterPodsWithPDBViolation`). Budgets forbid nothing here.
 */
export function byViolation(
  pods: readonly PodInfo[],
  budgets: readonly OpenBudget[],
): { readonly violating: readonly PodInfo[]; readonly others: readonly PodInfo[] } {
  if (budgets.length === 0) return { violating: [], others: pods };
  const left = budgets.map(({ allowed }) => allowed);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) {
    const { namespace, labels } = info.shape;
    let violates = false;
    if (Object.keys(labels).length > 0)
      budgets.forEach((budget, at) => {
        if (budget.namespace !== namespace || !budget.selector.matches(labels)) return;
        if (budget.disrupted.has(info.pod.metadata.name)) return;
        const rest = (left[at] ?? 0) - 1;
        left[at] = rest;
        if (rest < 0) violates = true;
      });
    (violates ? violating : others).push(info);
  }
  return { violating, others };
}
