import { labelKeys } from "../../karpenter/labels.ts";
import type { PodSpec } from "../../kube/objects.ts";
import type { Facts } from "../facts.ts";
import { isCarried } from "../node-pools.ts";
import { found, type AssessmentRule } from "../rule.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

const unknownKeys: AssessmentRule = {
  codes: ["DV1051"],
  needs: [workloadNeeds, "node pools"],
  betterWith: allWorkloads,
  check: (facts) => {
    const pools = facts.nodePools ?? [];
    return facts.workloads.flatMap((one) => {
      if (one.kind === "DaemonSet" || one.replicas === 0) return [];
      const rules = hardTopologies(one.spec).filter(({ key }) => !isCarried(pools, key));
      if (rules.length === 0) return [];
      const terms = [...new Set(rules.map(({ kind, key }) => `${kind} over ${key}`))];
      const instead = [...new Set(rules.map(({ key }) => insteadOf(key)))];
      return [found("DV1051", one.subject, { workload: one.title, terms, instead })];
    });
  },
};

/** What must hold, and so keeps a pod pending where no node of Karpenter's has a value for the key. */
function hardTopologies(spec: PodSpec): readonly { readonly kind: string; readonly key: string }[] {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return [
    ...(spec.topologySpreadConstraints ?? [])
      .filter((it) => it.whenUnsatisfiable !== "ScheduleAnyway")
      .map((it) => ({ kind: "spread", key: it.topologyKey })),
    ...(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((it) => ({
      kind: "required affinity",
      key: it.topologyKey,
    })),
    ...(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((it) => ({
      kind: "required anti-affinity",
      key: it.topologyKey,
    })),
  ];
}

function insteadOf(key: string): string {
  if (key.startsWith("failure-domain.beta.kubernetes.io/")) {
    return `use ${key.replace("failure-domain.beta.kubernetes.io", "topology.kubernetes.io")} in place of ${key}`;
  }
  if (key === "eks.amazonaws.com/nodegroup" || key === "alpha.eksctl.io/nodegroup-name") {
    const forNow = "`dovetail translate --keep-group-label` keeps it for now";
    return `use ${labelKeys.nodePool} or a label of the NodePools in place of ${key}; ${forNow}`;
  }
  if (key === "beta.kubernetes.io/instance-type") return `use ${labelKeys.instanceType} in place of ${key}`;
  return `have the NodePools set ${key} in spec.template.metadata.labels, or use a label that their nodes have`;
}

const lowDaemons: AssessmentRule = {
  codes: ["DV1053"],
  needs: ["daemonsets", "priorityclasses"],
  check: (facts) => {
    const usual = priorityOf(facts, undefined);
    return facts.workloads.flatMap((one) => {
      if (one.kind !== "DaemonSet") return [];
      const priority = one.spec.priority ?? priorityOf(facts, one.spec.priorityClassName);
      return priority === undefined || usual === undefined || priority >= usual
        ? []
        : [found("DV1053", one.subject, { workload: one.title, priority, usual })];
    });
  },
};

/** Of a class by its name; without a name that of the default class, else 0. Undefined for a class that was not read. */
function priorityOf({ objects }: Facts, name: string | undefined): number | undefined {
  if (name === "system-node-critical" || name === "system-cluster-critical") return 2_000_000_000;
  const classes = objects.priorityclasses ?? [];
  if (name !== undefined) return classes.find((one) => one.metadata.name === name)?.value;
  return classes.find((one) => one.globalDefault === true)?.value ?? 0;
}

/** Topology keys that Karpenter's nodes lack, and DaemonSets that others push aside. */
export const topologyRules: readonly AssessmentRule[] = [unknownKeys, lowDaemons];
