import { agree, isNegative, type Requirement } from "../../karpenter/requirement.ts";
import type { Labels } from "../../kube/objects.ts";
import type { MapOrder } from "./map-order.ts";
import type { PodConstraints } from "../pods/pod-constraints.ts";
import type { RequirementSet } from "../types/requirement-table.ts";
import { filterAdmits, type Place } from "./topology-filter.ts";
import { domainsFor, hostnameFits, keepsApart, record, type TopologyGroup } from "./topology-group.ts";
import { TopologyGroups, type TopologyInput } from "./topology-groups.ts";

/** The groups that pods of the same constraints answer to. */
export interface PodTopology {
  readonly owned: readonly TopologyGroup[];
  /** Groups by which the pod's own anti-affinity keeps others away. */
  readonly inverse: readonly TopologyGroup[];
}

/** Of a pod that topology does not know. */
export const noTopology: PodTopology = { owned: [], inverse: [] };

/** A group that a placement has to suit. */
export interface TopologyRule {
  readonly group: TopologyGroup;
  /** The pod itself will count in it. */
  readonly selectsItself: boolean;
}

/** All rules for placing one pod, by what they look at. */
export interface Rules {
  readonly byHostname: readonly TopologyRule[];
  readonly byDomain: readonly TopologyRule[];
}

/** Why a place does not suit a pod's topology. */
export type TopologyRefusal =
  | {
      readonly kind: "unsatisfiable";
      readonly group: TopologyGroup;
      readonly podDomains: Requirement | undefined;
      readonly nodeDomains: Requirement | undefined;
    }
  | { readonly kind: "requirements"; readonly narrowed: RequirementSet };

/** What topology is asked about: a pod by its constraints, the rules they bring, and where looks at its domains begin. */
export interface TopologyQuestion {
  readonly constraints: PodConstraints;
  readonly rules: Rules;
  readonly order: MapOrder;
}

/** What this pass knows of constraints. */
interface Known {
  /** Filled when a pod with them is first met whose volumes are known. */
  topology: PodTopology | undefined;
  /** Groups that count pods with these labels, as far as `selectedUpTo` groups of the namespace were looked at. */
  readonly selecting: TopologyGroup[];
  selectedUpTo: number;
  /** See `Topology.rules`. */
  rules: Rules | undefined;
}

/** Counts of all topology groups of one pass (Karpenter's `topology.go`). */
export class Topology {
  readonly #input: TopologyInput;
  readonly #groups: TopologyGroups;
  readonly #known = new Map<PodConstraints, Known>();

  constructor(input: TopologyInput) {
    this.#input = input;
    this.#groups = new TopologyGroups(input);
  }

  /** Anti-affinity of a pod that runs already keeps others away from its domain. */
  seedInverse(constraints: PodConstraints, nodeLabels: Labels): void {
    for (const group of this.#groups.inverse(constraints)) {
      const domain = nodeLabels[group.key];
      if (domain !== undefined) record(group, domain, -1);
    }
  }

  /** Makes and counts the groups of constraints the first time they are met. */
  update(constraints: PodConstraints): PodTopology {
    const known = this.#of(constraints);
    if (known.topology === undefined) {
      const inverse = this.#groups.inverse(constraints);
      known.topology = { inverse, owned: this.#groups.owned(constraints) };
    }
    return known.topology;
  }

  #of(constraints: PodConstraints): Known {
    let known = this.#known.get(constraints);
    if (known === undefined) {
      known = { topology: undefined, selecting: [], selectedUpTo: 0, rules: undefined };
      this.#known.set(constraints, known);
    }
    return known;
  }

