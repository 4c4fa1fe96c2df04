import type { Draft } from "./draft.ts";
import { canonical } from "../kube/json.ts";
import { unique } from "../kube/unique.ts";

/**
 * One NodePool to be: the first draft stands for all, which agree in everything but the united types, zones and
 * subnets.
 */
export interface Bundle {
  /** What the drafts agree in: equal text, equal pool but for types, zones and subnets. */
  readonly identity: string;
  readonly drafts: readonly [Draft, ...Draft[]];
  readonly instanceTypes: readonly string[];
  readonly zones: readonly string[];
  readonly subnets: readonly string[];
  /** Undefined where one of the groups' is. */
  readonly max: number | undefined;
  readonly weight: number | undefined;
}

/**
 * Unites node groups that may share a NodePool without admitting any combination of type and zone that no group had:
 * those that agree in
 * everything but types, or in everything but zones.
 */
export function mergeDrafts(drafts: readonly Draft[], isWanted: boolean): readonly Bundle[] {
  let bundles = drafts.map(bundleOf);
  if (!isWanted) return bundles;
  // Every round makes the list shorter or ends the loop.
  for (;;) {
    const pair = findPair(bundles);
    if (pair === undefined) return bundles;
    const [first, second] = pair;
    bundles = bundles.flatMap((bundle) =>
      bundle === first ? [unite(first, second)] : bundle === second ? [] : [bundle],
    );
  }
}

function bundleOf(draft: Draft): Bundle {
  const { instanceTypes, zones, max } = draft;
  return {
    identity: identityOf(draft),
    drafts: [draft],
    instanceTypes,
    zones,
    subnets: unique(draft.subnets),
    max,
    weight: draft.weight,
  };
}

function findPair(bundles: readonly Bundle[]): [Bundle, Bundle] | undefined {
  for (const [index, first] of bundles.entries()) {
    const second = bundles.slice(index + 1).find((other) => canUnite(first, other));
    if (second !== undefined) return [first, second];
  }
  return undefined;
}

function canUnite(a: Bundle, b: Bundle): boolean {
  if (a.identity !== b.identity) return false;
  const isSameTypes = canonical([...a.instanceTypes]) === canonical([...b.instanceTypes]);
  const isSamePlace =
    canonical([...a.zones]) === canonical([...b.zones]) && canonical([...a.subnets]) === canonical([...b.subnets]);
  // Two subnets in one zone are not interchangeable: one may be public.
  const isApart = a.zones.length > 0 && b.zones.length > 0 && !a.zones.some((zone) => b.zones.includes(zone));
  return isSamePlace || (isSameTypes && isApart);
}

function unite(a: Bundle, b: Bundle): Bundle {
  return {
    identity: a.identity,
    drafts: [...a.drafts, ...b.drafts],
    instanceTypes: unique([...a.instanceTypes, ...b.instanceTypes]),
    zones: unique([...a.zones, ...b.zones]),
    subnets: unique([...a.subnets, ...b.subnets]),
    weight: a.weight,
    max: a.max === undefined || b.max === undefined ? undefined : a.max + b.max,
  };
}

function identityOf(draft: Draft): string {
  return canonical({
    arch: [...draft.arch],
    os: draft.os,
    capacityTypes: [...draft.capacityTypes].sort(),
    onDemandBase: draft.onDemandBase,
    // A group described by requirements has no list of types to unite.
    hasTypes: draft.instanceTypes.length > 0,
    requirements: draft.requirements.map((requirement) => canonical({ ...requirement })).sort(),
    labels: draft.labels,
    annotations: draft.annotations,
    taints: draft.taints.map((taint) => canonical({ ...taint })).sort(),
    startupTaints: draft.startupTaints.map((taint) => canonical({ ...taint })).sort(),
    weight: draft.weight ?? null,
    expireAfter: draft.expireAfter,
    disruption: draft.disruption,
    image: draft.image === undefined ? null : { family: draft.image.family, terms: [...draft.image.terms] },
    subnetTags: draft.subnetTags,
    subnetKind: draft.subnetKind ?? null,
    securityGroups: [...unique(draft.securityGroups)],
    nodeClass: draft.nodeClass,
    kubelet: draft.kubelet,
    tags: draft.tags,
    userData: draft.userData ?? null,
    role: draft.role === undefined ? null : { ...draft.role },
  });
}
