import type { Requirement } from "../karpenter/requirement.ts";
import { conflict } from "../karpenter/requirements.ts";
import type { Labels } from "../kube/objects.ts";
import { type Draw, firstTry } from "./draw.ts";
import type { PodShape } from "./pod-shape.ts";
import type { RequirementSet } from "./requirement-book.ts";
import { filterAdmits, type Place } from "./topology-filter.ts";
import { domainsFor, hostnameFits, record, type TopologyGroup } from "./topology-group.ts";
import { TopologyGroups, type TopologyInput } from "./topology-groups.ts";

/** The groups a pod of one shape answers to. */
export interface PodTopology {
  readonly owned: readonly TopologyGroup[];
  /** Groups by which the pod's own anti-affinity keeps others away. */
  readonly inverse: readonly TopologyGroup[];
}

/** Of a pod that topology does not know. */
export const noTopology: PodTopology = { owned: [], inverse: [] };

/** A group that a placement has to suit. */
export interface Rule {
  readonly group: TopologyGroup;
  /** The pod itself will count in it. */
  readonly selectsItself: boolean;
}

/** All rules for placing one pod, by what they look at. */
export interface Rules {
  readonly byHostname: readonly Rule[];
  readonly byDomain: readonly Rule[];
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

/** Counts of all topology groups of one pass (Karpenter's `topology.go`). */
export class Topology {
  /** Of the pod that is being placed. */
  draw: Draw = firstTry;
  readonly #input: TopologyInput;
  readonly #groups: TopologyGroups;

  constructor(input: TopologyInput) {
    this.#input = input;
    this.#groups = new TopologyGroups(input);
  }

  /** Anti-affinity of a pod that runs already keeps others away from its domain. */
  seedInverse(shape: PodShape, nodeLabels: Labels): void {
    for (const group of this.#groups.inverse(shape)) {
      const domain = nodeLabels[group.key];
      if (domain !== undefined) record(group, domain, -1);
    }
  }

  /** Makes and counts the groups of a shape the first time it is met. */
  update(shape: PodShape): PodTopology {
    if (shape.topology !== undefined) return shape.topology;
    const inverse = this.#groups.inverse(shape);
    shape.topology = { inverse, owned: this.#groups.owned(shape) };
    return shape.topology;
  }

  /** Groups, inverse ones included, that count pods of this shape. */
  #selecting(shape: PodShape): readonly TopologyGroup[] {
    const all = this.#groups.byNamespace.get(shape.namespace);
    if (all === undefined || shape.selectedUpTo === all.length) return shape.selecting;
    for (let at = shape.selectedUpTo; at < all.length; at++) {
      const group = all[at];
      if (group?.matches(shape.labels) === true) shape.selecting.push(group);
    }
    shape.selectedUpTo = all.length;
    shape.rules = undefined;
    return shape.selecting;
  }

  /** The pod's own groups, and the inverse groups that look at it. Remembered by shape while no group is added. */
  rules(shape: PodShape, topology: PodTopology): Rules {
    const selecting = this.#selecting(shape);
    if (shape.rules !== undefined && topology === shape.topology) return shape.rules;
    const concerned = [...topology.owned, ...selecting.filter(({ isInverse }) => isInverse)];
    const all = concerned.map((group) => ({
      group,
      selectsItself: group.namespaces.has(shape.namespace) && group.matches(shape.labels),
    }));
    const rules = {
      byHostname: all.filter(({ group }) => group.isHostname),
      byDomain: all.filter(({ group }) => !group.isHostname),
    };
    if (topology === shape.topology) shape.rules = rules;
    return rules;
  }

  /** What the place must become for the pod to be there: its requirements narrowed to the domains that remain. */
  narrow(shape: PodShape, rules: Rules, place: Place, isStrict: boolean): RequirementSet | TopologyRefusal {
    for (const rule of rules.byHostname) {
      if (!this.suitsHostname(rule, shape, place)) {
        return {
          kind: "unsatisfiable",
          group: rule.group,
          podDomains: shape.strictHostname,
          nodeDomains: place.hostname,
        };
      }
    }
    return rules.byDomain.length === 0 ? place.set : this.narrowDomains(shape, rules.byDomain, place.set, isStrict);
  }

  /** Whether a rule by hostname allows the place. */
  suitsHostname({ group, selectsItself }: Rule, shape: PodShape, { hostname, planned }: Place): boolean {
    if (hostname.values.size !== 1) return false;
    const [name = ""] = hostname.values;
    const count = planned >= 0 ? (group.planned[planned] ?? 0) : (group.counts.get(name) ?? 0);
    return hostnameFits(group, { hostname: name, count }, { selectsItself, podDomains: shape.strictHostname });
  }

  /** The other rules; they look at nothing of the place but its requirements. */
  narrowDomains(
    shape: PodShape,
    rules: readonly Rule[],
    set: RequirementSet,
    isStrict: boolean,
  ): RequirementSet | TopologyRefusal {
    let narrowed = set;
    for (const { group, selectsItself } of rules) {
      const podDomains = shape.strict.all.get(group.key);
      const nodeDomains = set.all.get(group.key);
      const domains = domainsFor(group, { selectsItself, podDomains, nodeDomains, draw: this.draw });
      if (domains.length === 0) return { kind: "unsatisfiable", group, podDomains, nodeDomains };
      narrowed = this.#input.book.withValues(narrowed, group.key, domains);
    }
    if (narrowed === set) return narrowed;
    return this.#clash(set, narrowed, rules, isStrict) ? { kind: "requirements", narrowed } : narrowed;
  }

  // Keys without a rule are compared with themselves and never clash.
  #clash(before: RequirementSet, after: RequirementSet, rules: readonly Rule[], isStrict: boolean): boolean {
    const demanded = new Map<string, Requirement>();
    for (const { group } of rules) {
      const requirement = after.all.get(group.key);
      if (requirement !== undefined) demanded.set(group.key, requirement);
    }
    return conflict(before.all, demanded, isStrict ? undefined : this.#input.book.family.wellKnown) !== undefined;
  }

  /** Counts a placed pod in every group that looks at it. */
  record(shape: PodShape, topology: PodTopology, place: Place): void {
    for (const group of this.#selecting(shape)) {
      if (group.isInverse || !filterAdmits(group.filter, place, this.#input.book)) continue;
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
