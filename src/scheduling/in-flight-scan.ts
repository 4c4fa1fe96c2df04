import { toleratesAll } from "../karpenter/taints.ts";
import type { Amount } from "./amounts.ts";
import type { Bits } from "./bits.ts";
import type { ClaimOrder } from "./claim-order.ts";
import { type Attempt, type Fit, type FittingTools, tryClaim } from "./fitting.ts";
import type { InFlightNode } from "./in-flight-node.ts";
import type { RequirementSet } from "./requirement-book.ts";
import type { Template } from "./template.ts";

/** What every node with one requirement set would become with the pod, resources aside. */
interface Prospect {
  readonly set: RequirementSet;
  /** Types that the set and their offerings allow. */
  readonly both: Bits;
  /** minValues or reservations have to be weighed node by node. */
  readonly isPlain: boolean;
}

/** A node that takes the pod. */
export interface Found {
  readonly node: InFlightNode;
  readonly position: number;
  readonly fit: Fit;
}

/**
 * Finds the first planned node that takes a pod.
 *
 * Thousands of nodes may be looked at for one pod, so they are turned away by the cheapest test that does: room, counts by hostname, then
 * what was found for another node with the same requirements during this attempt, and only then the types. Nothing is allocated for a node
 * that is turned away, and why it was is not kept.
 */
export class InFlightScan {
  readonly #tools: FittingTools;
  readonly #templates: number;
  /** Attempt in which the prospect of a set and template was found last. */
  #stamps = new Int32Array(256);
  #prospects: (Prospect | undefined)[] = [];
  #attempt = 0;

  constructor(tools: FittingTools, templates: number) {
    this.#tools = tools;
    this.#templates = templates;
  }

  find(claims: ClaimOrder, attempt: Attempt): Found | undefined {
    this.#attempt += 1;
    const { length } = claims;
    for (let position = 0; position < length; position++) {
      const node = claims.at(position);
      if (node === undefined) continue;
      const fit = this.#fit(node, attempt);
      if (fit !== undefined) return { node, position, fit };
    }
    return undefined;
  }

  #fit(node: InFlightNode, attempt: Attempt): Fit | undefined {
    const { shape, rules, record } = attempt;
    const { columns, values } = shape.requests;
    const { room } = node;
    for (let at = 0; at < columns.length; at++) {
      if ((values[at] ?? this.#tools.table.zero) > (room[columns[at] ?? 0] ?? this.#tools.table.zero)) return undefined;
    }
    const { byHostname } = rules;
    for (let at = 0; at < byHostname.length; at++) {
      const rule = byHostname[at];
      if (rule !== undefined && !this.#tools.topology.suitsHostname(rule, shape, node.place)) return undefined;
    }
    if (record.volumes.length > 0 || shape.hostPorts.length > 0 || shape.hostname !== undefined)
      return this.#slowly(node, attempt);
    const prospect = this.#prospect(node, attempt);
    if (prospect === undefined) return undefined;
    return prospect.isPlain ? this.#byTypes(node, prospect, attempt) : this.#slowly(node, attempt);
  }

  #slowly(node: InFlightNode, attempt: Attempt): Fit | undefined {
    const fit = tryClaim(node, attempt, { relaxesMinValues: false }, this.#tools);
    return "kind" in fit ? undefined : fit;
  }

  #prospect(node: InFlightNode, attempt: Attempt): Prospect | undefined {
    const { set } = node.place;
    const slot = set.id * this.#templates + node.template.index;
    if (slot >= this.#stamps.length) {
      const grown = new Int32Array(slot * 2);
      grown.set(this.#stamps);
      this.#stamps = grown;
    }
    if (this.#stamps[slot] === this.#attempt) return this.#prospects[slot];
    const prospect = this.#look(set, node.template, attempt);
    this.#stamps[slot] = this.#attempt;
    this.#prospects[slot] = prospect;
    return prospect;
  }

  #look(set: RequirementSet, template: Template, { shape, rules }: Attempt): Prospect | undefined {
    const { book, topology, usesReservations } = this.#tools;
    if (!toleratesAll(template.taints, shape.demands.tolerations)) return undefined;
    if (book.conflict(set, shape.requirements) !== undefined) return undefined;
    const base = book.sum(set, shape.requirements);
    const narrowed = rules.byDomain.length === 0 ? base : topology.narrowDomains(shape, rules.byDomain, base, false);
    if ("kind" in narrowed) return undefined;
    const { universe } = template;
    const isPlain = universe.isPlain && !narrowed.hasMinValues && !(usesReservations && universe.hasReserved);
    return { set: narrowed, both: universe.masks(narrowed).both, isPlain };
  }

  /** Costs one word operation per resource and 32 types. */
  #byTypes(node: InFlightNode, { set, both }: Prospect, { shape }: Attempt): Fit | undefined {
    const { universe } = node.template;
    const { columns, values } = shape.requests;
    const [first, second, third] = columns;
    const bits = new Uint32Array(node.bits.length);
    const one = universe.fitting(first ?? 0, total(node, first ?? 0, values[0]));
    const two = second === undefined ? one : universe.fitting(second, total(node, second, values[1]));
    const three = third === undefined ? one : universe.fitting(third, total(node, third, values[2]));
    let left = 0;
    for (let word = 0; word < bits.length; word++) {
      const kept =
        (node.bits[word] ?? 0) & (both[word] ?? 0) & (one[word] ?? 0) & (two[word] ?? 0) & (three[word] ?? 0);
      bits[word] = kept;
      left |= kept;
    }
    for (let at = 3; at < columns.length && left !== 0; at++) {
      const column = columns[at] ?? 0;
      const fitting = universe.fitting(column, total(node, column, values[at]));
      left = 0;
      for (let word = 0; word < bits.length; word++) {
        const kept = (bits[word] ?? 0) & (fitting[word] ?? 0);
        bits[word] = kept;
        left |= kept;
      }
    }
    return left === 0 ? undefined : { set, bits, reserved: [] };
  }
}

function total(node: InFlightNode, column: number, amount: Amount | undefined): Amount {
  const before = node.requests[column];
  if (amount === undefined || before === undefined) return before ?? amount ?? 0;
  return before + amount;
}
