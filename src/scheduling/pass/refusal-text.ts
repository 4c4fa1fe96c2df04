import { type Requirement, requirementText } from "../../karpenter/requirement.ts";
import { requirementsText } from "../../karpenter/requirements.ts";
import { disjoint } from "../../karpenter/requirements.ts";
import { taintText } from "../../karpenter/taints.ts";
import { exists } from "../../karpenter/requirement.ts";
import { formatQuantity, unit } from "../../kube/quantity.ts";
import { type ColumnAmounts, type AmountTable, amountIn, maxOf, minOf, sumOf } from "../amounts.ts";
import { filterClass, type FilterRefusal, type PodFailure, type Refusal } from "../nodes/refusal.ts";
import { conflictText } from "../types/requirement-table.ts";
import type { TopologyRefusal } from "../topology/topology.ts";

/** What texts tell besides the refusal itself. */
export interface TextContext {
  readonly table: AmountTable;
  /** Hostnames of all nodes, there and planned: groups by hostname count them, also where no pod is. */
  readonly hostnames: () => readonly string[];
}

/** Karpenter's own error text for a pod that fits nowhere. */
export function failureText(failure: PodFailure, context: TextContext): string {
  switch (failure.kind) {
    case "no-template":
      return "nodepool requirements filtered out all available instance types";
    case "volumes":
      return "getting the pod's volumes";
    case "dra":
      return "pod has Dynamic Resource Allocation requirements that are not yet supported by Karpenter";
    case "truncated":
      return (
        "pod didn’t schedule because NodePool couldn’t meet minValues requirements, validating minValues, " +
        `${minValuesText(failure.keys)} (NodePool=${failure.pool})`
      );
    case "uninitialized": {
      const parts = [
        failure.claim === undefined ? [] : [`nodeclaim/${failure.claim}`],
        failure.node === undefined ? [] : [`node/${failure.node}`],
      ];
      return `would schedule against uninitialized ${parts.flat().join(", ")}`;
    }
    case "new-nodes":
      return failure.refusals.map((refusal) => refusalText(refusal, context)).join("; ");
  }
}

/** Karpenter's own error text for one refusal. */
export function refusalText(refusal: Refusal, context: TextContext): string {
  switch (refusal.kind) {
    case "limits.nodes":
      return `node limits have been exhausted for nodepool (NodePool=${refusal.pool})`;
    case "limits":
      return `all available instance types exceed limits for nodepool (NodePool=${refusal.pool})`;
    case "taints":
      return refusal.taints.map((taint) => `did not tolerate taint (taint=${taintText(taint)})`).join("; ");
    case "requirements":
      return `incompatible requirements, ${conflictText(refusal.conflict)}`;
    case "volume":
      return `incompatible volume requirements, ${conflictText(refusal.conflict)}`;
    case "topology":
      return topologyText(refusal.refusal, refusal.before.all, context);
    case "filter":
      return filterText(refusal, context.table);
    case "reserved":
      return reservedTexts[refusal.why];
    case "full-reservation":
      return "the only compatible reserved offering is full; falling through to other NodePools";
    case "ports":
      return "checking host port usage, pod hostport conflicts with existing hostport configuration";
    case "volume-limits":
      return "would exceed volume limit for all instance type options";
  }
}

const reservedTexts = {
  lost: "satisfying updated nodeclaim constraints would remove all compatible reserved offering options",
  promised: "one or more instance types with compatible reserved offerings are available, but could not be reserved",
  full: "all compatible reserved offerings are full and no on-demand or spot fallback is available",
};

const typeNames = { spread: "topology spread", affinity: "pod affinity", "anti-affinity": "pod anti-affinity" };

