import {
  byWeight,
  hasPreferredNodeAffinity,
  podRequirements as requirementsOfPod,
} from "../../karpenter/pod-requirements.ts";
import type { Requirement } from "../../karpenter/requirement.ts";
import type { Affinity, Labels, Pod } from "../../kube/objects.ts";
import { type Demands, relax } from "./preferences.ts";
import { type RequirementTable, type RequirementSet, splitHostname } from "../types/requirement-table.ts";

/**
 * What a pod demands of the place it goes to and what others see of it: everything but its size. There are far fewer constraints than
 * pods, or shapes: all that is read, counted or looked up for them is done once for pods of any size.
 */
export interface PodConstraints {
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly demands: Demands;
  /** With the heaviest preference counted as a demand, unless preferences are ignored. */
  readonly requirements: RequirementSet;
  readonly hostname: Requirement | undefined;
  readonly strict: RequirementSet;
  readonly strictHostname: Requirement | undefined;
  /** The next step down; null when there is none, undefined while nobody asked. */
  next: PodConstraints | null | undefined;
  /** What the next step gives up, in words; known once the step was asked for. */
  gives: string | undefined;
}

/** How constraints are read. */
export interface ConstraintContext {
  readonly sets: RequirementTable;
  readonly ignoresPreferences: boolean;
  readonly toleratesPreferNoSchedule: boolean;
}

/** Constraints of all passes over one cluster. */
export class ConstraintTable {
  readonly #byText = new Map<string, PodConstraints>();
  readonly #context: ConstraintContext;
  #count = 0;

  constructor(context: ConstraintContext) {
    this.#context = context;
  }

  /** The constraints of a pod as it stands. Costs one serialisation of the parts that matter. */
  of({ metadata, spec }: Pod): PodConstraints {
    const { nodeSelector, affinity, tolerations, topologySpreadConstraints } = spec;
    const { namespace = "", labels = {} } = metadata;
    const text = textOf(namespace, labels, spec);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const demands: Demands = {
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(affinity === undefined ? {} : { affinity: sortedPreferences(affinity) }),
      ...(tolerations === undefined ? {} : { tolerations }),
      ...(topologySpreadConstraints === undefined ? {} : { topologySpreadConstraints }),
    };
    const constraints = this.#read(namespace, labels, demands);
    this.#byText.set(text, constraints);
    return constraints;
  }

  /** The constraints one relaxation further; undefined at the end of the ladder. */
  relaxed(constraints: PodConstraints): PodConstraints | undefined {
    if (constraints.next === undefined) {
      const step = relax(constraints.demands, this.#context.toleratesPreferNoSchedule);
      constraints.gives = step?.gaveUp;
      constraints.next = step === undefined ? null : this.#stepped(constraints, step.demands);
    }
    return constraints.next ?? undefined;
  }

  // Different originals may meet on their way down; then they share the rest of it.
  #stepped({ namespace, labels }: PodConstraints, demands: Demands): PodConstraints {
    const text = `relaxed ${JSON.stringify([namespace, labels, demands])}`;
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const relaxed = this.#read(namespace, labels, demands);
    this.#byText.set(text, relaxed);
    return relaxed;
  }

  #read(namespace: string, labels: Labels, demands: Demands): PodConstraints {
    const { sets, ignoresPreferences } = this.#context;
    const full = requirementsOfPod(demands, sets.family, ignoresPreferences);
    const hostname = splitHostname(full);
    const strict = hasPreferredNodeAffinity(demands) ? requirementsOfPod(demands, sets.family, true) : undefined;
    const strictHostname = strict === undefined ? hostname : splitHostname(strict);
    const requirements = sets.intern(full);
    return {
      id: this.#count++,
      namespace,
      labels,
      demands,
      requirements,
      hostname,
      strict: strict === undefined ? requirements : sets.intern(strict),
      strictHostname,
      next: undefined,
      gives: undefined,
    };
  }
}

// Neither a namespace nor a label can hold a line break. Only what is there is serialised: most pods say little.
function textOf(namespace: string, labels: Labels, spec: Pod["spec"]): string {
  const { nodeSelector, affinity, tolerations, topologySpreadConstraints } = spec;
  let text = namespace;
  for (const key in labels) text += `\n${key}\n${labels[key] ?? ""}`;
  if (nodeSelector !== undefined) text += `\nselects\n\n${JSON.stringify(nodeSelector)}`;
  if (affinity !== undefined) text += `\naffinity\n\n${JSON.stringify(affinity)}`;
  if (tolerations !== undefined) text += `\ntolerates\n\n${JSON.stringify(tolerations)}`;
  if (topologySpreadConstraints !== undefined) text += `\nspreads\n\n${JSON.stringify(topologySpreadConstraints)}`;
  return text;
}

// Karpenter sorts the preferred node affinity terms in place the first time it reads them.
function sortedPreferences(affinity: Affinity): Affinity {
  const terms = affinity.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (terms === undefined || terms.length < 2) return affinity;
  return {
    ...affinity,
    nodeAffinity: { ...affinity.nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution: byWeight(terms) },
  };
}
