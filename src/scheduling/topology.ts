import type { Node, Pod, PodAffinityTerm, TopologySpreadConstraint } from "../kube/objects.ts";
import type { KubeObject, Labels, LabelSelector } from "../kube/objects.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { type Requirement, requirementIn } from "../karpenter/requirement.ts";
import { conflict, fromLabels } from "../karpenter/requirements.ts";
import { type Domains, reachableDomains } from "./domain-universe.ts";
import type { PodIndex } from "./pod-index.ts";
import type { PodShape } from "./pod-shape.ts";
import type { RequirementBook, RequirementSet } from "./requirement-book.ts";
import { countingMatcherOf, matcherOf } from "./selector.ts";
import type { StateNode } from "./state-node.ts";
import { filterAdmits, type NodeFilter, nodeFilterOf, type Place } from "./topology-filter.ts";
import { domainsFor, hostnameFits, record, register, type TopologyGroup, type TopologyType } from "./topology-group.ts";
import { groupIdentity } from "./topology-identity.ts";

/** The groups a pod of one shape answers to. */
export interface PodTopology {
  readonly owned: readonly TopologyGroup[];
  /** Groups by which the pod's own anti-affinity keeps others away. */
  readonly inverse: readonly TopologyGroup[];
}

export const noTopology: PodTopology = { owned: [], inverse: [] };

/** Why a place does not suit a pod's topology. */
export type TopologyRefusal =
  | {
      readonly kind: "unsatisfiable";
      readonly group: TopologyGroup;
      readonly podDomains: Requirement | undefined;
      readonly nodeDomains: Requirement | undefined;
    }
  | { readonly kind: "requirements"; readonly narrowed: RequirementSet };

export interface TopologyInput {
  readonly book: RequirementBook;
  readonly universe: (key: string) => Domains;
  readonly index: PodIndex;
  readonly nodeByName: ReadonlyMap<string, Node>;
  /** Nodes handed to the scheduler. */
  readonly stateNodes: readonly StateNode[];
  readonly namespaces: readonly KubeObject[];
  readonly ignoresPreferences: boolean;
}

/** Counts of all topology groups of one pass (Karpenter's `topology.go`). */
export class Topology {
  readonly #input: TopologyInput;
  readonly #groups = new Map<string, TopologyGroup>();
  readonly #inverse = new Map<string, TopologyGroup>();
  readonly #inverseGroups = new Set<TopologyGroup>();
  readonly #byNamespace = new Map<string, TopologyGroup[]>();
  readonly #nodeSets = new Map<string, RequirementSet>();
  readonly #namespaceLists = new Map<string, ReadonlySet<string>>();
  /** Rises with every change of any count. */
  version = 0;
  /** See `DomainQuestion.turn`; of the pod that is being placed. */
  turn = 0;

  constructor(input: TopologyInput) {
    this.#input = input;
  }

  get groups(): Iterable<TopologyGroup> {
    return this.#groups.values();
  }

  /** Anti-affinity of pods that run already keeps others away from their domains. */
  seedInverse(pod: Pod, shape: PodShape, nodeLabels: Labels): void {
    for (const group of this.#inverseOf(pod.metadata.namespace ?? "", shape)) {
      const domain = nodeLabels[group.key];
      if (domain !== undefined) record(group, domain);
    }
  }

  /** Creates and counts the groups of a shape the first time it is met. The order of first meetings matters: the first creator decides. */
  update(shape: PodShape): PodTopology {
    shape.topology ??= { inverse: this.#inverseIfAny(shape), owned: this.#owned(shape) };
    return shape.topology;
  }

  #inverseIfAny(shape: PodShape): readonly TopologyGroup[] {
    return shape.demands.affinity?.podAntiAffinity === undefined ? [] : this.#inverseOf(shape.namespace, shape);
  }

