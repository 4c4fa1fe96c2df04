import type { NodePool } from "../karpenter/api.ts";
import { awsLabels, labelKeys } from "../karpenter/labels.ts";
import { alternativesOf } from "../kube/node-requirements.ts";
import type { LabelSelectorRequirement, PodSpec } from "../kube/objects.ts";
import { untolerated } from "../kube/taint.ts";

/** Readings of the NodePools that pods will meet. */

/** Values that a pool allows for a label: its own label or those of its requirements; undefined when it says nothing of the key. */
export function valuesIn(pool: NodePool, key: string): readonly string[] | undefined {
  const { metadata, spec } = pool.spec.template;
  const label = metadata?.labels?.[key];
  if (label !== undefined) return [label];
  const requirement = spec.requirements?.find((one) => one.key === key && one.operator === "In");
  return requirement?.values;
}

/** Whether nodes of some pool carry the label: a pool sets or requires it, or every instance type has it. */
export function isCarried(pools: readonly NodePool[], key: string): boolean {
  if (key === labelKeys.hostname || awsLabels.wellKnown.has(key)) return true;
  return pools.some((pool) => valuesIn(pool, key) !== undefined);
}

// As far as taints and labels decide.
function wouldTake(pool: NodePool, spec: PodSpec): boolean {
  const { taints } = pool.spec.template.spec;
  if (untolerated(taints, spec.tolerations, true) !== undefined) return false;
  return alternativesOf(spec).some((all) => all.every((one) => allows(pool, one)));
}

function allows(pool: NodePool, { key: written, operator, values = [] }: LabelSelectorRequirement): boolean {
  const key = awsLabels.normalized.get(written) ?? written;
  const known = key === labelKeys.nodePool ? [pool.metadata.name] : valuesIn(pool, key);
  // What instance types decide may be anything that the pool does not rule out.
  const isOpen = known === undefined && awsLabels.wellKnown.has(key);
  switch (operator) {
    case "In":
      return isOpen || known?.some((value) => values.includes(value)) === true;
    case "NotIn":
      return known === undefined || known.some((value) => !values.includes(value));
    case "Exists":
      return isOpen || known !== undefined;
    case "DoesNotExist":
      return known === undefined && !isOpen;
    default:
      return isOpen || known !== undefined;
  }
}

/** The pools that would take such a pod, in the order in which Karpenter asks them: by weight, then by name in reverse. */
export function takersOf(pools: readonly NodePool[], spec: PodSpec): readonly NodePool[] {
  return pools
    .filter((pool) => wouldTake(pool, spec))
    .toSorted((a, b) => (b.spec.weight ?? 0) - (a.spec.weight ?? 0) || (a.metadata.name > b.metadata.name ? -1 : 1));
}
