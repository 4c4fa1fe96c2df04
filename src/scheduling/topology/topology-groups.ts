import { labelKeys } from "../../karpenter/labels.ts";
import type {
  KubeObject,
  Labels,
  LabelSelector,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from "../../kube/objects.ts";
import { type Domains, reachableDomains } from "./domain-universe.ts";
import type { PodConstraints } from "../pods/pod-constraints.ts";
import type { RequirementTable } from "../types/requirement-table.ts";
import type { RunningCounts } from "./running-counts.ts";
import { matcherOf } from "../pods/selector.ts";
import type { StateNode } from "../state-node.ts";
import { nodeFilterOf } from "./topology-filter.ts";
import { recordMany, register, type TopologyGroup, type TopologyType } from "./topology-group.ts";
import { type TopologyGroupFacts, groupIdentity } from "./topology-identity.ts";

/** What topology reads of the cluster. */
export interface TopologyInput {
  readonly sets: RequirementTable;
  readonly universe: (key: string) => Domains;
  readonly running: RunningCounts;
  /** Pods that run somewhere and are about to be placed: they count nowhere yet. */
  readonly excluded: ReadonlySet<Pod>;
  /** Nodes taken away. */
  readonly gone: ReadonlySet<StateNode>;
  readonly namespaces: readonly KubeObject[];
  readonly ignoresPreferences: boolean;
}

type PodAffinityTerms =
  | {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
      readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
        readonly podAffinityTerm: PodAffinityTerm;
      }[];
    }
  | undefined;

/** Finds or makes the group of every constraint. The order of first meetings matters: the first creator decides what identity ignores. */
export class TopologyGroups {
  /** Groups that may count pods of a namespace, inverse ones included, as created. */
  readonly byNamespace = new Map<string, TopologyGroup[]>();
  readonly #input: TopologyInput;
  readonly #groups = new Map<string, TopologyGroup>();
  readonly #inverse = new Map<string, TopologyGroup>();
  readonly #namespaceLists = new Map<string, ReadonlySet<string>>();

  constructor(input: TopologyInput) {
    this.#input = input;
  }

  /** Groups that the constraints themselves make. */
  owned(constraints: PodConstraints): readonly TopologyGroup[] {
    const { affinity, topologySpreadConstraints = [] } = constraints.demands;
    const owned = new Set<TopologyGroup>();
    for (const constraint of topologySpreadConstraints) {
      if (this.#input.ignoresPreferences && constraint.whenUnsatisfiable !== "DoNotSchedule") continue;
      owned.add(this.#shared(this.#spreadFacts(constraint, constraints), constraints));
    }
    for (const term of this.#terms(affinity?.podAffinity))
      owned.add(this.#shared(this.#termFacts("affinity", term, constraints), constraints));
    for (const term of this.#terms(affinity?.podAntiAffinity)) {
      owned.add(this.#shared(this.#termFacts("anti-affinity", term, constraints), constraints));
    }
    return [...owned];
  }

  /** Groups by which required anti-affinity keeps others away; preferences never do. */
  inverse(constraints: PodConstraints): TopologyGroup[] {
    const terms = constraints.demands.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.map((term) => {
      const facts = this.#termFacts("anti-affinity", term, constraints);
      const identity = groupIdentity(facts);
      const group = this.#inverse.get(identity) ?? this.#create(facts, constraints, true);
      this.#inverse.set(identity, group);
      return group;
    });
  }

  #terms(affinity: PodAffinityTerms): PodAffinityTerm[] {
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const preferred = this.#input.ignoresPreferences
      ? []
      : (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []);
    return [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)];
  }

  #spreadFacts(constraint: TopologySpreadConstraint, constraints: PodConstraints): Facts {
    return {
      key: constraint.topologyKey,
      type: "spread",
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains,
      namespaces: new Set([constraints.namespace]),
      selector: withLabelKeys(constraint, constraints.labels),
      filter: nodeFilterOf(constraint, constraints.demands, this.#input.sets),
    };
  }

  #termFacts(type: TopologyType, term: PodAffinityTerm, { namespace }: PodConstraints): Facts {
    const { topologyKey: key, labelSelector: selector } = term;
    const namespaces = this.#namespacesOf(term, namespace);
    return { key, type, maxSkew: 2 ** 31 - 1, minDomains: undefined, namespaces, selector, filter: undefined };
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

  #shared(facts: Facts, constraints: PodConstraints): TopologyGroup {
    const identity = groupIdentity(facts);
    const known = this.#groups.get(identity);
    if (known !== undefined) return known;
    const group = this.#create(facts, constraints, false);
    // What identity ignores comes from the creator, so that it has to be part of the question.
    this.#countRunning(group, facts.selector, `${identity} ${constraints.id}`);
    this.#groups.set(identity, group);
    return group;
  }

  #create(facts: Facts, creator: PodConstraints, isInverse: boolean): TopologyGroup {
    const { key, filter, selector } = facts;
    const isHostname = key === labelKeys.hostname;
    const counts = new Map<string, number>();
    // Affinity groups have no taints policy; the empty one means Honor here.
    const taintsPolicy = filter?.taintsPolicy ?? "";
    const domains = isHostname
      ? []
      : reachableDomains(this.#input.universe(key), taintsPolicy, creator.demands.tolerations);
    for (const domain of domains) counts.set(domain, 0);
    const { selector: _, ...rest } = facts;
    const group: TopologyGroup = {
      ...rest,
      matches: matcherOf(selector),
      isHostname,
      isInverse,
      counts,
      populated: 0,
      planned: new Int32Array(isHostname ? 64 : 0),
    };
    for (const namespace of facts.namespaces) {
      const list = this.byNamespace.get(namespace);
      if (list === undefined) this.byNamespace.set(namespace, [group]);
      else list.push(group);
    }
    return group;
  }

  #countRunning(group: TopologyGroup, selector: LabelSelector | undefined, question: string): void {
    const { running, excluded, gone } = this.#input;
    const counted = running.of(question, { ...group, selector });
    for (const domain of counted.known(gone)) register(group, domain);
    for (const [domain, count] of counted.counts(excluded)) recordMany(group, domain, count);
  }
}

interface Facts extends TopologyGroupFacts {
  readonly minDomains: number | undefined;
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
