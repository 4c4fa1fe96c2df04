import type { LabelSelectorRequirement, PodSpec } from "./objects.ts";

/**
 * What a pod spec demands of node labels: one list per alternative, of which one must hold in full. The node selector is part of each.
 */
export function alternativesOf(spec: PodSpec): readonly (readonly LabelSelectorRequirement[])[] {
  const selector = Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => ({
    key,
    operator: "In",
    values: [value],
  }));
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return [selector];
  return terms.map((term) => [...selector, ...(term.matchExpressions ?? [])]);
}

/**
 * Requirements for which `isProblem` holds, when no alternative is free of them: a pod with another way out is not in trouble.
 */
export function unavoidable(
  spec: PodSpec,
  isProblem: (requirement: LabelSelectorRequirement) => boolean,
): readonly LabelSelectorRequirement[] {
  const found: LabelSelectorRequirement[] = [];
  for (const alternative of alternativesOf(spec)) {
    const problems = alternative.filter(isProblem);
    if (problems.length === 0) return [];
    found.push(...problems);
  }
  const seen = new Set<string>();
  return found.filter((one) => {
    const text = written(one);
    return seen.has(text) ? false : seen.add(text) !== undefined;
  });
}

/** Whether the requirement needs the label to be there: `NotIn` and `DoesNotExist` hold on a node without it. */
export function needsLabel(requirement: LabelSelectorRequirement): boolean {
  return requirement.operator !== "NotIn" && requirement.operator !== "DoesNotExist";
}

/** `key=value`, `key in (a, b)`, `key Exists`. */
export function written(requirement: LabelSelectorRequirement): string {
  const { key, operator, values = [] } = requirement;
  if (operator === "In" && values.length === 1) return `${key}=${values[0] ?? ""}`;
  if (operator === "In" || operator === "NotIn")
    return `${key} ${operator === "In" ? "in" : "not in"} (${values.join(", ")})`;
  return values.length === 0 ? `${key} ${operator}` : `${key} ${operator} ${values.join(", ")}`;
}
