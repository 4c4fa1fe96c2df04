// Our own: the real program has no such file.
import { type LabelFamily, labelKeys } from "../../karpenter/labels.ts";
import { type Requirement, requirementIn, requirementText } from "../../karpenter/requirement.ts";
import {
  addRequirement,
  type Conflict,
  requirementConflict,
  hasMinValues,
  type Requirements,
} from "../../karpenter/requirements.ts";

/**
 * A set of requirements met before: equal sets are one object, so that sums and comparisons are remembered by number. Equal means equal in
 * order too: which key a refusal names and which domain a draw begins with must not depend on who wrote the same set down before.
 *
 * The hostname is never in it: every node has its own, and it would make every set different. Whoever needs it keeps it beside.
 */
export interface RequirementSet {
  readonly id: number;
  readonly all: Requirements;
  readonly hasMinValues: boolean;
}

/** All requirement sets of the passes over one cluster. Looking a sum or a conflict up costs one map access once it was computed. */
export class RequirementTable {
  readonly family: LabelFamily;
  readonly empty: RequirementSet;
  readonly #byText = new Map<string, RequirementSet>();
  readonly #sums = new Map<number, RequirementSet>();
  readonly #conflicts = new Map<number, Conflict | undefined>();
  readonly #strictConflicts = new Map<number, Conflict | undefined>();
  readonly #byObject = new Map<Requirements, RequirementSet>();
  readonly #lists = new Map<string, RequirementSet>();
  #adopted = 0;

  constructor(family: LabelFamily) {
    this.family = family;
    this.empty = this.intern(new Map());
  }

  intern(requirements: Requirements): RequirementSet {
    let text = "";
    for (const requirement of requirements.values()) text += `${identity(requirement)}\n`;
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const all = new Map(requirements);
    const set = { id: this.#byText.size, all, hasMinValues: hasMinValues(all) };
    this.#byText.set(text, set);
    return set;
  }

  /** The same for requirements that are handed in again and again as one object. */
  of(requirements: Requirements): RequirementSet {
    const known = this.#byObject.get(requirements);
    if (known !== undefined) return known;
    const set = this.intern(requirements);
    this.#byObject.set(requirements, set);
    return set;
  }

  /** Both together. */
  sum(a: RequirementSet, b: RequirementSet): RequirementSet {
    if (b === this.empty) return a;
    if (a.id >= adoptedBase) return this.#merged(a, b);
    const pair = a.id * pairBase + b.id;
    const known = this.#sums.get(pair);
    if (known !== undefined) return known;
    const set = this.#merged(a, b);
    this.#sums.set(pair, set);
    return set;
  }

  /** A set that is one of its kind, like a node's labels: it gets a number but is not compared with others. */
  adopt(requirements: Requirements): RequirementSet {
    this.#adopted += 1;
    return { id: adoptedBase + this.#adopted, all: requirements, hasMinValues: false };
  }

  #merged(a: RequirementSet, b: RequirementSet): RequirementSet {
    const merged = new Map(a.all);
    let isChanged = false;
    for (const requirement of b.all.values()) {
      const before = merged.get(requirement.key);
      addRequirement(merged, requirement);
      // Keep the object where nothing changed: what was found out about it is remembered by identity.
      if (before !== undefined && isEqual(before, merged.get(requirement.key) ?? before))
        merged.set(requirement.key, before);
      else isChanged = true;
    }
    if (!isChanged) return a;
    return a.id >= adoptedBase ? this.adopt(merged) : this.intern(merged);
  }

  /** One more requirement: one of these values. */
  withValues(a: RequirementSet, key: string, values: readonly string[]): RequirementSet {
    const text = `${key}\n${values.join("\n")}`;
    let set = this.#lists.get(text);
    if (set === undefined) {
      set = this.intern(new Map([[key, requirementIn(key, values)]]));
      this.#lists.set(text, set);
    }
    return this.sum(a, set);
  }

  /** Why `demanded` cannot hold where `offered` does; well-known keys may be undefined there. */
  conflict(offered: RequirementSet, demanded: RequirementSet): Conflict | undefined {
    if (demanded === this.empty) return undefined;
    return this.#remember(this.#conflicts, offered, demanded, this.family.wellKnown);
  }

  /** The same, but every key must be defined where `offered` holds. */
  strictConflict(offered: RequirementSet, demanded: RequirementSet): Conflict | undefined {
    if (demanded === this.empty) return undefined;
    return this.#remember(this.#strictConflicts, offered, demanded, undefined);
  }

  #remember(
    memory: Map<number, Conflict | undefined>,
    offered: RequirementSet,
    demanded: RequirementSet,
    allowed: ReadonlySet<string> | undefined,
  ): Conflict | undefined {
    // Sets of single nodes are not remembered: they are many, and asked once.
    if (offered.id >= adoptedBase) return requirementConflict(offered.all, demanded.all, allowed);
    const pair = offered.id * pairBase + demanded.id;
    const known = memory.get(pair);
    if (known !== undefined || memory.has(pair)) return known;
    const found = requirementConflict(offered.all, demanded.all, allowed);
    memory.set(pair, found);
    return found;
  }
}

const pairBase = 2 ** 26;
const adoptedBase = 2 ** 25;

function isEqual(a: Requirement, b: Requirement): boolean {
  if (a.complement !== b.complement || a.gte !== b.gte || a.lte !== b.lte || a.minValues !== b.minValues) return false;
  if (a.values.size !== b.values.size) return false;
  for (const value of a.values) if (!b.values.has(value)) return false;
  return true;
}

function identity(requirement: Requirement): string {
  const { key, complement, values, gte, lte, minValues } = requirement;
  return JSON.stringify([key, complement, [...values], gte?.toString(), lte?.toString(), minValues]);
}

/** Takes the hostname requirement out of a set. Undefined when there is none. */
export function splitHostname(requirements: Map<string, Requirement>): Requirement | undefined {
  const hostname = requirements.get(labelKeys.hostname);
  requirements.delete(labelKeys.hostname);
  return hostname;
}

/** Karpenter's own text for a conflict. */
export function conflictText(found: Conflict): string {
  if (found.kind === "undefined") return `label "${found.key}" does not have known values`;
  return `key ${found.key}, ${requirementText(found.incoming)} not in ${requirementText(found.existing)}`;
}
