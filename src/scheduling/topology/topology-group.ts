// Mirrors pkg/controllers/provisioning/scheduling/topologygroup.go of karpenter v1.14.1.
import { hasValue, intersection, exists, type Requirement } from "../../karpenter/requirement.ts";
import type { MapOrder } from "./map-order.ts";
import type { Matcher } from "../pods/selector.ts";
import type { NodeFilter } from "./topology-filter.ts";

/** What a group is for. */
export type TopologyType = "spread" | "affinity" | "anti-affinity";

/**
 * Pods that one constraint looks at, counted by domain (Karpenter's `topologygroup.go`). Several pods with equal constraints share one.
 *
 * Groups by hostname keep only the domains with pods: Karpenter can always make another host, and an empty one never changes an answer.
 */
export interface TopologyGroup {
  readonly key: string;
  readonly type: TopologyType;
  readonly maxSkew: number;
  readonly minDomains: number | undefined;
  readonly namespaces: ReadonlySet<string>;
  readonly matches: Matcher;
  readonly filter: NodeFilter | undefined;
  readonly isHostname: boolean;
  /** It keeps pods away from those that own it, and is no rule of the pod that is being placed. */
  readonly isInverse: boolean;
  readonly counts: Map<string, number>;
  /** Domains that have a pod. */
  populated: number;
  /** Counts of planned nodes by their index: what `counts` says of their placeholders, quicker to read. */
  planned: Int32Array;
}

/** One more pod in a domain. `planned` is the index of a node that is only planned, for groups by hostname; else -1. */
export function record(group: TopologyGroup, domain: string, planned: number): void {
  const before = group.counts.get(domain) ?? 0;
  group.counts.set(domain, before + 1);
  if (before === 0) group.populated += 1;
  if (planned < 0) return;
  if (planned >= group.planned.length) {
    const grown = new Int32Array(Math.max(64, planned * 2));
    grown.set(group.planned);
    group.planned = grown;
  }
  group.planned[planned] = before + 1;
}

/** Pods that are there already, all of a domain at once. */
export function recordMany(group: TopologyGroup, domain: string, count: number): void {
  const before = group.counts.get(domain) ?? 0;
  group.counts.set(domain, before + count);
  if (before === 0) group.populated += 1;
}

/** A domain that exists, with or without pods. */
export function register(group: TopologyGroup, domain: string): void {
  if (!group.isHostname && !group.counts.has(domain)) group.counts.set(domain, 0);
}

/** What a group is asked: does the pod count itself, what may the pod choose from, what does the place allow. */
export interface DomainQuestion {
  readonly selectsItself: boolean;
  /** Strict demands of the pod on the key; undefined allows everything. */
  readonly podDomains: Requirement | undefined;
  readonly nodeDomains: Requirement | undefined;
  readonly order: MapOrder;
}

const none: readonly string[] = [];

/** Domains the pod may go to; empty when there is none. */
export function domainsFor(group: TopologyGroup, question: DomainQuestion): readonly string[] {
  switch (group.type) {
    case "spread":
      return spreadDomains(group, question);
    case "affinity":
      return affinityDomains(group, question);
    case "anti-affinity":
      return antiAffinityDomains(group, question);
  }
}

/** The same for a group by hostname at a place with one hostname, where `count` pods are: does it fit there. */
export function hostnameFits(
  group: TopologyGroup,
  { hostname, count }: { readonly hostname: string; readonly count: number },
  { selectsItself, podDomains }: Pick<DomainQuestion, "selectsItself" | "podDomains">,
): boolean {
  if (group.type !== "affinity") return keepsApart(group, selectsItself, count);
  if (!allows(podDomains, hostname)) return false;
  return count > 0 || (selectsItself && isUnsettled(group, podDomains));
}

/** The same for spread and anti-affinity, to which the name of the host does not matter. */
export function keepsApart(group: TopologyGroup, selectsItself: boolean, count: number): boolean {
  return group.type === "spread" ? count + (selectsItself ? 1 : 0) <= group.maxSkew : count === 0;
}