function topologyText(
  refusal: TopologyRefusal,
  before: ReadonlyMap<string, Requirement>,
  { hostnames }: TextContext,
): string {
  if (refusal.kind === "requirements") {
    for (const [key, requirement] of refusal.narrowed.all) {
      if (!before.has(key)) return `label "${key}" does not have known values`;
      const clash = disjoint(before, new Map([[key, requirement]]));
      if (clash !== undefined) return conflictText(clash);
    }
    return "incompatible topology requirements";
  }
  const { group, podDomains = exists(group.key), nodeDomains = exists(group.key) } = refusal;
  const known = new Map([
    ...(group.isHostname ? hostnames() : []).map((name): [string, number] => [name, 0]),
    ...group.counts,
  ]);
  const counts = [...known].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = counts.slice(0, 25).map(([domain, count]) => `${domain}: ${count}`);
  const rest = counts.length > 25 ? ` and ${counts.length - 25} other(s)` : "";
  const all = `${shown.join(", ")}${rest}`;
  const domains = `podDomains = ${requirementText(podDomains)}, nodeDomains = ${requirementText(nodeDomains)}`;
  return `unsatisfiable topology constraint for ${typeNames[group.type]}, key=${group.key} (counts = ${all}, ${domains}`;
}

const sentences: Readonly<Record<string, string>> = {
  "requirements|resources|offering":
    "no instance type met the scheduling requirements or had enough resources or had a required offering",
  "requirements|resources": "no instance type met the scheduling requirements or had enough resources",
  "requirements|offering": "no instance type met the scheduling requirements or had a required offering",
  "resources|offering": "no instance type had enough resources or had a required offering",
  requirements: "no instance type met all requirements",
  resources: "no instance type has enough resources",
  offering: "no instance type has the required offering",
  "requirements&resources":
    "no instance type which met the scheduling requirements and had enough resources, had a required offering",
  "resources&offering":
    "no instance type which had enough resources and the required offering met the scheduling requirements",
  "requirements&offering":
    "no instance type which met the scheduling requirements and the required offering had the required resources",
  tuple: "no instance type met the requirements/resources/offering tuple",
};

function minValuesText(keys: readonly string[]): string {
  return `minValues requirement is not met for label(s) (label(s)=[${keys.join(" ")}])`;
}

function filterText(refusal: FilterRefusal, table: AmountTable): string {
  const { facts, set, podRequests } = refusal;
  const found = filterClass(facts);
  const sentence = facts.minValues === undefined ? (sentences[found] ?? found) : minValuesText(facts.minValues);
  const text = `${sentence}, requirements=${requirementsText(set.all)}, resources=${resourcesText(refusal, table)}`;
  const cpu = amountIn(podRequests, table.column("cpu"));
  const isTypo = found === "resources" && cpu !== undefined && table.nano(table.column("cpu"), cpu) >= 10n ** 15n;
  return isTypo ? `${text} (CPU request >= 1 Million, m vs M typo?)` : text;
}

function resourcesText({ podRequests, overheads }: FilterRefusal, table: AmountTable): string {
  const [first, ...others] = overheads;
  if (first === undefined) return amountsText(podRequests, table);
  let least = first;
  for (const overhead of others) least = minOf(least, overhead);
  if (least.columns.length === 0) return amountsText(podRequests, table);
  const low = amountsText(sumOf(table, [least, podRequests]), table);
  const high = amountsText(sumOf(table, [maxOf(overheads), podRequests]), table);
  return low === high ? low : `min=${low}, max=${high}`;
}

// Karpenter keeps how a quantity was written; what is a whole number of kibibytes was nearly always written so.
function quantityText(name: string, nano: bigint): string {
  const isBytes = name === "memory" || name === "ephemeral-storage";
  return formatQuantity(nano, isBytes && nano % (1024n * unit) === 0n ? "binary" : "decimal");
}

function amountsText(amounts: ColumnAmounts, table: AmountTable): string {
  const pairs = amounts.columns.map((column, at): [string, string] => {
    const name = table.names[column] ?? "";
    const nano = table.nano(column, amounts.values[at] ?? table.zero);
    return [name, quantityText(name, nano)];
  });
  return JSON.stringify(Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1))));
}
