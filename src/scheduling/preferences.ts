import type { Affinity, PodSpec, Toleration, TopologySpreadConstraint } from "../kube/objects.ts";

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
  return withAffinity(
    demands,
    withRequired(affinity, required.nodeSelectorTerms.slice(1)),
    "a required node affinity alternative",
  );
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
  const preferredDuringSchedulingIgnoredDuringExecution = heaviestFirst(terms).slice(1);
  const narrowed = { ...affinity[kind], preferredDuringSchedulingIgnoredDuringExecution };
  const word = kind === "podAffinity" ? "a preferred pod affinity" : "a preferred pod anti-affinity";
  return withAffinity(demands, { ...affinity, [kind]: narrowed }, word);
}

function dropPreferredNodeTerm(demands: Demands): Relaxation | undefined {
  const { affinity } = demands;
  const terms = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (affinity === undefined || terms.length === 0) return undefined;
  const preferredDuringSchedulingIgnoredDuringExecution = heaviestFirst(terms).slice(1);
  const nodeAffinity = { ...affinity.nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution };
  return withAffinity(demands, { ...affinity, nodeAffinity }, "a preferred node affinity");
}

function heaviestFirst<T extends { readonly weight: number }>(terms: readonly T[]): T[] {
  return [...terms].sort((a, b) => b.weight - a.weight);
}

/** The last constraint takes the place of the one removed: the order of the rest is Karpenter's. */
function dropSoftSpread(demands: Demands): Relaxation | undefined {
  const constraints: TopologySpreadConstraint[] = [...(demands.topologySpreadConstraints ?? [])];
  const index = constraints.findIndex(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway");
  const last = constraints.pop();
  if (index < 0 || last === undefined) return undefined;
  if (index < constraints.length) constraints[index] = last;
  return { demands: { ...demands, topologySpreadConstraints: constraints }, gaveUp: "a soft topology spread" };
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
