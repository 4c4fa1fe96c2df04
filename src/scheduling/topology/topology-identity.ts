import type { LabelSelector, LabelSelectorRequirement, Toleration } from "../../kube/objects.ts";
import type { NodeFilter } from "./topology-filter.ts";
import type { TopologyType } from "./topology-group.ts";

/** What decides whether two constraints are counted in one group. */
export interface TopologyGroupFacts {
  readonly key: string;
  readonly type: TopologyType;
  readonly maxSkew: number;
  readonly namespaces: ReadonlySet<string>;
  readonly selector: LabelSelector | undefined;
  readonly filter: NodeFilter | undefined;
}

/**
 * The identity of a topology group. Karpenter hashes a struct whose unexported parts are skipped and whose slices are sets in which
 * equal pairs cancel; so operators and values of the node filter do not count, nor does minDomains (`topologygroup.go`, Hash).
 */
export function groupIdentity({ key, type, maxSkew, namespaces, selector, filter }: TopologyGroupFacts): string {
  return JSON.stringify([
    key,
    type,
    maxSkew,
    [...namespaces].sort(),
    selectorIdentity(selector),
    filterIdentity(filter),
  ]);
}

function selectorIdentity(selector: LabelSelector | undefined): unknown {
  if (selector === undefined) return null;
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = new Set((selector.matchExpressions ?? []).map(expressionIdentity));
  return [labels, [...expressions].sort()];
}

function expressionIdentity({ key, operator, values }: LabelSelectorRequirement): string {
  return JSON.stringify([key, operator, oddOnes(values ?? [])]);
}

function filterIdentity(filter: NodeFilter | undefined): unknown {
  if (filter === undefined) return null;
  const entries = filter.alternatives.map(({ keys }) => JSON.stringify([...keys].sort()));
  return [
    filter.taintsPolicy,
    filter.affinityPolicy,
    oddOnes(filter.tolerations.map(tolerationIdentity)),
    oddOnes(entries),
  ];
}

function tolerationIdentity({
  key = "",
  operator = "",
  value = "",
  effect = "",
  tolerationSeconds = 0,
}: Toleration): string {
  return JSON.stringify([key, operator, value, effect, tolerationSeconds]);
}

/** Equal elements cancel in pairs, as xor does. */
function oddOnes(items: readonly string[]): readonly string[] {
  const odd = new Set<string>();
  for (const item of items) if (!odd.delete(item)) odd.add(item);
  return [...odd].sort();
}
