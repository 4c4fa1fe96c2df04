import { toleratesAll } from "../karpenter/taints.ts";
import type { Amount } from "./amounts.ts";
import { type Bits, isSame } from "./bits.ts";
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

/** A count by planned node that must not be above a limit. */
interface Threshold {
  readonly counts: Int32Array;
  readonly most: number;
}

/**
 * Finds the first planned node that takes a pod.
 *
 * Thousands of nodes may be looked at for one pod, so they are turned away by the cheapest test that does: room and counts by hostname,
 * which are plain arrays by node, then what was found for another node with the same requirements during this attempt, and only then the
 * types. Nothing is allocated for a node that is turned away, and why it was is not kept.
 */
export class InFlightScan {
  readonly #tools: FittingTools;
  readonly #templates: number;
  /** Attempt in which the prospect of a set and template was found last. */
  #stamps = new Int32Array(256);
  #prospects: (Prospect | undefined)[] = [];
  #attempt = 0;
  #scratch = new Uint32Array(32);
  /** At most this much more of each resource fits, node by node: what the roomiest remaining type has left. */
  #room: Float64Array;
  readonly #width: number;

  constructor(tools: FittingTools, templates: number) {
    this.#tools = tools;
    this.#templates = templates;
    this.#width = tools.table.names.length;
    this.#room = new Float64Array(64 * this.#width);
  }

  /** Notes what a node that changed has left. */
  refresh({ template, place, bits, requests }: InFlightNode): void {
    const start = place.planned * this.#width;
    if (start + this.#width > this.#room.length) {
      const grown = new Float64Array(this.#room.length * 2);
      grown.set(this.#room);
      this.#room = grown;
    }
    const { isWide, zero } = this.#tools.table;
    for (let column = 0; column < this.#width; column++) {
      // Bigints do not fit here; the test by types suffices for them.
      this.#room[start + column] = isWide
        ? Number.POSITIVE_INFINITY
        : template.universe.mostFree(column, bits) - (requests[column] ?? zero);
    }
  }

  find(claims: ClaimOrder, attempt: Attempt): Found | undefined {
    this.#attempt += 1;
    const { columns, values } = attempt.shape.requests;
    const thresholds = thresholdsOf(attempt);
    const [first] = thresholds;
    const { order, length } = claims;
    const room = this.#room;
    const width = this.#width;
    for (let position = 0; position < length; position++) {
      const index = order[position] ?? 0;
      if (first !== undefined && (first.counts[index] ?? 0) > first.most) continue;
      let fits = true;
      for (let at = 0; at < columns.length; at++) {
        if ((values[at] ?? 0) > (room[index * width + (columns[at] ?? 0)] ?? 0)) {
          fits = false;
          break;
        }
      }
      for (let at = 1; at < thresholds.length && fits; at++) {
        const threshold = thresholds[at];
        fits = threshold === undefined || (threshold.counts[index] ?? 0) <= threshold.most;
      }
      const node = fits ? claims.nodes[index] : undefined;
      const fit = node === undefined ? undefined : this.#fit(node, attempt);
      if (node !== undefined && fit !== undefined) return { node, position, fit };
    }
    return undefined;
  }

  #fit(node: InFlightNode, attempt: Attempt): Fit | undefined {
    const { shape, rules, record } = attempt;
    for (const rule of rules.byHostname)
      if (!this.#tools.topology.suitsHostname(rule, shape, node.place)) return undefined;
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
    // Where looks differ from one another, what one of them found says nothing of the next.
    if (this.#tools.topology.draw.isDrawing && attempt.rules.byDomain.length > 0)
      return this.#look(set, node.template, attempt);
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
    const { bits, template, requests } = node;
    const { columns, values } = shape.requests;
    if (bits.length > this.#scratch.length) this.#scratch = new Uint32Array(bits.length);
    const kept = this.#scratch;
    let left = 0;
    for (let word = 0; word < bits.length; word++) {
      const value = (bits[word] ?? 0) & (both[word] ?? 0);
      kept[word] = value;
      left |= value;
    }
    for (let at = 0; at < columns.length && left !== 0; at++) {
      const column = columns[at] ?? 0;
      const fitting = template.universe.fitting(column, total(requests[column], values[at]));
      left = 0;
      for (let word = 0; word < bits.length; word++) {
        const value = (kept[word] ?? 0) & (fitting[word] ?? 0);
        kept[word] = value;
        left |= value;
      }
    }
    if (left === 0) return undefined;
    return { set, bits: isSame(bits, kept) ? bits : kept.slice(0, bits.length), reserved: [] };
  }
}

/** Rules by hostname as thresholds; affinity cannot be put so. */
function thresholdsOf({ rules }: Attempt): Threshold[] {
  const thresholds: Threshold[] = [];
  for (const { group, selectsItself } of rules.byHostname) {
    if (group.type === "affinity") continue;
    const most = group.type === "anti-affinity" ? 0 : group.maxSkew - (selectsItself ? 1 : 0);
    thresholds.push({ counts: group.planned, most });
  }
  return thresholds;
}

function total(before: Amount | undefined, amount: Amount | undefined): Amount {
  if (amount === undefined || before === undefined) return before ?? amount ?? 0;
  return before + amount;
}
