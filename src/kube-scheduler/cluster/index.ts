import type { PodInfo } from "../pods/registry.ts";
import type { Shape } from "../pods/shape.ts";
import type { Term } from "../pods/terms.ts";
import { DomainCounter, Eligibility, grown, TopologyKey } from "./domains.ts";
import {
  foreignTermSelects,
  type LabelSet,
  MatchCounter,
  type NamespaceLabels,
  ownTermSelects,
  type TermHolders,
  type TermKind,
} from "./matching.ts";

/** What a cluster knows of one shape of pods. */
export interface ShapeLink {
  readonly labels: LabelSet;
  /** Terms that a placed pod of this shape brings to bear on others. */
  readonly holds: readonly TermHolders[];
}

/**
 * Counts of pods by node and domain, kept up to date with every pod that comes or goes, so that no attempt has to look at all pods.
 * Everything in here follows from the nodes and their pods; it is made when first asked for.
 */
export class ClusterIndex {
  /** Slots of the nodes there are. */
  readonly slots = new Set<number>();
  #capacity = 64;
  readonly #namespaceLabels: NamespaceLabels;
  /** Everything placed: asked when something new is to be counted. */
  readonly #placed: () => Iterable<readonly [slot: number, pods: readonly PodInfo[]]>;
  readonly #topologies = new Map<string, TopologyKey>();
  readonly #eligibilities = new Map<string, Eligibility>();
  readonly #labelSets = new Map<string, LabelSet>();
  readonly #matchers = new Map<string, MatchCounter>();
  readonly #holders = new Map<string, TermHolders>();
  #links: (ShapeLink | undefined)[] = [];
  /** Changes when everything is counted anew, so that nobody keeps counters from before. */
  epoch = 0;
  readonly #labelsAt: (slot: number) => Readonly<Record<string, string>>;

  constructor(source: {
    readonly namespaceLabels: NamespaceLabels;
    readonly placed: () => Iterable<readonly [slot: number, pods: readonly PodInfo[]]>;
    readonly labelsAt: (slot: number) => Readonly<Record<string, string>>;
  }) {
    this.#namespaceLabels = source.namespaceLabels;
    this.#placed = source.placed;
    this.#labelsAt = source.labelsAt;
  }

