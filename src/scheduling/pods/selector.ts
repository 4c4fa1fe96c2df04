// Our own: the real program has no such file.
import type { Labels, LabelSelector } from "../../kube/objects.ts";
import { compileSelector } from "../../kube/selector.ts";

/** Matches labels. */
export type Matcher = (labels: Labels | undefined) => boolean;

const nothing: Matcher = () => false;
const everything: Matcher = () => true;

/** A selector as Karpenter uses it: one that Kubernetes would refuse selects nothing. */
export function matcherOf(selector: LabelSelector | undefined): Matcher {
  const [only, second] = Object.entries(selector?.matchLabels ?? {});
  if (only !== undefined && second === undefined && (selector?.matchExpressions ?? []).length === 0) {
    const [key, value] = only;
    return (labels) => labels !== undefined && labels[key] === value;
  }
  const compiled = compileSelector(selector);
  return compiled.ok ? compiled.matches : nothing;
}

/** What pods an affinity or spread term counts among those that run already: here, unlike elsewhere, no selector means every pod. */
export function countingMatcherOf(selector: LabelSelector | undefined): Matcher {
  return selector === undefined ? everything : matcherOf(selector);
}
