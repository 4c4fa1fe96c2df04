// Mirrors pkg/controllers/provisioning/scheduling/topologydomaingroup.go of karpenter v1.14.1.
import type { NodePool } from "../../karpenter/api.ts";
import { operatorOf, type Requirement } from "../../karpenter/requirement.ts";
import { intersection } from "../../karpenter/requirement.ts";
import { fromLabels, fromSpecs, type Requirements, together } from "../../karpenter/requirements.ts";
import type { LabelFamily } from "../../karpenter/labels.ts";
import { toleratesAll } from "../../karpenter/taints.ts";
import type { Taint, Toleration } from "../../kube/objects.ts";

/** Domains of a topology key that the pools could make, each with the taints that guard it (one list per pool; empty: free). */
export type Domains = ReadonlyMap<string, readonly (readonly Taint[])[]>;

/** A pool with the requirements of its types. */
export interface PoolDomains {
  readonly pool: NodePool;
  readonly types: readonly { readonly requirements: Requirements }[];
}

/** Karpenter's `buildDomainGroups`, one key at a time and only when asked. */
export function domainUniverse(pools: readonly PoolDomains[], family: LabelFamily): (key: string) => Domains {
  const bases = pools.map(({ pool, types }) => ({
    requirements: poolRequirements(pool, family),
    taints: pool.spec.template.spec.taints ?? [],
    types,
  }));
  const known = new Map<string, Domains>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const domains = new Map<string, (readonly Taint[])[]>();
    for (const { requirements, taints, types } of bases) {
      for (const domain of poolValues(requirements.get(key), types, key)) insert(domains, domain, taints);
    }
    known.set(key, domains);
    return domains;
  };
}

function poolRequirements(pool: NodePool, family: LabelFamily): Requirements {
  const { metadata, spec } = pool.spec.template;
  return together(fromSpecs(spec.requirements ?? [], family), fromLabels(metadata?.labels, family));
}

/** Stored values count, also those a negative requirement excludes; and what the pool lists although no type offers it. */
function poolValues(pool: Requirement | undefined, types: PoolDomains["types"], key: string): ReadonlySet<string> {
  const values = new Set<string>();
  const seen = new Set<Requirement | undefined>();
  for (const { requirements } of types) {
    const own = requirements.get(key);
    if (seen.has(own)) continue;
    seen.add(own);
    const both = own === undefined ? pool : pool === undefined ? own : intersection(own, pool);
    for (const value of both?.values ?? []) values.add(value);
  }
  if (pool !== undefined && operatorOf(pool) === "In") for (const value of pool.values) values.add(value);
  return values;
}

function insert(domains: Map<string, (readonly Taint[])[]>, domain: string, taints: readonly Taint[]): void {
  const lists = domains.get(domain);
  if (lists === undefined || taints.length === 0) domains.set(domain, [taints]);
  else if ((lists[0]?.length ?? 0) > 0) lists.push(taints);
}

/** Domains that count for a pod: all, or only those it can reach through the taints. */
export function reachableDomains(
  domains: Domains,
  taintsPolicy: string,
  tolerations: readonly Toleration[] | undefined,
): string[] {
  const reachable: string[] = [];
  for (const [domain, lists] of domains) {
    if (taintsPolicy === "Ignore" || lists.some((taints) => toleratesAll(taints, tolerations))) reachable.push(domain);
  }
  return reachable;
}
