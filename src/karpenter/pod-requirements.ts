// Mirrors pkg/scheduling/requirements.go of karpenter v1.14.1.
import type { Affinity, NodeSelectorTerm, PodSpec } from "../kube/objects.ts";
import { goSort } from "../kube/go-sort.ts";
import type { LabelFamily } from "./labels.ts";
import { type Requirement, requirementFromSpec } from "./requirement.ts";
import { addRequirement, fromLabels } from "./requirements.ts";

type PreferredTerms = NonNullable<
  NonNullable<Affinity["nodeAffinity"]>["preferredDuringSchedulingIgnoredDuringExecution"]
>;

/**
 * What a pod demands of a node's labels: node selector, the heaviest preferred term (unless `strict`), and the first required term.
 * Later required terms are alternatives that relaxation reaches (Karpenter's `NewPodRequirements`).
 */
export function podRequirements(
  spec: Pick<PodSpec, "nodeSelector" | "affinity">,
  family: LabelFamily,
  strict: boolean,
): Map<string, Requirement> {
  const requirements = fromLabels(spec.nodeSelector, family);
  const affinity = spec.affinity?.nodeAffinity;
  if (affinity === undefined) return requirements;
  const [heaviest] = strict ? [] : byWeight(affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []);
  addTerm(requirements, heaviest?.preference, family);
  addTerm(requirements, affinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0], family);
  return requirements;
}

/** Karpenter sorts the pod's own list, unstably, heaviest first. */
export function byWeight<T extends { readonly weight: number }>(terms: readonly T[]): T[] {
  const sorted = [...terms];
  goSort(sorted, (a, b) => a.weight > b.weight);
  return sorted;
}

/** Whether some wish of the pod counts as a demand at first. */
export function hasPreferredNodeAffinity(spec: Pick<PodSpec, "affinity">): boolean {
  const terms: PreferredTerms = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.length > 0;
}

function addTerm(
  requirements: Map<string, Requirement>,
  term: NodeSelectorTerm | undefined,
  family: LabelFamily,
): void {
  // A term is summed up by itself first, as upstream does; the order of intersections does not change the outcome.
  for (const expression of term?.matchExpressions ?? [])
    addRequirement(requirements, requirementFromSpec(expression, family));
}
