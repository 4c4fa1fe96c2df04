import type { Labels, LabelSelector, LabelSelectorRequirement } from "./objects.ts";

/** A selector ready to match many label sets. `error` when the API server would have refused it. */
export type CompiledSelector =
  | { readonly ok: true; readonly matches: (labels: Labels | undefined) => boolean }
  | { readonly ok: false; readonly reason: string };

const none: Labels = {};

/**
 * Kubernetes' meaning of a label selector: absent matches nothing, empty matches everything, `NotIn` and `DoesNotExist` match a missing
 * key.
 */
export function compileSelector(selector: LabelSelector | undefined): CompiledSelector {
  if (selector === undefined) return { ok: true, matches: () => false };
  const wanted = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  for (const expression of expressions) {
    const reason = refusalOf(expression);
    if (reason !== undefined) return { ok: false, reason };
  }
  const sets = expressions.map((expression) => new Set(expression.values));
  const matches = (labels: Labels = none): boolean => {
    for (const [key, value] of wanted) if (labels[key] !== value) return false;
    return expressions.every(({ key, operator }, i) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && sets[i]?.has(value) === true;
        case "NotIn":
          return value === undefined || sets[i]?.has(value) !== true;
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined;
      }
    });
  };
  return { ok: true, matches };
}

/** One-off match. A selector that the API server would refuse matches nothing. Compile it to match many. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  const compiled = compileSelector(selector);
  return compiled.ok && compiled.matches(labels);
}

function refusalOf({ key, operator, values = [] }: LabelSelectorRequirement): string | undefined {
  switch (operator) {
    case "In":
    case "NotIn":
      return values.length > 0 ? undefined : `${key} ${operator} needs at least one value`;
    case "Exists":
    case "DoesNotExist":
      return values.length === 0 ? undefined : `${key} ${operator} takes no values`;
    default:
      return `${key}: unknown operator ${operator}`;
  }
}
