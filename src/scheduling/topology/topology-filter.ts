// Mirrors pkg/controllers/provisioning/scheduling/topologynodefilter.go of karpenter v1.14.1.
import type { LabelFamily } from "../../karpenter/labels.ts";
import { agree, type Requirement, requirementFromSpec } from "../../karpenter/requirement.ts";
import { addRequirement, fromLabels } from "../../karpenter/requirements.ts";
import { toleratesAll } from "../../karpenter/taints.ts";
import type { Taint, Toleration, TopologySpreadConstraint } from "../../kube/objects.ts";
import type { Demands } from "../pods/preferences.ts";
import { type RequirementTable, type RequirementSet, splitHostname } from "../types/requirement-table.ts";

/** Which nodes a spread constraint counts on (Karpenter's `topologynodefilter.go`). */
export interface NodeFilter {
  readonly taintsPolicy: string;
  readonly affinityPolicy: string;
  readonly tolerations: readonly Toleration[];
  /** Any of them suffices. */
  readonly alternatives: readonly FilterAlternative[];
}

interface FilterAlternative {
  readonly set: RequirementSet;
  readonly hostname: Requirement | undefined;
  readonly keys: readonly string[];
}

/** A node or claim as topology sees it. */
export interface Place {
  readonly taints: readonly Taint[];
  readonly set: RequirementSet;
  /** The hostname requirement; always one value but for a node whose hostname label is empty. */
  readonly hostname: Requirement;
  /** Index of a node that is only planned; -1 for one that is there. */
  readonly planned: number;
}

/** The filter of a spread constraint: the pod's own node selector and affinity, unless its policies say otherwise. */
export function nodeFilterOf(
  constraint: TopologySpreadConstraint,
  demands: Demands,
  sets: RequirementTable,
): NodeFilter {
  const terms = demands.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const alternatives = (terms ?? [{}]).map((term) => {
    const requirements = fromLabels(demands.nodeSelector, sets.family);
    for (const expression of term.matchExpressions ?? []) addRequirement(requirements, read(expression, sets.family));
    const keys = [...requirements.keys()];
    const hostname = splitHostname(requirements);
    return { set: sets.intern(requirements), hostname, keys };
  });
  return {
    taintsPolicy: constraint.nodeTaintsPolicy ?? "Ignore",
    affinityPolicy: constraint.nodeAffinityPolicy ?? "Honor",
    tolerations: demands.tolerations ?? [],
    alternatives,
  };
}

const read = (
  spec: { readonly key: string; readonly operator: string; readonly values?: readonly string[] },
  family: LabelFamily,
): Requirement => requirementFromSpec(spec, family);

/** Whether pods at the place count. Every key demanded must be defined there: the leniency for well-known labels does not reach here. */
export function filterAdmits(filter: NodeFilter | undefined, place: Place, sets: RequirementTable): boolean {
  if (filter === undefined) return true;
  if (filter.affinityPolicy === "Honor" && !anyAlternative(filter, place, sets)) return false;
  return filter.taintsPolicy !== "Honor" || toleratesAll(place.taints, filter.tolerations);
}

function anyAlternative({ alternatives }: NodeFilter, place: Place, sets: RequirementTable): boolean {
  if (alternatives.length === 0) return true;
  for (const { set, hostname } of alternatives) {
    if (hostname !== undefined && !agree(place.hostname, hostname)) continue;
    if (sets.strictConflict(place.set, set) === undefined) return true;
  }
  return false;
}
