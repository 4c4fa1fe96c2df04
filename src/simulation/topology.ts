import type { Labels, Pod, PodAffinityTerm, TopologySpreadConstraint } from "../kube/objects.ts";
import { selectorMatches } from "../kube/selector.ts";

/** A node as topology sees it: its labels and the pods on it. */
export interface Place {
  readonly labels: Labels;
  readonly pods: readonly Pod[];
}

/** All places, and which of them count. */
export interface TopologyView {
  readonly places: readonly Place[];
  /** Whether the place counts for the pod's spread at all. */
  readonly isEligible: (place: Place) => boolean;
}

/** What required pod (anti-)affinity and spread constraints say about a pod's places. */
export interface PodTopology {
  refusal(place: Place): string | undefined;
  score(place: Place): number;
}

/** What is said of a node that a hard spread does not leave. */
export const spreadRefusal = "node(s) didn't match pod topology spread constraints";

/** Prepares the counts for one pod, to be asked for many places. */
export function podTopology(pod: Pod, view: TopologyView): PodTopology {
  const affinity = pod.spec.affinity;
  const wanted = affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const unwanted = affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const attract = wanted.map((term) => domainsOf(term, pod, view));
  const repel = [...unwanted.map((term) => domainsOf(term, pod, view)), ...repelledBy(pod, view)];
  const spreads = (pod.spec.topologySpreadConstraints ?? []).map((constraint) => spreadOf(constraint, pod, view));
  const softTerms = (affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({
    weight: term.weight,
    domains: domainsOf(term.podAffinityTerm, pod, view),
  }));
  return {
    refusal: (place) => {
      for (const term of attract)
        if (!isIn(term, place) && !isFirstOfItself(term)) return "node(s) didn't match pod affinity rules";
      for (const term of repel) if (isIn(term, place)) return "node(s) didn't match pod anti-affinity rules";
      for (const spread of spreads) {
        if (spread.isHard && spread.skewAt(place) > spread.maxSkew) return spreadRefusal;
      }
      return undefined;
    },
    score: (place) => {
      let score = 0;
      for (const spread of spreads) if (!spread.isHard) score -= Math.max(0, spread.skewAt(place)) * 30;
      for (const term of softTerms) if (isIn(term.domains, place)) score -= term.weight;
      return score;
    },
  };
}

interface Domains {
  readonly key: string;
  readonly values: ReadonlySet<string>;
  readonly selectsItself: boolean;
}

function domainsOf(term: PodAffinityTerm, pod: Pod, view: TopologyView): Domains {
  const values = new Set<string>();
  for (const place of view.places) {
    const value = place.labels[term.topologyKey];
    if (value !== undefined && place.pods.some((other) => termSelects(term, pod, other))) values.add(value);
  }
  return { key: term.topologyKey, values, selectsItself: termSelects(term, pod, pod) };
}

// A pod that wants to be beside its own kind may be the first of it.
function isFirstOfItself(domains: Domains): boolean {
  return domains.selectsItself && domains.values.size === 0;
}

function isIn(domains: Domains, place: Place): boolean {
  const value = place.labels[domains.key];
  return value !== undefined && domains.values.has(value);
}

// Anti-affinity holds both ways: pods that run may refuse this one as a neighbour.
function repelledBy(pod: Pod, view: TopologyView): readonly Domains[] {
  const found: Domains[] = [];
  for (const place of view.places) {
    for (const other of place.pods) {
      for (const term of other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        const value = place.labels[term.topologyKey];
        if (value === undefined || !termSelects(term, other, pod)) continue;
        found.push({ key: term.topologyKey, values: new Set([value]), selectsItself: false });
      }
    }
  }
  return found;
}

function termSelects(term: PodAffinityTerm, holder: Pod, other: Pod): boolean {
  const namespaces = term.namespaces ?? [];
  const isEverywhere = term.namespaceSelector !== undefined;
  const isHere =
    namespaces.length === 0
      ? other.metadata.namespace === holder.metadata.namespace
      : namespaces.includes(other.metadata.namespace ?? "");
  return (isEverywhere || isHere) && selectorMatches(term.labelSelector, other.metadata.labels);
}

interface Spread {
  readonly isHard: boolean;
  readonly maxSkew: number;
  skewAt(place: Place): number;
}

function spreadOf(constraint: TopologySpreadConstraint, pod: Pod, view: TopologyView): Spread {
  const counts = new Map<string, number>();
  const selects = (other: Pod): boolean =>
    other.metadata.namespace === pod.metadata.namespace &&
    other.metadata.deletionTimestamp === undefined &&
    selectorMatches(constraint.labelSelector, other.metadata.labels) &&
    (constraint.matchLabelKeys ?? []).every((key) => other.metadata.labels?.[key] === pod.metadata.labels?.[key]);
  for (const place of view.places) {
    const value = place.labels[constraint.topologyKey];
    if (value === undefined || !view.isEligible(place)) continue;
    counts.set(value, (counts.get(value) ?? 0) + place.pods.filter(selects).length);
  }
  const isShort = counts.size < (constraint.minDomains ?? 1);
  const least = isShort || counts.size === 0 ? 0 : Math.min(...counts.values());
  const self = selects(pod) ? 1 : 0;
  return {
    isHard: constraint.whenUnsatisfiable === "DoNotSchedule",
    maxSkew: constraint.maxSkew,
    skewAt: (place) => {
      const value = place.labels[constraint.topologyKey];
      if (value === undefined) return Number.POSITIVE_INFINITY;
      return (counts.get(value) ?? 0) + self - least;
    },
  };
}
