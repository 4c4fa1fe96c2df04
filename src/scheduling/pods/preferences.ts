// Mirrors pkg/controllers/provisioning/scheduling/preferences.go of karpenter v1.14.1.
import type { Affinity, NodeSelectorTerm, PodSpec, Toleration, TopologySpreadConstraint } from "../../kube/objects.ts";

/** The part of a pod that scheduling weighs and relaxation changes. */
export type Demands = Pick<PodSpec, "nodeSelector" | "affinity" | "tolerations" | "topologySpreadConstraints">;

/** One step down from what a pod wishes. */
export interface Relaxation {
  readonly demands: Demands;
  /** What was given up, in words. */
  readonly gaveUp: string;
}

/**
 * Gives up one wish, in Karpenter's order: an alternative of the required node affinity, the heaviest preferred pod affinity, pod
 * anti-affinity, node affinity, a soft spread constraint, and last the aversion to PreferNoSchedule taints (`preferences.go`).
 * Undefined when there is none left to give up.
 */
export function relax(demands: Demands, toleratePreferNoSchedule: boolean): Relaxation | undefined {
  return (
    dropRequiredAlternative(demands) ??
    dropPreferredPodTerm(demands, "podAffinity") ??
    dropPreferredPodTerm(demands, "podAntiAffinity") ??
    dropPreferredNodeTerm(demands) ??
    dropSoftSpread(demands) ??
    (toleratePreferNoSchedule ? tolerate(demands) : undefined)
  );
}

function withAffinity(demands: Demands, affinity: Affinity, gaveUp: string): Relaxation {
  return { demands: { ...demands, affinity }, gaveUp };
}

function dropRequiredAlternative(demands: Demands): Relaxation | undefined {
  const { affinity } = demands;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (affinity === undefined || required === undefined || required.nodeSelectorTerms.length <= 1) return undefined;
  const words = `alternative of the required node affinity: ${termText(required.nodeSelectorTerms[0])}`;
  return withAffinity(demands, withRequired(affinity, required.nodeSelectorTerms.slice(1)), words);
}

type NodeSelectorTerms = NonNullable<
  NonNullable<Affinity["nodeAffinity"]>["requiredDuringSchedulingIgnoredDuringExecution"]
>["nodeSelectorTerms"];

/** The same affinity with other required alternatives. */
export function withRequired(affinity: Affinity, nodeSelectorTerms: NodeSelectorTerms): Affinity {
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms };
  return { ...affinity, nodeAffinity: { ...affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution } };
}

function dropPreferredPodTerm(demands: Demands, kind: "podAffinity" | "podAntiAffinity"): Relaxation | undefined {
  const { affinity } = demands;
  const terms = affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (affinity === undefined || terms.length === 0) return undefined;
  const [heaviest, ...preferredDuringSchedulingIgnoredDuringExecution] = heaviestFirst(terms);
  const narrowed = { ...affinity[kind], preferredDuringSchedulingIgnoredDuringExecution };
  const word = kind === "podAffinity" ? "pod affinity" : "pod anti-affinity";
  const words = `${word} of weight ${heaviest?.weight ?? 0} by ${heaviest?.podAffinityTerm.topologyKey ?? ""}`;
  return withAffinity(demands, { ...affinity, [kind]: narrowed }, words);
}

function dropPreferredNodeTerm(demands: Demands): Relaxation | undefined {
  const { affinity } = demands;
  const terms = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (affinity === undefined || terms.length === 0) return undefined;
  const [heaviest, ...preferredDuringSchedulingIgnoredDuringExecution] = heaviestFirst(terms);
  const nodeAffinity = { ...affinity.nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution };
  const words = `node affinity of weight ${heaviest?.weight ?? 0}: ${termText(heaviest?.preference)}`;
  return withAffinity(demands, { ...affinity, nodeAffinity }, words);
}

function termText(term: NodeSelectorTerm | undefined): string {
  const texts = (term?.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    `${key} ${operator} ${values.join(", ")}`.trim(),
  );
  return texts.join(" and ");
}

function heaviestFirst<T extends { readonly weight: number }>(terms: readonly T[]): T[] {
  return [...terms].sort((a, b) => b.weight - a.weight);
}

/** The last constraint takes the place of the one removed: the order of the rest is Karpenter's. */
function dropSoftSpread(demands: Demands): Relaxation | undefined {
  const constraints: TopologySpreadConstraint[] = [...(demands.topologySpreadConstraints ?? [])];
  const index = constraints.findIndex(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway");
  const key = constraints[index]?.topologyKey;
  const last = constraints.pop();
  if (key === undefined || last === undefined) return undefined;
  if (index < constraints.length) constraints[index] = last;
  return { demands: { ...demands, topologySpreadConstraints: constraints }, gaveUp: `soft spread over ${key}` };
}

const lenient: Toleration = { operator: "Exists", effect: "PreferNoSchedule" };

function tolerate(demands: Demands): Relaxation | undefined {
  const tolerations = withLenientToleration(demands.tolerations);
  return tolerations === undefined
    ? undefined
    : { demands: { ...demands, tolerations }, gaveUp: "aversion to PreferNoSchedule taints" };
}

/** Adds the toleration of every PreferNoSchedule taint; undefined when it is there already. */
export function withLenientToleration(tolerations: readonly Toleration[] = []): readonly Toleration[] | undefined {
  const has = tolerations.some(
    ({ key = "", operator = "", value = "", effect = "" }) =>
      key === "" && operator === lenient.operator && value === "" && effect === lenient.effect,
  );
  return has ? undefined : [...tolerations, lenient];
}
