import { ofTotal } from "../kube/budget.ts";
import type { Pod, PodDisruptionBudget } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { compileSelector } from "../kube/selector.ts";
import type { WorkloadFacts } from "./workload.ts";

/** A PodDisruptionBudget with the pods it guards and what it allows, computed as the disruption controller computes it. */
export interface BudgetFacts {
  readonly budget: PodDisruptionBudget;
  /** `namespace/name` */
  readonly name: string;
  readonly subject: string;
  /** `minAvailable: 2` as written. */
  readonly rule: string;
  /** Active pods that the selector matches; empty when pods were not read. */
  readonly pods: readonly Pod[];
  /** Workloads with such pods, or whose template matches where pods were not read. */
  readonly workloads: readonly WorkloadFacts[];
  readonly allowance: BudgetAllowance;
}

/** How many pods a budget lets go while all are healthy. */
export type BudgetAllowance =
  | {
      readonly kind: "known";
      /** Pods the controller expects. */
      readonly expected: number;
      readonly desiredHealthy: number;
      /** expected − desired, never negative. */
      readonly disruptions: number;
    }
  /** The controller cannot compute it and allows nothing. */
  | { readonly kind: "failed"; readonly problem: string }
  /** Owners were not read, so it cannot be said from outside. */
  | { readonly kind: "unknown" };

/** Every budget of the cluster, by namespace and name. */
export function budgetsOf(objects: ClusterObjects, workloads: readonly WorkloadFacts[]): readonly BudgetFacts[] {
  const index = new GuardedIndex(workloads, objects.pods !== undefined);
  const budgets = (objects.poddisruptionbudgets ?? []).map((budget) => budgetFacts(budget, index));
  return budgets.sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
}

function budgetFacts(budget: PodDisruptionBudget, index: GuardedIndex): BudgetFacts {
  const namespace = budget.metadata.namespace ?? "default";
  const guarded = index.guardedBy(budget, namespace);
  const pods = guarded.flatMap((one) => one.pods);
  return {
    budget,
    name: `${namespace}/${budget.metadata.name}`,
    subject: `PodDisruptionBudget/${namespace}/${budget.metadata.name}`,
    rule: ruleOf(budget),
    pods,
    workloads: guarded.map((one) => one.workload),
    allowance: allowanceOf(budget, guarded, index.hasPods),
  };
}

interface Guarded {
  readonly workload: WorkloadFacts;
  readonly pods: readonly Pod[];
}

function ruleOf(budget: PodDisruptionBudget): string {
  const { maxUnavailable, minAvailable } = budget.spec;
  if (maxUnavailable !== undefined) return `maxUnavailable: ${maxUnavailable}`;
  return minAvailable === undefined ? "no rule" : `minAvailable: ${minAvailable}`;
}

/** Expected pods and desired healthy ones (Kubernetes 1.32, pkg/controller/disruption: getExpectedPodCount). */
function allowanceOf(budget: PodDisruptionBudget, guarded: readonly Guarded[], hasPods: boolean): BudgetAllowance {
  const { maxUnavailable, minAvailable } = budget.spec;
  const count = guarded.reduce((sum, one) => sum + steadySize(one, hasPods), 0);
  if (maxUnavailable === undefined && typeof minAvailable === "number") return known(count, minAvailable);
  // A budget with neither field: the API server admits it, and the controller then wants no pod healthy of none expected.
  const rule = maxUnavailable ?? minAvailable;
  if (rule === undefined) return known(0, 0);
  const scale = expectedScale(guarded);
  if (typeof scale !== "number") return scale;
  const scaled = ofTotal(rule, scale);
  if (scaled === undefined) return { kind: "failed", problem: `\`${rule}\` is neither a number nor a percentage` };
  return known(scale, maxUnavailable === undefined ? scaled : Math.max(0, scale - scaled));
}

/**
 * Pods once a roll-out is over. The controller counts those that exist at the moment; whether a budget is impossible is asked of the steady
 * state, or every rolling update would hide it.
 */
function steadySize({ workload, pods }: Guarded, hasPods: boolean): number {
  if (!hasPods) return workload.replicas ?? 0;
  const isWhole = pods.length === workload.pods.length;
  return isWhole && workload.replicas !== undefined ? workload.replicas : pods.length;
}

function known(expected: number, desiredHealthy: number): BudgetAllowance {
  const disruptions = expected <= 0 ? 0 : Math.max(0, expected - desiredHealthy);
  return { kind: "known", expected, desiredHealthy, disruptions };
}

/** The sum of what controllers want. Pods without a controller do not count; a controller without a scale fails the whole budget. */
function expectedScale(guarded: readonly Guarded[]): number | BudgetAllowance {
  let sum = 0;
  for (const { workload } of guarded) {
    if (workload.kind === "Pod") continue;
    if (unscaled.has(workload.kind)) {
      return {
        kind: "failed",
        problem: `pods of ${workload.title} have a controller without a scale, so ${workload.kind}s need an integer minAvailable`,
      };
    }
    if (workload.replicas === undefined) return { kind: "unknown" };
    sum += workload.replicas;
  }
  return sum;
}

const unscaled = new Set(["DaemonSet", "Job", "CronJob"]);

/** Finds matching pods by their most telling label instead of asking every pod of the namespace. */
class GuardedIndex {
  readonly hasPods: boolean;
  readonly #byNamespace = new Map<string, WorkloadFacts[]>();
  readonly #byLabel = new Map<string, Set<WorkloadFacts>>();

  constructor(workloads: readonly WorkloadFacts[], hasPods: boolean) {
    this.hasPods = hasPods;
    for (const workload of workloads) {
      const list = this.#byNamespace.get(workload.namespace);
      if (list === undefined) this.#byNamespace.set(workload.namespace, [workload]);
      else list.push(workload);
      for (const labels of hasPods ? workload.pods.map((pod) => pod.metadata.labels ?? {}) : [workload.labels]) {
        for (const key in labels) this.#label(`${workload.namespace}/${key}=${labels[key] ?? ""}`, workload);
      }
    }
  }

  #label(key: string, workload: WorkloadFacts): void {
    const known = this.#byLabel.get(key);
    if (known === undefined) this.#byLabel.set(key, new Set([workload]));
    else known.add(workload);
  }

  guardedBy(budget: PodDisruptionBudget, namespace: string): Guarded[] {
    const selector = budget.spec.selector;
    const compiled = compileSelector(selector);
    if (selector === undefined || !compiled.ok) return [];
    const first = Object.entries(selector.matchLabels ?? {})[0];
    const candidates =
      first === undefined
        ? (this.#byNamespace.get(namespace) ?? [])
        : [...(this.#byLabel.get(`${namespace}/${first[0]}=${first[1]}`) ?? [])];
    return candidates.flatMap((workload) => {
      if (!this.hasPods) return compiled.matches(workload.labels) ? [{ workload, pods: [] }] : [];
      const pods = workload.pods.filter((pod) => compiled.matches(pod.metadata.labels));
      return pods.length === 0 ? [] : [{ workload, pods }];
    });
  }
}
