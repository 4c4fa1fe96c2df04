import type { NodePool } from "../karpenter/api.ts";
import type { RequirementSpec } from "../karpenter/instance-type.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { manifestOf } from "./assemble.ts";
import { defined, listAt, objectAt, textAt } from "../kube/json.ts";
import type { OlderPair, FieldGap } from "./target-types.ts";
import type { TranslatedGroup } from "./types.ts";

/** Labels of instance types that came after 0.37. */
const newLabels =
  /^karpenter\.k8s\.aws\/(instance-tenancy|instance-capability-flex|instance-cpu-sustained|capacity-reservation|placement-group)/;

const moves: OlderPair["moves"] = [
  ["NodePool spec.template.spec.expireAfter", "NodePool spec.disruption.expireAfter"],
  ["EC2NodeClass spec.kubelet", "NodePool spec.template.spec.kubelet"],
];

/** Fields that v1beta1 got after its first release, by the minor that brought them (its CRDs of v0.32.10, v0.34.13 and v0.35.12). */
const since = { budgets: 34, instanceStorePolicy: 34, associatePublicIPAddress: 35 } as const;

/** NodePool and EC2NodeClass for Karpenter 0.32 to 0.37: `minor` is the number after the zero. */
export function toV1beta1(group: Pick<TranslatedGroup, "nodePool" | "nodeClass">, minor: number): OlderPair {
  const { nodePool, nodeClass } = group;
  const gaps: FieldGap[] = [];
  const kubelet = objectAt(nodeClass.spec["kubelet"]);
  const { template } = nodePool.spec;
  const labels = allowedLabels(template.metadata?.labels ?? {}, gaps);
  const metadata = defined({ labels: Object.keys(labels).length === 0 ? undefined : labels });
  return {
    gaps,
    moves,
    nodeClass: manifestOf(
      { ...nodeClass, apiVersion: "karpenter.k8s.aws/v1beta1" },
      nodeClassSpec(nodeClass.spec, minor, gaps),
    ),
    nodePool: manifestOf(
      { apiVersion: "karpenter.sh/v1beta1", kind: "NodePool", metadata: nodePool.metadata },
      defined({
        weight: nodePool.spec.weight,
        limits: olderLimits(nodePool, gaps),
        disruption: disruption(nodePool, minor, gaps),
        template: defined({
          metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
          spec: defined({
            nodeClassRef: {
              apiVersion: "karpenter.k8s.aws/v1beta1",
              kind: "EC2NodeClass",
              name: nodeClass.metadata.name,
            },
            requirements: olderRequirements(template.spec.requirements ?? [], newLabels, gaps).map((item) => ({
              ...item,
            })),
            taints: template.spec.taints?.map((taint) => ({ ...taint })),
            startupTaints: template.spec.startupTaints?.map((taint) => ({ ...taint })),
            kubelet: Object.keys(kubelet).length === 0 ? undefined : kubelet,
          }),
        }),
      }),
    ),
  };
}

/** Requirements without the operators and labels that came later. */
export function olderRequirements(
  requirements: readonly RequirementSpec[],
  unknown: RegExp,
  gaps: FieldGap[],
): readonly RequirementSpec[] {
  return requirements.flatMap((requirement) => {
    const { key, operator, values = [] } = requirement;
    const field = `NodePool spec.template.spec.requirements[${key}]`;
    if (unknown.test(key)) {
      gaps.push({ field, why: "this Karpenter version does not know the label" });
      return [];
    }
    const bound = Number(values[0]);
    if (operator === "Gte") return bound === 0 ? [] : [{ key, operator: "Gt", values: [String(bound - 1)] }];
    if (operator === "Lte") return [{ key, operator: "Lt", values: [String(bound + 1)] }];
    if (key !== "karpenter.sh/capacity-type" || !values.includes("reserved")) return [requirement];
    gaps.push({ field, why: "this Karpenter version does not use capacity reservations" });
    const rest = values.filter((value) => value !== "reserved");
    return [{ ...requirement, values: rest.length === 0 ? ["on-demand"] : rest }];
  });
}

