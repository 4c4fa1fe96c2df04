import type { Finding, Patch } from "../../findings/finding.ts";
import { ofTotal } from "../../kube/budget.ts";
import type { JsonObject, PodDisruptionBudget } from "../../kube/objects.ts";
import { isReady, isSynthesised } from "../../kube/pod.ts";
import { numberAt, textAt, plainOf } from "../../kube/json.ts";
import type { BudgetFacts } from "../budget.ts";
import type { Facts } from "../facts.ts";
import { found, type AssessmentRule } from "../rule.ts";
import type { WorkloadFacts } from "../workload.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

const allowance: AssessmentRule = {
  codes: ["DV1001", "DV1005", "DV1042"],
  needs: ["poddisruptionbudgets", workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) => {
    const cleaner = facts.workloads.find(isDrainCleaner)?.title;
    return facts.budgets.flatMap((one) => judgeAllowance(one, cleaner));
  },
};

/** Strimzi's webhook that turns evictions of Kafka's pods into rolling restarts. */
function isDrainCleaner({ kind, spec }: WorkloadFacts): boolean {
  return (
    kind === "Deployment" && spec.containers.some(({ image }) => image?.includes("strimzi/drain-cleaner") === true)
  );
}

function isOfStrimzi({ metadata: { labels = {}, ownerReferences = [] } }: PodDisruptionBudget): boolean {
  return (
    labels["strimzi.io/cluster"] !== undefined ||
    ownerReferences.some((one) => one.apiVersion.startsWith("kafka.strimzi.io/"))
  );
}

function judgeAllowance(one: BudgetFacts, cleaner: string | undefined): Finding[] {
  const { allowance: allowed, budget, name, rule, subject } = one;
  if (one.workloads.length === 0 || allowed.kind === "unknown") return [];
  const number = integerInstead(one);
  if (allowed.kind === "failed") {
    return [found("DV1042", subject, { budget: name, problem: allowed.problem, change: number.change })];
  }
  if (allowed.disruptions > 0) return [];
  if (allowed.expected === 0) {
    if (one.pods.length === 0) return [];
    const problem = `\`${rule}\` counts pods of controllers, and its ${one.pods.length} pods have none`;
    return [found("DV1042", subject, { budget: name, problem, change: number.change })];
  }
  const change = `set maxUnavailable: 1 in place of ${rule} on ${name}`;
  const patch = patchOf(budget, { minAvailable: null, maxUnavailable: 1 });
  const { expected: pods, desiredHealthy: desired } = allowed;
  const isPercent = typeof budget.spec.minAvailable === "string" && budget.spec.minAvailable !== "100%";
  return isPercent && budget.spec.maxUnavailable === undefined
    ? [found("DV1005", subject, { budget: name, rule, pods, desired, change }, { patch })]
    : [
        found(
          "DV1001",
          subject,
          {
            budget: name,
            rule,
            pods,
            change,
            ...scalerOf(one),
            ...(cleaner === undefined || !isOfStrimzi(budget) ? {} : { cleaner }),
          },
          { patch },
        ),
      ];
}

function scalerOf({ workloads }: BudgetFacts): { readonly scaler?: string } {
  const [first, second] = workloads;
  return first?.scaler === undefined || second !== undefined ? {} : { scaler: first.scaler.title };
}

/** What to write where only a whole minAvailable can be computed: one less than there are. */
function integerInstead(one: BudgetFacts): { readonly change: string } {
  const pods = one.pods.length;
  return {
    change:
      pods > 1
        ? `set minAvailable: ${pods - 1} on ${one.name}`
        : `delete ${one.name}, or set an integer minAvailable below the number of pods`,
  };
}

const overlap: AssessmentRule = {
  codes: ["DV1002"],
  needs: ["poddisruptionbudgets", workloadNeeds],
  betterWith: ["pods"],
  check: (facts) =>
    facts.workloads.flatMap((workload) => {
      const { budgets, pods } = overlapOf(facts, workload);
      if (budgets.length < 2) return [];
      return [found("DV1002", workload.subject, { workload: workload.title, budgets, pods })];
    }),
};

function overlapOf(
  facts: Facts,
  workload: WorkloadFacts,
): { readonly budgets: readonly string[]; readonly pods: number } {
  const candidates = facts.budgetsOfWorkload.get(workload) ?? [];
  if (candidates.length < 2) return { budgets: [], pods: 0 };
  if (facts.objects.pods === undefined)
    return { budgets: candidates.map((one) => one.name), pods: workload.replicas ?? 0 };
  const several = workload.pods.filter((pod) => (facts.budgetsOfPod.get(pod)?.length ?? 0) > 1);
  const names = new Set(several.flatMap((pod) => (facts.budgetsOfPod.get(pod) ?? []).map((one) => one.name)));
  return { budgets: [...names].sort(), pods: several.length };
}

