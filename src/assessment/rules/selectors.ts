import type { Finding, Patch } from "../../findings/finding.ts";
import { awsLabels, labelKeys } from "../../karpenter/labels.ts";
import { requirementProblems } from "../../karpenter/requirement-validation.ts";
import { objectAt, plainOf } from "../../kube/json.ts";
import type { LabelSelectorRequirement } from "../../kube/objects.ts";
import { isFargateNode, isKarpenterNode } from "../../kube/node.ts";
import type { Facts } from "../facts.ts";
import { changeSpec, withPatch } from "../patches.ts";
import { found, type AssessmentRule } from "../rule.ts";
import { alternativesOf, needsLabel, unavoidable, written } from "../../kube/node-requirements.ts";
import type { WorkloadFacts } from "../workload.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

const eksPrefix = "eks.amazonaws.com/";
const eksctlPrefix = "alpha.eksctl.io/";

const groupLabels: AssessmentRule = {
  codes: ["DV1011", "DV1012"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      const findings: Finding[] = [];
      const eks = unavoidable(one.spec, (it) => needsLabel(it) && isEksLabel(it));
      if (eks.length > 0) {
        const data = { workload: one.title, selectors: eks.map(written), instead: insteadOf(one, eks) };
        findings.push(found("DV1011", one.subject, data));
      }
      const eksctl = unavoidable(one.spec, (it) => needsLabel(it) && it.key.startsWith(eksctlPrefix));
      if (eksctl.length > 0) {
        findings.push(found("DV1012", one.subject, { workload: one.title, selectors: eksctl.map(written) }));
      }
      return findings;
    }),
};

// Pods that ask for Fargate stay on Fargate: nodes do not concern them.
function isEksLabel(requirement: LabelSelectorRequirement): boolean {
  if (!requirement.key.startsWith(eksPrefix)) return false;
  return !(requirement.key === `${eksPrefix}compute-type` && requirement.values?.includes("fargate") === true);
}

function insteadOf(workload: WorkloadFacts, selectors: readonly LabelSelectorRequirement[]): string {
  const capacity = selectors.find((one) => one.key === `${eksPrefix}capacityType`);
  if (capacity !== undefined && selectors.length === 1) {
    const values = (capacity.values ?? []).map((value) => (value === "SPOT" ? "spot" : "on-demand"));
    const wanted = values.join(" or ");
    return `when ${workload.title} moves, select karpenter.sh/capacity-type: ${wanted} (today's nodes do not have that label)`;
  }
  const forNow =
    "`dovetail translate --keep-group-label --out FOLDER`, then `dovetail install --manifests FOLDER`, keeps it for now";
  const own = "have a NodePool set the label in spec.template.metadata.labels, or select a label of your own";
  return selectors.some((one) => one.key === `${eksPrefix}nodegroup`) ? `${own}; ${forNow}` : own;
}

const deprecated: AssessmentRule = {
  codes: ["DV1014"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      const uses = alternativesOf(one.spec)
        .flat()
        .filter((it) => deprecatedLabels.has(it.key));
      if (uses.length === 0) return [];
      const instead = [...new Set(uses.map((it) => deprecatedLabels.get(it.key) ?? it.key))];
      const selectors = [...new Set(uses.map(written))];
      return [found("DV1014", one.subject, { workload: one.title, selectors, instead }, withPatch(renamed(one)))];
    }),
};

/** Node selectors under their new names, where all uses are there: the same nodes carry both labels. */
function renamed(workload: WorkloadFacts): Patch | undefined {
  const selector = Object.entries(workload.spec.nodeSelector ?? {}).filter(([key]) => deprecatedLabels.has(key));
  const all = alternativesOf(workload.spec)
    .flat()
    .filter((it) => deprecatedLabels.has(it.key));
  if (selector.length === 0 || all.length !== selector.length) return undefined;
  const nodeSelector = Object.fromEntries(
    selector.flatMap(([key, value]) => [
      [key, null],
      [deprecatedLabels.get(key) ?? key, value],
    ]),
  );
  return changeSpec(workload, { nodeSelector });
}

const deprecatedLabels = new Map([...awsLabels.normalized].filter(([alias]) => !alias.startsWith("topology.")));

const oneNode: AssessmentRule = {
  codes: ["DV1015"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      if (one.kind === "DaemonSet") return [];
      // Any operator, in any term: even NotIn makes Karpenter refuse the pod.
      const named = alternativesOf(one.spec)
        .flat()
        .filter((it) => it.key === labelKeys.hostname);
      const selectors = [...new Set(named.map(written))];
      return selectors.length === 0 ? [] : [found("DV1015", one.subject, { workload: one.title, selectors })];
    }),
};

const away: AssessmentRule = {
  codes: ["DV1050"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      // Karpenter's own controller does so on purpose, and DaemonSets choose their nodes.
      const isOwn = facts.karpenters.some((it) => one.subject === `Deployment/${it.namespace}/${it.name}`);
      if (isOwn || one.kind === "DaemonSet") return [];
      const kept = unavoidable(one.spec, (it) => it.key === labelKeys.nodePool && it.operator === "DoesNotExist");
      return kept.length === 0
        ? []
        : [found("DV1050", one.subject, { workload: one.title, selectors: kept.map(written) })];
    }),
};

