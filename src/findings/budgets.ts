import { shellWord } from "../kube/text.ts";
import { defineFindings } from "./finding.ts";

interface AboutBudget {
  /** `namespace/name` */
  readonly budget: string;
}

/** What PodDisruptionBudgets do to a cut-over. */
export const budgetFindings = defineFindings({
  DV1001: {
    severity: "error",
    title: "a PodDisruptionBudget never allows a disruption",
    why: "Every eviction is refused: neither the migration nor Karpenter can empty the node under such a pod.",
    say: (
      d: AboutBudget & {
        readonly rule: string;
        readonly pods: number;
        readonly scaler?: string;
        readonly cleaner?: string;
      },
    ) =>
      `PodDisruptionBudget ${d.budget} has ${d.rule} over ${d.pods} ${d.pods === 1 ? "pod" : "pods"}${d.scaler === undefined ? "" : ` (as many as ${d.scaler} keeps)`} and so allows no disruption, ever${d.cleaner === undefined ? "" : `; ${d.cleaner} answers a refused eviction with a rolling restart, so a drain ends all the same, but Karpenter does not consider the node`}`,
    fix: (d: AboutBudget & { readonly change: string }) => d.change,
    more: "Computed as the disruption controller does, with the number of pods that their controllers want. `maxUnavailable: 0` and `minAvailable` equal to the number of replicas are the usual forms. A budget like this stops a drain for as long as it exists: `kubectl drain` repeats the eviction for ever, and Karpenter does not even consider the node.",
  },
  DV1002: {
    severity: "error",
    title: "several PodDisruptionBudgets select the same pod",
    why: "The Eviction API answers 500 for such a pod whatever the budgets say, and Karpenter treats it as blocked for ever.",
    say: (d: { readonly budgets: readonly string[]; readonly pods: number; readonly workload: string }) =>
      `${d.workload}: ${d.pods} ${d.pods === 1 ? "pod is" : "pods are"} selected by ${d.budgets.length} PodDisruptionBudgets (${d.budgets.join(", ")})`,
    fix: (d: { readonly budgets: readonly string[] }) =>
      `keep one of ${d.budgets.join(", ")} and delete the others, or narrow their selectors until no pod matches two`,
    more: "Overlap is decided by selectors, not by names: a budget with an empty selector (`{}`) covers every pod of its namespace.",
  },
  DV1004: {
    severity: "warning",
    title: "a PodDisruptionBudget allows no disruption at the moment",
    why: "It would allow one if its pods were healthy; until they are, evictions are refused and a drain waits.",
    say: (d: AboutBudget & { readonly healthy: number; readonly desired: number; readonly expected: number }) =>
      `PodDisruptionBudget ${d.budget} has ${d.healthy} healthy of ${d.expected} pods and wants ${d.desired}`,
    fix: (d: AboutBudget & { readonly selector: string }) =>
      `find out why pods are not ready: \`kubectl get pods -n ${shellWord(d.budget.split("/")[0] ?? "")} -l ${shellWord(d.selector)}\``,
  },
  DV1005: {
    severity: "error",
    title: "a PodDisruptionBudget's percentage rounds to no disruption",
    why: "Percentages of pods round up, so with this few pods the budget never allows an eviction and the node cannot be drained.",
    say: (d: AboutBudget & { readonly rule: string; readonly pods: number; readonly desired: number }) =>
      `PodDisruptionBudget ${d.budget}: ${d.rule} of ${d.pods} ${d.pods === 1 ? "pod" : "pods"} rounds up to ${d.desired}, which leaves none to disrupt`,
    fix: (d: AboutBudget & { readonly change: string }) => d.change,
    more: "`minAvailable: 90%` of 3 pods is 2.7, which rounds up to 3. `maxUnavailable` as a percentage rounds up too, so any value above 0% allows at least one disruption.",
  },
  DV1006: {
    severity: "warning",
    title: "unready pods hold their node because their budget guards them",
    why: "Without `unhealthyPodEvictionPolicy: AlwaysAllow` a pod that is not ready may only be evicted while the budget is satisfied without it.",
    say: (d: AboutBudget & { readonly unready: number }) =>
      `PodDisruptionBudget ${d.budget} guards ${d.unready} ${d.unready === 1 ? "pod that is" : "pods that are"} not ready`,
    fix: (d: AboutBudget) =>
      `set spec.unhealthyPodEvictionPolicy: AlwaysAllow on ${d.budget}, so that pods which do not serve anyway can be moved`,
  },
  DV1040: {
    severity: "info",
    title: "a PodDisruptionBudget selects no pod",
    why: "It protects nothing; often its labels were renamed and the pods it was written for go unprotected through the cut-over.",
    say: (d: AboutBudget & { readonly selector: string }) =>
      `PodDisruptionBudget ${d.budget} selects no pod (${d.selector})`,
    fix: (d: AboutBudget) => `correct the selector of ${d.budget}, or delete it`,
  },
  DV1042: {
    severity: "error",
    title: "the percentage or number of a PodDisruptionBudget cannot be computed",
    why: "The disruption controller sets such a budget to allow nothing, so every eviction is refused.",
    say: (d: AboutBudget & { readonly problem: string }) => `PodDisruptionBudget ${d.budget}: ${d.problem}`,
    fix: (d: AboutBudget & { readonly change: string }) => d.change,
    more: "A percentage, and any `maxUnavailable`, needs the number of replicas that a controller wants. Pods without a controller, or with a controller without a scale subresource, have none: use an integer `minAvailable` for them.",
  },
  DV1047: {
    severity: "warning",
    title: "a PodDisruptionBudget becomes impossible when the autoscaler shrinks its workload",
    why: "At the lower bound of its HorizontalPodAutoscaler the workload has as many pods as the budget wants healthy, so drains stall at quiet hours.",
    say: (d: AboutBudget & { readonly workload: string; readonly min: number; readonly rule: string }) =>
      `PodDisruptionBudget ${d.budget} has ${d.rule}; ${d.workload} may be scaled down to ${d.min}`,
    fix: (d: AboutBudget & { readonly min: number }) =>
      `use maxUnavailable: 1 in ${d.budget}, or raise minReplicas above ${d.min}`,
  },
});
