// Our own: the real program has no such file.
import type { Labels } from "../../kube/objects.ts";
import { type Term, termSelects } from "../pods/terms.ts";
import { DomainCounter, type Eligibility, grown, type TopologyKey } from "./domains.ts";

/** Labels of pods in one namespace, met once, with everything that selects them. */
export interface LabelSet {
  readonly namespace: string;
  readonly labels: Labels;
  /** Counters of pods such as these. */
  readonly matchers: MatchCounter[];
  /** Required anti-affinity of pods, placed or once placed, that these labels run into. */
  readonly repellers: TermHolders[];
  /** Preferred terms and required affinity of such pods that select these labels: they count when nodes are scored. */
  readonly pullers: TermHolders[];
}

/** Pods that something selects, by node, and by domain for as many keys as anybody asked for. */
export class MatchCounter {
  readonly selects: (set: LabelSet) => boolean;
  /** Whether pods that are being deleted count: for affinity they do, for spread they do not. */
  readonly countsLeaving: boolean;
  /** Pods by node slot. */
  bySlot: Int32Array;
  readonly counters = new Map<string, DomainCounter>();

  constructor(selects: (set: LabelSet) => boolean, countsLeaving: boolean, slots: number) {
    this.selects = selects;
    this.countsLeaving = countsLeaving;
    this.bySlot = new Int32Array(slots);
  }

  /** Room for more nodes. */
  grow(slots: number): void {
    this.bySlot = grown(this.bySlot, slots, 0);
  }

  /** A pod came to a node or left it. */
  addPod(slot: number, sign: 1 | -1): void {
    this.bySlot[slot] = (this.bySlot[slot] ?? 0) + sign;
    for (const counter of this.counters.values()) counter.addPods(slot, sign);
  }

  /** A node came or went, without its pods. */
  addNode(slot: number, sign: 1 | -1): void {
    for (const counter of this.counters.values()) counter.addNode(slot, 0, sign);
  }

  /** The counter by domains of a key over the nodes that count, made when first asked for. */
  by(topology: TopologyKey, eligibility: Eligibility | undefined, slots: Iterable<number>): DomainCounter {
    const key = `${topology.key}|${eligibility?.key ?? ""}`;
    const known = this.counters.get(key);
    if (known !== undefined) return known;
    const counter = new DomainCounter(topology, eligibility);
    for (const slot of slots) counter.addNode(slot, this.bySlot[slot] ?? 0, 1);
    this.counters.set(key, counter);
    return counter;
  }
}

/** Which kind of term a pod holds; required affinity counts in scores with the profile's weight. */
export type TermKind = "repels" | "wants" | "prefers" | "avoids";

/** Pods on nodes that hold one and the same term, by domain of its key. */
export interface TermHolders {
  readonly kind: TermKind;
  readonly term: Term;
  /** Of a preferred term, negative for anti-affinity; 1 for required ones. */
  readonly weight: number;
  readonly counter: DomainCounter;
}

/** Labels of a namespace; undefined when there is no such namespace. */
export type NamespaceLabels = (namespace: string) => Labels | undefined;

/**
 * Whether a waiting pod's own term selects a placed pod. The term's selector of namespaces has been looked up then; it is asked once
 * more without labels, so that one which only excludes selects every namespace (interpodaffinity, `mergeAffinityTermNamespacesIfNotEmpty`).
 */
export function ownTermSelects(term: Term, set: LabelSet, labelsOf: NamespaceLabels): boolean {
  if (termSelects(term, set.namespace, set.labels)) return true;
  if (term.namespaceSelector.isEmpty) return false;
  const labels = labelsOf(set.namespace);
  return labels !== undefined && term.namespaceSelector.matches(labels) && term.selector.matches(set.labels);
}

/** Whether a placed pod's term selects a waiting pod, whose namespace's labels are known. */
export function foreignTermSelects(term: Term, set: LabelSet, labelsOf: NamespaceLabels): boolean {
  return termSelects(term, set.namespace, set.labels, labelsOf(set.namespace));
}