  /** Groups, inverse ones included, that count pods with these constraints. */
  #selecting({ namespace, labels }: PodConstraints, known: Known): readonly TopologyGroup[] {
    const all = this.#groups.byNamespace.get(namespace);
    if (all === undefined || known.selectedUpTo === all.length) return known.selecting;
    for (let at = known.selectedUpTo; at < all.length; at++) {
      const group = all[at];
      if (group?.matches(labels) === true) known.selecting.push(group);
    }
    known.selectedUpTo = all.length;
    known.rules = undefined;
    return known.selecting;
  }

  /** The pod's own groups, and the inverse groups that look at it. Remembered while no group is added. */
  rules(constraints: PodConstraints, topology: PodTopology): Rules {
    const known = this.#of(constraints);
    const selecting = this.#selecting(constraints, known);
    if (known.rules !== undefined && topology === known.topology) return known.rules;
    const rules: { byHostname: TopologyRule[]; byDomain: TopologyRule[] } = { byHostname: [], byDomain: [] };
    for (const group of [...topology.owned, ...selecting.filter(({ isInverse }) => isInverse)]) {
      const selectsItself = group.namespaces.has(constraints.namespace) && group.matches(constraints.labels);
      (group.isHostname ? rules.byHostname : rules.byDomain).push({ group, selectsItself });
    }
    if (topology === known.topology) known.rules = rules;
    return rules;
  }

  /** What the place must become for the pod to be there: its requirements narrowed to the domains that remain. */
  narrow(question: TopologyQuestion, place: Place, isStrict: boolean): RequirementSet | TopologyRefusal {
    const { constraints, rules } = question;
    for (const rule of rules.byHostname) {
      if (!this.suitsHostname(rule, constraints, place)) {
        return {
          kind: "unsatisfiable",
          group: rule.group,
          podDomains: constraints.strictHostname,
          nodeDomains: place.hostname,
        };
      }
    }
    return rules.byDomain.length === 0 ? place.set : this.narrowDomains(question, place.set, isStrict);
  }

  /** Whether a rule by hostname allows the place. */
  suitsHostname(
    { group, selectsItself }: TopologyRule,
    constraints: PodConstraints,
    { hostname, planned }: Place,
  ): boolean {
    if (hostname.values.size !== 1) return false;
    if (planned >= 0 && group.type !== "affinity") return keepsApart(group, selectsItself, group.planned[planned] ?? 0);
    const [name = ""] = hostname.values;
    const count = planned >= 0 ? (group.planned[planned] ?? 0) : (group.counts.get(name) ?? 0);
    return hostnameFits(group, { hostname: name, count }, { selectsItself, podDomains: constraints.strictHostname });
  }

  /** The other rules; they look at nothing of the place but its requirements. */
  narrowDomains(
    { constraints, rules: { byDomain }, order }: TopologyQuestion,
    set: RequirementSet,
    isStrict: boolean,
  ): RequirementSet | TopologyRefusal {
    let narrowed = set;
    for (const { group, selectsItself } of byDomain) {
      const podDomains = constraints.strict.all.get(group.key);
      const nodeDomains = set.all.get(group.key);
      const domains = domainsFor(group, { selectsItself, podDomains, nodeDomains, order });
      if (domains.length === 0) return { kind: "unsatisfiable", group, podDomains, nodeDomains };
      narrowed = this.#input.sets.withValues(narrowed, group.key, domains);
    }
    if (narrowed === set) return narrowed;
    return this.#clash(set, narrowed, byDomain, isStrict) ? { kind: "requirements", narrowed } : narrowed;
  }

  // Karpenter's `Compatible`. Keys without a rule are compared with themselves and never clash.
  #clash(before: RequirementSet, after: RequirementSet, rules: readonly TopologyRule[], isStrict: boolean): boolean {
    for (const { group } of rules) {
      const { key } = group;
      const demanded = after.all.get(key);
      if (demanded === undefined) continue;
      const offered = before.all.get(key);
      if (offered === undefined) {
        if (!isNegative(demanded) && (isStrict || !this.#input.sets.family.wellKnown.has(key))) return true;
      } else if (!agree(offered, demanded)) return true;
    }
    return false;
  }

  /** Counts a placed pod in every group that looks at it. */
  record(constraints: PodConstraints, topology: PodTopology, place: Place): void {
    for (const group of this.#selecting(constraints, this.#of(constraints))) {
      if (group.isInverse || !filterAdmits(group.filter, place, this.#input.sets)) continue;
      const domains = group.isHostname ? place.hostname : place.set.all.get(group.key);
      if (domains === undefined) continue;
      // Anti-affinity blocks every domain the node may still end in; others count once it is settled.
      if (group.type === "anti-affinity" || (!domains.complement && domains.values.size === 1))
        recordAll(group, domains.values, place);
    }
    for (const group of topology.inverse) {
      const domains = group.isHostname ? place.hostname : place.set.all.get(group.key);
      if (domains !== undefined) recordAll(group, domains.values, place);
    }
  }
}

function recordAll(group: TopologyGroup, domains: ReadonlySet<string>, { planned }: Place): void {
  for (const domain of domains) record(group, domain, group.isHostname ? planned : -1);
}
