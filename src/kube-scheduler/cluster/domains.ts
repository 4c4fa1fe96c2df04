// Our own: the real program has no such file.
import type { Labels } from "../../kube/objects.ts";

/** Arrays by node grow in steps. */
export function grown(array: Int32Array, size: number, fill: number): Int32Array {
  if (array.length >= size) return array;
  const next = new Int32Array(size).fill(fill);
  next.set(array);
  return next;
}

/** A topology key: which domain, by dense number, every node lies in. */
export class TopologyKey {
  readonly key: string;
  readonly ids = new Map<string, number>();
  /** Domain by node slot; -1 for a node without the label. */
  domainOf: Int32Array;

  constructor(key: string, slots: number) {
    this.key = key;
    this.domainOf = new Int32Array(slots).fill(-1);
  }

  /** Number of a value, given out when it is first met. */
  idOf(value: string): number {
    const known = this.ids.get(value);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.ids.set(value, id);
    return id;
  }

  /** Reads a node's label into its slot. */
  place(slot: number, labels: Labels): void {
    const value = labels[this.key];
    this.domainOf[slot] = value === undefined ? -1 : this.idOf(value);
  }
}

/** Which nodes count for a spread constraint: they have all its pod's keys and pass its policies. */
export class Eligibility {
  readonly key: string;
  /** 1 by node slot. */
  bySlot: Int32Array;
  readonly #isEligible: (slot: number) => boolean;

  constructor(key: string, slots: number, isEligible: (slot: number) => boolean) {
    this.key = key;
    this.bySlot = new Int32Array(slots);
    this.#isEligible = isEligible;
  }

  /** Asks anew for one node. */
  place(slot: number): void {
    this.bySlot[slot] = this.#isEligible(slot) ? 1 : 0;
  }
}

/** Matching pods by domain of one key, over the nodes that count. */
export class DomainCounter {
  readonly topology: TopologyKey;
  /** Absent: every node that has the key counts. */
  readonly eligibility: Eligibility | undefined;
  /** Pods by domain. */
  readonly counts: number[] = [];
  /** Nodes that count, by domain. */
  readonly #nodes: number[] = [];
  /** Domains with at least one such node. */
  domains = 0;
  /** Pods in all domains. */
  total = 0;
  #least: Least | undefined;

  constructor(topology: TopologyKey, eligibility: Eligibility | undefined) {
    this.topology = topology;
    this.eligibility = eligibility;
  }

  /** The domain of a node that counts, else -1. */
  domainAt(slot: number): number {
    if (this.eligibility !== undefined && this.eligibility.bySlot[slot] !== 1) return -1;
    return this.topology.domainOf[slot] ?? -1;
  }

  /** A node came or went, with so many matching pods on it. */
  addNode(slot: number, pods: number, sign: 1 | -1): void {
    const domain = this.domainAt(slot);
    if (domain < 0) return;
    const before = this.#nodes[domain] ?? 0;
    this.#nodes[domain] = before + sign;
    if (sign > 0 && before === 0) this.domains += 1;
    if (sign < 0 && before === 1) this.domains -= 1;
    this.counts[domain] = (this.counts[domain] ?? 0) + sign * pods;
    this.total += sign * pods;
    this.#least = undefined;
  }

  /** Matching pods came to a node or left it. */
  addPods(slot: number, pods: number): void {
    const domain = this.domainAt(slot);
    if (domain < 0) return;
    this.counts[domain] = (this.counts[domain] ?? 0) + pods;
    this.total += pods;
    this.#least = undefined;
  }

  /** The two emptiest domains. */
  least(): Least {
    this.#least ??= this.#findLeast();
    return this.#least;
  }

  #findLeast(): Least {
    let domain = -1;
    let least = none;
    let second = none;
    for (let at = 0; at < this.#nodes.length; at++) {
      if ((this.#nodes[at] ?? 0) <= 0) continue;
      const count = this.counts[at] ?? 0;
      if (count < least) {
        second = least;
        least = count;
        domain = at;
      } else if (count < second) second = count;
    }
    return { domain, least, second };
  }
}

/** What stands for the least count where there is no domain at all (`math.MaxInt32`): everything passes. */
const none = 2_147_483_647;

/** The least count and its domain, and the least of all others. */
export interface Least {
  readonly domain: number;
  readonly least: number;
  readonly second: number;
}