const health: AssessmentRule = {
  codes: ["DV1004", "DV1006"],
  needs: ["poddisruptionbudgets", "live pods"],
  check: (facts) => facts.budgets.flatMap(judgeHealth),
};

function judgeHealth(one: BudgetFacts): Finding[] {
  const { allowance: allowed, budget, name, pods, subject } = one;
  if (allowed.kind !== "known" || allowed.disruptions === 0 || pods.some(isSynthesised)) return [];
  const healthy = pods.filter(isReady).length;
  const { desiredHealthy: desired, expected } = allowed;
  if (healthy > desired) return [];
  const findings: Finding[] = [
    found("DV1004", subject, { budget: name, healthy, desired, expected, selector: selectorOf(budget) }),
  ];
  const unready = pods.filter((pod) => pod.spec.nodeName !== undefined && !isReady(pod)).length;
  // At exactly the desired number Kubernetes lets go of an unready pod; below it, only with AlwaysAllow.
  if (unready > 0 && healthy < desired && budget.spec.unhealthyPodEvictionPolicy !== "AlwaysAllow") {
    const patch = patchOf(budget, { unhealthyPodEvictionPolicy: "AlwaysAllow" });
    findings.push(found("DV1006", subject, { budget: name, unready }, { patch }));
  }
  return findings;
}

const idle: AssessmentRule = {
  codes: ["DV1040"],
  needs: ["poddisruptionbudgets", "live pods"],
  betterWith: ["deployments", "statefulsets"],
  check: (facts) =>
    facts.budgets.flatMap((one) => {
      if (one.workloads.length > 0 || isScaledToZero(facts, one)) return [];
      return [found("DV1040", one.subject, { budget: one.name, selector: selectorOf(one.budget) })];
    }),
};

function isScaledToZero(facts: Facts, one: BudgetFacts): boolean {
  const wanted = Object.entries(one.budget.spec.selector?.matchLabels ?? {});
  const namespace = one.budget.metadata.namespace ?? "default";
  return facts.workloads.some(
    (workload) =>
      workload.namespace === namespace &&
      workload.pods.length === 0 &&
      wanted.every(([key, value]) => workload.labels[key] === value),
  );
}

const shrinking: AssessmentRule = {
  codes: ["DV1047"],
  needs: ["poddisruptionbudgets", "horizontalpodautoscalers", workloadNeeds],
  check: (facts) =>
    (facts.objects.horizontalpodautoscalers ?? []).flatMap((scaler) => {
      const spec = plainOf(scaler)["spec"];
      const target = (field: string): string => textAt(spec, "scaleTargetRef", field) ?? "";
      const subject = `${target("kind")}/${scaler.metadata.namespace ?? "default"}/${target("name")}`;
      const workload = facts.workloadBySubject.get(subject);
      const min = numberAt(spec, "minReplicas") ?? 1;
      if (workload === undefined) return [];
      return (facts.budgetsOfWorkload.get(workload) ?? [])
        .filter((one) => one.workloads.length === 1 && becomesImpossible(one, min))
        .map((one) =>
          found("DV1047", one.subject, { budget: one.name, workload: workload.title, min, rule: one.rule }),
        );
    }),
};

function becomesImpossible(one: BudgetFacts, replicas: number): boolean {
  if (one.allowance.kind !== "known" || one.allowance.disruptions === 0) return false;
  const { maxUnavailable, minAvailable } = one.budget.spec;
  if (maxUnavailable !== undefined || minAvailable === undefined) return false;
  return (ofTotal(minAvailable, replicas) ?? 0) >= replicas;
}

function selectorOf(budget: PodDisruptionBudget): string {
  const selector = budget.spec.selector;
  if (selector === undefined) return "no selector";
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const rest = (selector.matchExpressions ?? []).map((one) =>
    `${one.key} ${one.operator} ${(one.values ?? []).join("|")}`.trim(),
  );
  const parts = [...labels, ...rest];
  return parts.length === 0 ? "{}" : parts.join(",");
}

function patchOf(budget: PodDisruptionBudget, spec: JsonObject): Patch {
  return {
    target: {
      apiVersion: budget.apiVersion,
      kind: budget.kind,
      namespace: budget.metadata.namespace ?? "default",
      name: budget.metadata.name,
    },
    type: "merge",
    body: { spec },
  };
}

/** PodDisruptionBudgets. */
export const budgetRules: readonly AssessmentRule[] = [allowance, overlap, health, idle, shrinking];