/** Limits without `nodes`, which older versions do not count. Undefined when none is left. */
export function olderLimits(nodePool: NodePool, gaps: FieldGap[]): JsonObject | undefined {
  const { nodes, ...limits } = nodePool.spec.limits ?? {};
  if (nodes !== undefined && limits["cpu"] === undefined) {
    gaps.push({
      field: "NodePool spec.limits",
      why: "this Karpenter version limits resources, not nodes; set limits.cpu by hand",
    });
  }
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function disruption(nodePool: NodePool, minor: number, gaps: FieldGap[]): JsonObject {
  const given = nodePool.spec.disruption;
  const isEmptyOnly = given?.consolidationPolicy === "WhenEmpty";
  if (!isEmptyOnly) {
    gaps.push({
      field: "NodePool spec.disruption.consolidateAfter",
      why: "this Karpenter version looks at underutilized nodes at once, without a wait",
    });
  }
  if (minor < since.budgets && given?.budgets !== undefined) {
    gaps.push({
      field: "NodePool spec.disruption.budgets",
      why: "this Karpenter version knows no budgets: it takes one node after another, and empty ones at once",
    });
  }
  return defined({
    consolidationPolicy: isEmptyOnly ? "WhenEmpty" : "WhenUnderutilized",
    consolidateAfter: isEmptyOnly ? given?.consolidateAfter : undefined,
    expireAfter: nodePool.spec.template.spec.expireAfter,
    budgets: minor < since.budgets ? undefined : [{ nodes: leastBudget(nodePool, gaps) }],
  });
}

// Without reasons every budget holds for everything, so the strictest one is the one that matters.
function leastBudget(nodePool: NodePool, gaps: FieldGap[]): string {
  const budgets = (nodePool.spec.disruption?.budgets ?? []).map(({ nodes }) => nodes);
  if (budgets.length > 1) {
    gaps.push({
      field: "NodePool spec.disruption.budgets",
      why: "budgets have no reasons in this Karpenter version; the strictest one is kept",
    });
  }
  const plain = budgets.filter((nodes) => /^\d+$/.test(nodes)).map(Number);
  return plain.length > 0 ? String(Math.min(...plain)) : (budgets[0] ?? "10%");
}

const openDomains = new Set(["node.kubernetes.io", "node-restriction.kubernetes.io", "kops.k8s.io"]);

/** Labels that the older versions let a pool set: of the domains of Kubernetes a few only. The others are gaps. */
export function allowedLabels(labels: Readonly<Record<string, string>>, gaps: FieldGap[]): Record<string, string> {
  const allowed: Record<string, string> = {};
  for (const [key, value] of Object.entries(labels)) {
    const domain = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
    const isRestricted = /(^|\.)(kubernetes|k8s)\.io$/.test(domain) && !openDomains.has(domain);
    if (isRestricted)
      gaps.push({
        field: "NodePool spec.template.metadata.labels",
        why: `the label ${key} is restricted in this version`,
      });
    else allowed[key] = value;
  }
  return allowed;
}

const newFields = ["capacityReservationSelectorTerms", "placementGroupSelector", "ipPrefixCount"];

function nodeClassSpec(spec: JsonObject, minor: number, gaps: FieldGap[]): JsonObject {
  const { kubelet: _, amiFamily, amiSelectorTerms, ...rest } = spec;
  const result: Record<string, Json | undefined> = { ...rest };
  const later = (["instanceStorePolicy", "associatePublicIPAddress"] as const).filter((field) => minor < since[field]);
  for (const field of [...newFields, ...later]) {
    if (result[field] === undefined) continue;
    gaps.push({ field: `EC2NodeClass spec.${field}`, why: "this Karpenter version has no such field" });
    delete result[field];
  }
  const terms = olderTerms(amiSelectorTerms, gaps);
  const { role, instanceProfile, ...others } = result;
  return defined({
    role,
    instanceProfile,
    amiFamily: textAt(amiFamily) ?? familyOfAlias(amiSelectorTerms),
    amiSelectorTerms: terms.length === 0 ? undefined : terms,
    ...others,
  });
}

/** The family that an alias names, as amiFamily writes it. */
export function familyOfAlias(terms: Json | undefined): string {
  const family = /^([^@]+)@/.exec(textAt(listAt(terms)[0], "alias") ?? "")?.[1] ?? "al2023";
  const names: Readonly<Record<string, string>> = { al2: "AL2", al2023: "AL2023", bottlerocket: "Bottlerocket" };
  return names[family] ?? family.replace(/^w/, "W");
}

// Aliases and parameters came later; the newest image of the family is what amiFamily alone selects.
function olderTerms(terms: Json | undefined, gaps: FieldGap[]): readonly Json[] {
  return listAt(terms).filter((term) => {
    const alias = textAt(term, "alias");
    if (alias === undefined && textAt(term, "ssmParameter") === undefined) return true;
    if (alias === undefined || !alias.endsWith("@latest")) {
      gaps.push({
        field: "EC2NodeClass spec.amiSelectorTerms",
        why:
          "images are not found by alias version or parameter in this Karpenter version; the newest " +
          "of the family is used",
      });
    }
    return false;
  });
}
