// Mirrors framework/types.go of kube-scheduler 1.35.
import type { Labels, PodAffinityTerm } from "../../kube/objects.ts";
import { readSelector, type Selector } from "./selectors.ts";

/** A pod affinity term, read for the pod that has it (`framework.AffinityTerm`). */
export interface Term {
  /** Equal for terms that select alike. */
  readonly key: string;
  readonly topologyKey: string;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector;
  readonly selector: Selector;
}

/** A preferred term. */
export interface WeightedTerm {
  readonly term: Term;
  readonly weight: number;
}

/**
 * Reads a term. `namespace` is that of its pod, which is meant when the term names none. `matchLabelKeys` are not read here either:
 * the API server has merged them into the selector.
 */
export function readTerm(term: PodAffinityTerm, namespace: string): Term {
  const named = term.namespaces ?? [];
  const isOwn = named.length === 0 && term.namespaceSelector === undefined;
  const namespaces = new Set(isOwn ? [namespace] : named);
  const namespaceSelector = readSelector(term.namespaceSelector);
  const selector = readSelector(term.labelSelector);
  return {
    key: JSON.stringify([term.topologyKey, [...namespaces].toSorted(), namespaceSelector.key, selector.key]),
    topologyKey: term.topologyKey,
    namespaces,
    namespaceSelector,
    selector,
  };
}

/**
 * Whether a term selects a pod by what the term itself says of namespaces, with the labels of the pod's namespace as far as they are
 * known to whoever asks (`AffinityTerm.Matches`).
 */
export function termSelects(term: Term, namespace: string, labels: Labels, namespaceLabels: Labels = {}): boolean {
  return (
    (term.namespaces.has(namespace) || term.namespaceSelector.matches(namespaceLabels)) && term.selector.matches(labels)
  );
}