  #inverseOf(namespace: string, shape: PodShape): TopologyGroup[] {
    const terms = shape.demands.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.map((term) => {
      const facts = this.#termFacts("anti-affinity", term, namespace);
      const identity = groupIdentity(facts);
      const known = this.#inverse.get(identity);
      if (known !== undefined) return known;
      const group = this.#create(facts, shape);
      this.#inverse.set(identity, group);
      this.#inverseGroups.add(group);
      return group;
    });
  }

  #owned(shape: PodShape): readonly TopologyGroup[] {
    const owned = new Set<TopologyGroup>();
    for (const constraint of shape.demands.topologySpreadConstraints ?? []) {
      if (this.#input.ignoresPreferences && constraint.whenUnsatisfiable !== "DoNotSchedule") continue;
      owned.add(this.#shared(this.#spreadFacts(constraint, shape), shape));
    }
    const { affinity } = shape.demands;
    for (const term of this.#terms(affinity?.podAffinity))
      owned.add(this.#shared(this.#termFacts("affinity", term, shape.namespace), shape));
    for (const term of this.#terms(affinity?.podAntiAffinity))
      owned.add(this.#shared(this.#termFacts("anti-affinity", term, shape.namespace), shape));
    return [...owned];
  }

  #terms(
    affinity:
      | {
          readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
          readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
            readonly podAffinityTerm: PodAffinityTerm;
          }[];
        }
      | undefined,
  ): PodAffinityTerm[] {
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const preferred = this.#input.ignoresPreferences
      ? []
      : (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []);
    return [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)];
  }

  #spreadFacts(constraint: TopologySpreadConstraint, shape: PodShape): Facts {
    return {
      key: constraint.topologyKey,
      type: "spread",
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains,
      namespaces: new Set([shape.namespace]),
      selector: withLabelKeys(constraint, shape.labels),
      filter: nodeFilterOf(constraint, shape.demands, this.#input.book),
    };
  }

  #termFacts(type: TopologyType, term: PodAffinityTerm, namespace: string): Facts {
    const { topologyKey: key, labelSelector: selector } = term;
    return {
      key,
      type,
      maxSkew: 2 ** 31 - 1,
      minDomains: undefined,
      namespaces: this.#namespacesOf(term, namespace),
      selector,
      filter: undefined,
    };
  }

  #namespacesOf({ namespaces = [], namespaceSelector }: PodAffinityTerm, own: string): ReadonlySet<string> {
    if (namespaceSelector === undefined) return new Set(namespaces.length === 0 ? [own] : namespaces);
    const text = JSON.stringify([namespaces, namespaceSelector]);
    const known = this.#namespaceLists.get(text);
    if (known !== undefined) return known;
    const matches = matcherOf(namespaceSelector);
    const selected = this.#input.namespaces
      .filter(({ metadata }) => matches(metadata.labels))
      .map(({ metadata }) => metadata.name);
    const list = new Set([...selected, ...namespaces]);
    this.#namespaceLists.set(text, list);
    return list;
  }

  #shared(facts: Facts, shape: PodShape): TopologyGroup {
    const identity = groupIdentity(facts);
    const known = this.#groups.get(identity);
    if (known !== undefined) return known;
    const group = this.#create(facts, shape);
    this.#countRunning(group, facts.selector);
    this.#groups.set(identity, group);
    return group;
  }

  #create(facts: Facts, creator: PodShape): TopologyGroup {
    const { key, type, maxSkew, minDomains, namespaces, filter } = facts;
    const counts = new Map<string, number>();
    const isHostname = key === labelKeys.hostname;
    // Affinity groups have no taints policy; the empty one means Honor here.
    const domains = isHostname
      ? []
      : reachableDomains(this.#input.universe(key), filter?.taintsPolicy ?? "", creator.demands.tolerations);
    for (const domain of domains) counts.set(domain, 0);
    const matches = matcherOf(facts.selector);
    const group: TopologyGroup = {
      key,
      type,
      maxSkew,
      minDomains,
      namespaces,
      matches,
      filter,
      isHostname,
      counts,
      populated: 0,
      version: 0,
    };
    for (const namespace of namespaces) {
      const list = this.#byNamespace.get(namespace);
      if (list === undefined) this.#byNamespace.set(namespace, [group]);
      else list.push(group);
    }
    return group;
  }

  #countRunning(group: TopologyGroup, selector: LabelSelector | undefined): void {
    const { stateNodes, index, nodeByName, book } = this.#input;
    if (!group.isHostname) {
      for (const { node, labels } of stateNodes) {
        const domain = labels[group.key];
        if (node !== undefined && domain !== undefined && filterAdmits(group.filter, this.#placeOf(node), book))
          register(group, domain);
      }
    }
    for (const name of index.nodesOf(group.namespaces, countingMatcherOf(selector))) {
      const node = nodeByName.get(name);
      const domain = node?.metadata.labels?.[group.key] ?? (group.isHostname ? node?.metadata.name : undefined);
      if (node !== undefined && domain !== undefined && filterAdmits(group.filter, this.#placeOf(node), book))
        record(group, domain);
    }
  }

  // The raw Node counts here: its own taints, and no hostname but the label's.
  #placeOf(node: Node): Place {
    const { name, labels } = node.metadata;
    let set = this.#nodeSets.get(name);
    if (set === undefined) {
      const requirements = fromLabels(labels, this.#input.book.family);
      requirements.delete(labelKeys.hostname);
      set = this.#input.book.adopt(requirements);
      this.#nodeSets.set(name, set);
    }
    const hostname = labels?.[labelKeys.hostname];
    return {
      taints: node.spec?.taints ?? [],
      set,
      hostname: requirementIn(labelKeys.hostname, hostname === undefined ? [] : [hostname]),
    };
  }

  /** Groups, inverse ones included, that count pods of this shape. */
  #selecting(shape: PodShape): readonly TopologyGroup[] {
    const all = this.#byNamespace.get(shape.namespace);
    if (all === undefined) return shape.selecting;
    for (let at = shape.selectedUpTo; at < all.length; at++) {
      const group = all[at];
      if (group?.matches(shape.labels) === true) shape.selecting.push(group);
    }
    shape.selectedUpTo = all.length;
    return shape.selecting;
  }

  selects(group: TopologyGroup, shape: PodShape): boolean {
    return group.namespaces.has(shape.namespace) && group.matches(shape.labels);
  }

  /** What the place must become for the pod to be there: its requirements narrowed to the domains that remain. */
  narrow(shape: PodShape, topology: PodTopology, place: Place, isStrict: boolean): RequirementSet | TopologyRefusal {
    let narrowed = place.set;
    let touched: string[] | undefined;
    for (const group of this.#concerned(shape, topology, place)) {
      const refusal = this.#refusalByHostname(group, shape, place);
      if (refusal !== undefined) return refusal;
      if (group.isHostname) continue;
      const podDomains = shape.strict.all.get(group.key);
      const nodeDomains = place.set.all.get(group.key);
      const domains = domainsFor(group, {
        selectsItself: this.selects(group, shape),
        podDomains,
        nodeDomains,
        turn: this.turn,
      });
      if (domains.length === 0) return { kind: "unsatisfiable", group, podDomains, nodeDomains };
      narrowed = this.#input.book.with(narrowed, requirementIn(group.key, domains));
      touched = touched === undefined ? [group.key] : [...touched, group.key];
    }
    if (touched === undefined || narrowed === place.set) return narrowed;
    return this.#clash(place.set, narrowed, touched, isStrict) ? { kind: "requirements", narrowed } : narrowed;
  }

  #concerned(shape: PodShape, topology: PodTopology, place: Place): readonly TopologyGroup[] {
    let concerned: TopologyGroup[] | undefined;
    for (const group of this.#selecting(shape)) {
      if (!this.#inverseGroups.has(group) || !filterAdmits(group.filter, place, this.#input.book)) continue;
      concerned ??= [...topology.owned];
      concerned.push(group);
    }
    return concerned ?? topology.owned;
  }

  #refusalByHostname(group: TopologyGroup, shape: PodShape, place: Place): TopologyRefusal | undefined {
    if (!group.isHostname) return undefined;
    const [hostname] = place.hostname.values;
    const fits =
      place.hostname.values.size === 1 &&
      hostname !== undefined &&
      hostnameFits(group, hostname, this.selects(group, shape), shape.strictHostname);
    return fits
      ? undefined
      : { kind: "unsatisfiable", group, podDomains: shape.strictHostname, nodeDomains: place.hostname };
  }

  // Untouched keys are compared with themselves and never clash.
  #clash(before: RequirementSet, after: RequirementSet, keys: readonly string[], isStrict: boolean): boolean {
    const demanded = new Map<string, Requirement>();
    for (const key of keys) {
      const requirement = after.all.get(key);
      if (requirement !== undefined) demanded.set(key, requirement);
    }
    return conflict(before.all, demanded, isStrict ? undefined : this.#input.book.family.wellKnown) !== undefined;
  }

  /** Counts a placed pod in every group that looks at it. */
  record(shape: PodShape, topology: PodTopology, place: Place): void {
    for (const group of this.#selecting(shape)) {
      if (this.#inverseGroups.has(group) || !filterAdmits(group.filter, place, this.#input.book)) continue;
      const domains = group.isHostname ? place.hostname : place.set.all.get(group.key);
      if (domains === undefined) continue;
      if (group.type === "anti-affinity") this.#recordAll(group, domains.values);
      else if (!domains.complement && domains.values.size === 1) this.#recordAll(group, domains.values);
    }
    for (const group of topology.inverse) {
      const domains = group.isHostname ? place.hostname : place.set.all.get(group.key);
      if (domains !== undefined) this.#recordAll(group, domains.values);
    }
  }

  #recordAll(group: TopologyGroup, domains: ReadonlySet<string>): void {
    for (const domain of domains) record(group, domain);
    this.version += 1;
  }
}

interface Facts {
  readonly key: string;
  readonly type: TopologyType;
  readonly maxSkew: number;
  readonly minDomains: number | undefined;
  readonly namespaces: ReadonlySet<string>;
  readonly selector: LabelSelector | undefined;
  readonly filter: NodeFilter | undefined;
}

/** Keys named in matchLabelKeys become expressions on the pod's own values. */
function withLabelKeys(
  { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint,
  labels: Labels,
): LabelSelector | undefined {
  const added = matchLabelKeys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator: "In", values: [value] }];
  });
  if (added.length === 0) return labelSelector;
  return { ...labelSelector, matchExpressions: [...(labelSelector?.matchExpressions ?? []), ...added] };
}