  /** A node came, without pods. */
  addNode(slot: number): void {
    if (slot >= this.#capacity) this.#grow(slot);
    this.slots.add(slot);
    for (const topology of this.#topologies.values()) topology.place(slot, this.#labelsAt(slot));
    for (const eligibility of this.#eligibilities.values()) eligibility.place(slot);
    for (const matcher of this.#matchers.values()) matcher.addNode(slot, 1);
    for (const { counter } of this.#holders.values()) counter.addNode(slot, 0, 1);
  }

  /** A node went; its pods went before. */
  removeNode(slot: number): void {
    for (const matcher of this.#matchers.values()) matcher.addNode(slot, -1);
    for (const { counter } of this.#holders.values()) counter.addNode(slot, 0, -1);
    this.slots.delete(slot);
  }

  /** A pod came to a node or left it. */
  addPod(slot: number, info: PodInfo, sign: 1 | -1): void {
    const { labels, holds } = this.linkOf(info.shape);
    for (const matcher of labels.matchers) if (matcher.countsLeaving || !info.isLeaving) matcher.addPod(slot, sign);
    for (const { counter } of holds) counter.addPods(slot, sign);
  }

  /** Labels and terms of a shape. */
  linkOf(shape: Shape): ShapeLink {
    const known = this.#links[shape.id];
    if (known !== undefined) return known;
    const holds = [
      ...shape.antiAffinity.map((term) => this.#holdersOf("repels", term, 1)),
      ...shape.affinity.map((term) => this.#holdersOf("wants", term, 1)),
      ...shape.preferredAffinity.map(({ term, weight }) => this.#holdersOf("prefers", term, weight)),
      ...shape.preferredAntiAffinity.map(({ term, weight }) => this.#holdersOf("avoids", term, -weight)),
    ];
    const link = { labels: this.#labelSetOf(shape), holds };
    this.#links[shape.id] = link;
    return link;
  }

  /** Pods of a namespace that a selector selects and that are not being deleted. */
  spreadMatcher(
    namespace: string,
    selectorKey: string,
    selects: (labels: LabelSet["labels"]) => boolean,
  ): MatchCounter {
    return this.#matcher(
      `spread|${namespace}|${selectorKey}`,
      (set) => set.namespace === namespace && selects(set.labels),
      false,
    );
  }

  /** Pods that all of a waiting pod's terms select. */
  termMatcher(terms: readonly Term[]): MatchCounter {
    const key = `terms|${JSON.stringify(terms.map((term) => term.key))}`;
    return this.#matcher(key, (set) => terms.every((term) => ownTermSelects(term, set, this.#namespaceLabels)), true);
  }

  /** Pods of a matcher by domain. */
  domains(matcher: MatchCounter, key: string, eligibility?: Eligibility): DomainCounter {
    return matcher.by(this.topology(key), eligibility, this.slots);
  }

  /** Domains of a key. */
  topology(key: string): TopologyKey {
    const known = this.#topologies.get(key);
    if (known !== undefined) return known;
    const topology = new TopologyKey(key, this.#capacity);
    for (const slot of this.slots) topology.place(slot, this.#labelsAt(slot));
    this.#topologies.set(key, topology);
    return topology;
  }

  /** Which nodes count, by a key that says everything the question depends on. */
  eligibility(key: string, isEligible: (slot: number) => boolean): Eligibility {
    const known = this.#eligibilities.get(key);
    if (known !== undefined) return known;
    const eligibility = new Eligibility(key, this.#capacity, isEligible);
    for (const slot of this.slots) eligibility.place(slot);
    this.#eligibilities.set(key, eligibility);
    return eligibility;
  }

  /** Whether the labels of namespaces have a say in anything that is counted. */
  readsNamespaces = false;

  /** Counts everything anew: what a term selects has changed. */
  rebuild(): void {
    this.#labelSets.clear();
    this.#matchers.clear();
    this.#holders.clear();
    this.#links = [];
    this.epoch += 1;
    for (const [slot, pods] of this.#placed()) for (const info of pods) this.addPod(slot, info, 1);
  }

  #matcher(key: string, selects: (set: LabelSet) => boolean, countsLeaving: boolean): MatchCounter {
    const known = this.#matchers.get(key);
    if (known !== undefined) return known;
    const matcher = new MatchCounter(selects, countsLeaving, this.#capacity);
    this.#matchers.set(key, matcher);
    const selected = new Set<LabelSet>();
    for (const set of this.#labelSets.values()) {
      if (!selects(set)) continue;
      set.matchers.push(matcher);
      selected.add(set);
    }
    if (selected.size === 0) return matcher;
    for (const [slot, pods] of this.#placed()) {
      let count = 0;
      for (const info of pods)
        if ((countsLeaving || !info.isLeaving) && selected.has(this.linkOf(info.shape).labels)) count += 1;
      matcher.bySlot[slot] = count;
    }
    return matcher;
  }

  #labelSetOf({ namespace, labels }: Shape): LabelSet {
    const key = JSON.stringify([namespace, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    const known = this.#labelSets.get(key);
    if (known !== undefined) return known;
    const set: LabelSet = { namespace, labels, matchers: [], repellers: [], pullers: [] };
    for (const matcher of this.#matchers.values()) if (matcher.selects(set)) set.matchers.push(matcher);
    for (const holders of this.#holders.values()) this.#hear(set, holders);
    this.#labelSets.set(key, set);
    return set;
  }

  #holdersOf(kind: TermKind, term: Term, weight: number): TermHolders {
    const key = `${kind}|${weight}|${term.key}`;
    const known = this.#holders.get(key);
    if (known !== undefined) return known;
    if (term.namespaceSelector.key !== "nothing") this.readsNamespaces = true;
    const counter = new DomainCounter(this.topology(term.topologyKey), undefined);
    for (const slot of this.slots) counter.addNode(slot, 0, 1);
    const holders = { kind, term, weight, counter };
    this.#holders.set(key, holders);
    for (const set of this.#labelSets.values()) this.#hear(set, holders);
    return holders;
  }

  #hear(set: LabelSet, holders: TermHolders): void {
    if (!foreignTermSelects(holders.term, set, this.#namespaceLabels)) return;
    (holders.kind === "repels" ? set.repellers : set.pullers).push(holders);
  }

  #grow(slot: number): void {
    while (slot >= this.#capacity) this.#capacity *= 2;
    for (const topology of this.#topologies.values()) topology.domainOf = grown(topology.domainOf, this.#capacity, -1);
    for (const eligibility of this.#eligibilities.values())
      eligibility.bySlot = grown(eligibility.bySlot, this.#capacity, 0);
    for (const matcher of this.#matchers.values()) matcher.grow(this.#capacity);
  }
}
