// Our own: the real program has no such file.
import type { LabelSelector, LabelSelectorRequirement, Labels } from "../../kube/objects.ts";
import { compileSelector } from "../../kube/selector.ts";

/** A label selector met once: equal ones are one object, so that what they select can be remembered by identity. */
export interface Selector {
  /** Equal for selectors that are written alike. */
  readonly key: string;
  /** Selects everything; several plugins treat it apart. */
  readonly isEmpty: boolean;
  readonly matches: (labels: Labels) => boolean;
}

/** What an absent selector is: it selects nothing. */
export const nothing: Selector = { key: "nothing", isEmpty: false, matches: () => false };

/** A selector of requirements that all hold: labels by value and expressions. One that the API server would refuse selects nothing. */
export function selectorOf(labels: Labels, expressions: readonly LabelSelectorRequirement[]): Selector {
  const wanted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([wanted, expressions.map(({ key, operator, values }) => [key, operator, values ?? []])]);
  const compiled = compileSelector({ matchLabels: labels, matchExpressions: expressions });
  const isEmpty = wanted.length === 0 && expressions.length === 0;
  return { key, isEmpty, matches: compiled.ok ? compiled.matches : nothing.matches };
}

/** Reads a selector as the API has it: absent selects nothing, empty everything. */
export function readSelector(selector: LabelSelector | undefined): Selector {
  return selector === undefined ? nothing : selectorOf(selector.matchLabels ?? {}, selector.matchExpressions ?? []);
}