function allows(requirement: Requirement | undefined, domain: string): boolean {
  return requirement === undefined || hasValue(requirement, domain);
}

/** Goes through the domains to look at, with their counts: a list the place names, or all the group knows. */
function forConsidered(
  { counts }: TopologyGroup,
  nodeDomains: Requirement | undefined,
  visit: (domain: string, count: number) => void,
): void {
  if (nodeDomains !== undefined && !nodeDomains.complement && nodeDomains.values.size > 0) {
    for (const domain of nodeDomains.values) {
      const count = counts.get(domain);
      if (count !== undefined) visit(domain, count);
    }
    return;
  }
  for (const [domain, count] of counts) if (allows(nodeDomains, domain)) visit(domain, count);
}

/** The least crowded domain within the skew. The real program draws among equals, anew at every try. */
function spreadDomains(
  group: TopologyGroup,
  { selectsItself, podDomains, nodeDomains, order }: DomainQuestion,
): readonly string[] {
  const least = leastCount(group, podDomains);
  const most = least + group.maxSkew - (selectsItself ? 1 : 0);
  const best: string[] = [];
  let bestCount = most;
  forConsidered(group, nodeDomains, (domain, count) => {
    if (count > bestCount) return;
    if (count < bestCount) best.length = 0;
    bestCount = count;
    best.push(domain);
  });
  const domain = pick(best, order);
  return domain === undefined || domain === "" ? none : [domain];
}

/**
 * The one in the slot where the look begins, or the first where the slot is empty, as Go's small maps do it. Domains lie in the order they
 * became known.
 */
function pick(domains: readonly string[], order: MapOrder): string | undefined {
  return domains.length < 2 ? domains[0] : (domains[order.slot()] ?? domains[0]);
}

function leastCount(group: TopologyGroup, podDomains: Requirement | undefined): number {
  if (group.isHostname) return 0;
  let least = 2 ** 31 - 1;
  let supported = 0;
  for (const [domain, count] of group.counts) {
    if (!allows(podDomains, domain)) continue;
    supported += 1;
    if (count < least) least = count;
  }
  return group.minDomains !== undefined && supported < group.minDomains ? 0 : least;
}

function affinityDomains(
  group: TopologyGroup,
  { selectsItself, podDomains, nodeDomains, order }: DomainQuestion,
): readonly string[] {
  const options: string[] = [];
  forConsidered(group, nodeDomains, (domain, count) => {
    if (count > 0 && allows(podDomains, domain)) options.push(domain);
  });
  if (options.length > 0 || !selectsItself || !isUnsettled(group, podDomains)) return options;
  return firstDomains(group, { podDomains, nodeDomains, order });
}

/** No pod to be near to, or none where this one could go: the first may settle anywhere. */
function isUnsettled(group: TopologyGroup, podDomains: Requirement | undefined): boolean {
  if (group.populated === 0) return true;
  if (podDomains === undefined) return false;
  for (const [domain, count] of group.counts) if (count > 0 && hasValue(podDomains, domain)) return false;
  return true;
}

/** One domain that place and pod allow and, besides, one that the pod allows; they may differ (the real program draws both). */
function firstDomains(
  group: TopologyGroup,
  { podDomains, nodeDomains, order }: Pick<DomainQuestion, "podDomains" | "nodeDomains" | "order">,
): readonly string[] {
  const both = intersection(podDomains ?? exists(group.key), nodeDomains ?? exists(group.key));
  const picks = new Set<string>();
  for (const allowed of [both, podDomains]) {
    const domain = pick(
      [...group.counts.keys()].filter((one) => allows(allowed, one)),
      order,
    );
    if (domain !== undefined) picks.add(domain);
  }
  return [...picks];
}

function antiAffinityDomains(group: TopologyGroup, { podDomains, nodeDomains }: DomainQuestion): readonly string[] {
  const options: string[] = [];
  for (const [domain, count] of group.counts) {
    if (count === 0 && allows(nodeDomains, domain) && allows(podDomains, domain)) options.push(domain);
  }
  return options;
}