const refused: AssessmentRule = {
  codes: ["DV1016"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      const problems = one.kind === "DaemonSet" ? [] : refusalsOf(one);
      return problems.length === 0 ? [] : [found("DV1016", one.subject, { workload: one.title, problems })];
    }),
};

/** Unlike the scheduler, Karpenter refuses a pod when any of its required terms is invalid (provisioner.go: validateAffinity). */
function refusalsOf(workload: WorkloadFacts): readonly string[] {
  const terms =
    workload.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const problems = alternativesOf(workload.spec)
    .flat()
    .filter((it) => it.key !== labelKeys.hostname)
    .flatMap((it) => requirementProblems(it, awsLabels));
  if (terms.some((term) => (term.matchFields ?? []).length > 0))
    problems.push("required node affinity uses matchFields");
  return [...new Set(problems)];
}

const types: AssessmentRule = {
  codes: ["DV1046"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      if (one.kind === "DaemonSet") return [];
      const named = unavoidable(one.spec, (it) => instanceTypeKeys.has(it.key) && it.operator === "In");
      return named.length === 0
        ? []
        : [found("DV1046", one.subject, { workload: one.title, selectors: named.map(written) })];
    }),
};

const instanceTypeKeys = new Set([labelKeys.instanceType, "beta.kubernetes.io/instance-type"]);

const customLabels: AssessmentRule = {
  codes: ["DV1013"],
  needs: [workloadNeeds, ["nodes", "account.nodegroups"]],
  betterWith: ["nodes", "account.nodegroups"],
  check: (facts) => {
    const providers = providersOf(facts);
    const kept = labelsOfPools(facts);
    return facts.workloads.flatMap((one) => {
      const groups = new Set<string>();
      const custom = unavoidable(one.spec, (it) => {
        if (!needsLabel(it) || !isCustom(it.key)) return false;
        const isKept =
          it.operator === "In" ? (it.values ?? []).some((value) => kept.has(`${it.key}=${value}`)) : kept.has(it.key);
        if (isKept) return false;
        const known = providersFor(providers, it);
        for (const group of known) groups.add(group);
        return known.length > 0;
      });
      if (custom.length === 0) return [];
      const data = { workload: one.title, selectors: custom.map(written), nodeGroups: [...groups].sort() };
      return [found("DV1013", one.subject, data)];
    });
  },
};

/** Labels that neither Kubernetes, a cloud provider nor Karpenter puts on every node. */
function isCustom(key: string): boolean {
  if (awsLabels.wellKnown.has(key) || awsLabels.normalized.has(key) || key === labelKeys.hostname) return false;
  const domain = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
  return !managedDomains.some((one) => domain === one || domain.endsWith(`.${one}`));
}

const managedDomains = ["eks.amazonaws.com", "alpha.eksctl.io", "karpenter.sh", "karpenter.k8s.aws", "k8s.aws"];

/** `key=value` and `key` of every label that a NodePool gives its nodes: what is kept already is no trap. */
function labelsOfPools(facts: Facts): ReadonlySet<string> {
  const pools = facts.objects.nodepools ?? [];
  const labels = pools.flatMap((pool) =>
    Object.entries(objectAt(plainOf(pool), "spec", "template", "metadata", "labels")),
  );
  return new Set(labels.flatMap(([key, value]) => (typeof value === "string" ? [key, `${key}=${value}`] : [])));
}

/** Node groups by the label `key=value` that their nodes carry. */
function providersOf(facts: Facts): ReadonlyMap<string, ReadonlySet<string>> {
  const map = new Map<string, Set<string>>();
  const add = (key: string, value: string, group: string): void => {
    for (const id of [`${key}=${value}`, key]) {
      const known = map.get(id);
      if (known === undefined) map.set(id, new Set([group]));
      else known.add(group);
    }
  };
  for (const group of facts.nodeGroups) {
    for (const [key, value] of Object.entries(group.labels)) add(key, value, group.name);
  }
  for (const node of facts.nodes) {
    if (isFargateNode(node) || isKarpenterNode(node)) continue;
    const group = facts.groupOfNode.get(node.metadata.name)?.name ?? `node ${node.metadata.name}`;
    for (const [key, value] of Object.entries(node.metadata.labels ?? {})) if (isCustom(key)) add(key, value, group);
  }
  return map;
}

function providersFor(map: ReadonlyMap<string, ReadonlySet<string>>, it: LabelSelectorRequirement): readonly string[] {
  const ids = it.operator === "In" ? (it.values ?? []).map((value) => `${it.key}=${value}`) : [it.key];
  return ids.flatMap((id) => [...(map.get(id) ?? [])]);
}

/** Node selectors and required node affinity. */
export const selectorRules: readonly AssessmentRule[] = [
  groupLabels,
  customLabels,
  deprecated,
  oneNode,
  away,
  refused,
  types,
];
