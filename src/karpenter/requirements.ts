// Mirrors pkg/scheduling/requirements.go of karpenter v1.14.1.
import type { Labels } from "../kube/objects.ts";
import type { RequirementSpec } from "./instance-type.ts";
import { type LabelFamily, labelKeys } from "./labels.ts";
import {
  agree,
  exists,
  intersection,
  isNegative,
  type Requirement,
  requirementFromSpec,
  requirementIn,
  requirementText,
  specsOf,
} from "./requirement.ts";

/** Requirements by (normalised) key, all of which must hold (Karpenter's `pkg/scheduling/requirements.go`). */
export type Requirements = ReadonlyMap<string, Requirement>;

/** Why two sets of requirements cannot both hold: a key that one side lacks, or a key on which they share no value. */
export type Conflict =
  | { readonly kind: "undefined"; readonly key: string }
  | { readonly kind: "disjoint"; readonly key: string; readonly existing: Requirement; readonly incoming: Requirement };

/** Requirements as the API writes them, all of them together. */
export function fromSpecs(specs: readonly RequirementSpec[], family: LabelFamily): Map<string, Requirement> {
  const requirements = new Map<string, Requirement>();
  for (const spec of specs) addRequirement(requirements, requirementFromSpec(spec, family));
  return requirements;
}

/** What labels amount to: each key with its one value. */
export function fromLabels(labels: Labels | undefined, family: LabelFamily): Map<string, Requirement> {
  const requirements = new Map<string, Requirement>();
  for (const [key, value] of Object.entries(labels ?? {})) {
    addRequirement(requirements, requirementIn(family.normalized.get(key) ?? key, [value]));
  }
  return requirements;
}

/** Narrows the key's requirement in place, or defines it. */
export function addRequirement(requirements: Map<string, Requirement>, requirement: Requirement): void {
  const existing = requirements.get(requirement.key);
  requirements.set(requirement.key, existing === undefined ? requirement : intersection(requirement, existing));
}

/** All of both. */
export function together(...all: readonly Requirements[]): Map<string, Requirement> {
  const requirements = new Map<string, Requirement>();
  for (const one of all) for (const requirement of one.values()) addRequirement(requirements, requirement);
  return requirements;
}

/** The requirement of a key; any value where there is none. */
export function requirementOf(requirements: Requirements, key: string): Requirement {
  return requirements.get(key) ?? exists(key);
}

/**
 * Whether what is demanded can hold on the side that offers. A key that the offering side lacks is refused unless it is in
 * `allowUndefined` or demanded negatively. The direction matters. Undefined when it can.
 */
export function requirementConflict(
  offered: Requirements,
  demanded: Requirements,
  allowUndefined?: ReadonlySet<string>,
): Conflict | undefined {
  for (const [key, requirement] of demanded) {
    if (allowUndefined?.has(key) === true || offered.has(key) || isNegative(requirement)) continue;
    return { kind: "undefined", key };
  }
  return disjoint(offered, demanded);
}

/** Whether there is no `conflict`. */
export function compatible(
  offered: Requirements,
  demanded: Requirements,
  allowUndefined?: ReadonlySet<string>,
): boolean {
  return requirementConflict(offered, demanded, allowUndefined) === undefined;
}

/**
 * The first key, in order, that both sides define and on which they share nothing. Two negative requirements never conflict. Undefined
 * when there is none.
 */
export function disjoint(existing: Requirements, incoming: Requirements): Conflict | undefined {
  for (const [key, requirement] of incoming) {
    const other = existing.get(key);
    if (other === undefined || agree(other, requirement)) continue;
    return { kind: "disjoint", key, existing: other, incoming: requirement };
  }
  return undefined;
}

/** Whether the two agree on every key they share. */
export function intersects(existing: Requirements, incoming: Requirements): boolean {
  return disjoint(existing, incoming) === undefined;
}

/** Whether some key demands flexibility. */
export function hasMinValues(requirements: Requirements): boolean {
  for (const requirement of requirements.values()) if (requirement.minValues !== undefined) return true;
  return false;
}

/** As NodeClaim.spec.requirements holds them, by key and operator (the real order is random). */
export function serialise(requirements: Requirements): RequirementSpec[] {
  const specs = [...requirements.values()].flatMap(specsOf);
  return specs.sort((a, b) => compareText(a.key, b.key) || compareText(a.operator, b.operator));
}

/** Karpenter's own rendering, for error texts. */
export function requirementsText(requirements: Requirements): string {
  const texts = [...requirements.values()].filter(({ key }) => key !== labelKeys.hostname).map(requirementText);
  return texts.sort(compareText).join(", ");
}

/** Byte order for ASCII names; never locale order. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
