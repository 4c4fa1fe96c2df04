import { toleratesAll } from "../../karpenter/taints.ts";
import type { Amount, ColumnAmounts } from "../amounts.ts";
import type { Bits } from "../bits.ts";
import type { ClaimOrder } from "./claim-order.ts";
import type { PlacementAttempt, Fit, FittingTools } from "./attempt.ts";
import { tryClaim } from "./fitting.ts";
import type { InFlightNode } from "./in-flight-node.ts";
import type { RequirementSet } from "../types/requirement-table.ts";
import type { Template } from "./template.ts";
import type { OfferingFacts } from "../types/type-facts.ts";

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
 * Thousands of nodes may be looked at for one pod, so they are turned away by the cheapest test that does: room and counts by hostname,
 * which are plain arrays by node, then what was found for another node with the same requirements during this attempt, and only then the
 * types. Nothing is allocated for a node that is turned away, and why it was is not kept.
 */
export class InFlightScan {
  readonly #tools: FittingTools;
  readonly #templates: number;
  /** Attempt in which the prospect of a set and template was found last, by slot. */
  #stamps = new Int32Array(256);
  /** Attempt in which a set and template turned out to be impossible last, by slot. */
  #hopeless = new Int32Array(256);
  /** Slot of each node's set and template. */
  #slots = new Int32Array(64);
  #prospects: (Prospect | undefined)[] = [];
  #attempt = 0;
  readonly #scratch: Bits[] = [];
  /** What the attempt wants of `#wants` resources, and the room for them by node. */
  readonly #wanted: number[] = [];
  readonly #rooms: Float64Array[] = [];
  #wants = 0;
  /** Counts by node, `#limits` of them, and the most that each may be for the attempt. */
  readonly #counts: Int32Array[] = [];
  readonly #most: number[] = [];
  #limits = 0;
  /** At most this much more of a resource fits, by column and node: what the roomiest remaining type has left. */
  readonly #room: Float64Array[];
  /** Types that remained when a node's room was noted last. */
  readonly #bits: Bits[] = [];

  constructor(tools: FittingTools, templates: number) {
    this.#tools = tools;
    this.#templates = templates;
    this.#room = tools.table.names.map(() => new Float64Array(64));
  }

  /** Notes what a node has left after it took a pod with these requests. */
  refresh({ template, place, bits, requests }: InFlightNode, added: ColumnAmounts): void {
    const { planned, set } = place;
    if (planned >= this.#slots.length) this.#grow();
    this.#slots[planned] = this.#slotOf(set, template);
    const { isWide, zero } = this.#tools.table;
    if (this.#bits[planned] === bits && !isWide) {
      const { columns, values } = added;
      for (let at = 0; at < columns.length; at++) {
        const room = this.#room[columns[at] ?? 0];
        if (room !== undefined) room[planned] = (room[planned] ?? 0) - (values[at] ?? 0);
      }
      return;
    }
    this.#bits[planned] = bits;
    for (let column = 0; column < this.#room.length; column++) {
      const room = this.#room[column];
      // Bigints do not fit here; the test by types suffices for them.
      if (room !== undefined)
        room[planned] = isWide
          ? Number.POSITIVE_INFINITY
          : template.universe.mostFree(column, bits) - (requests[column] ?? zero);
    }
  }

  #grow(): void {
    this.#slots = doubled(this.#slots);
    for (let column = 0; column < this.#room.length; column++) {
      const grown = new Float64Array(this.#slots.length);
      grown.set(this.#room[column] ?? []);
      this.#room[column] = grown;
    }
  }

  #slotOf(set: RequirementSet, template: Template): number {
    const slot = set.id * this.#templates + template.index;
    while (slot >= this.#stamps.length) {
      this.#stamps = doubled(this.#stamps);
      this.#hopeless = doubled(this.#hopeless);
    }
    return slot;
  }

  /** Costs a few array reads for every node that comes before the one that takes the pod. */
  find(claims: ClaimOrder, attempt: PlacementAttempt): Found | undefined {
    this.#attempt += 1;
    this.#prepare(attempt);
    const now = this.#attempt;
    const { order, length } = claims;
    // One resource and one count are tested at once, others only for the nodes that pass these.
    const wanted = this.#wants === 0 ? Number.NEGATIVE_INFINITY : (this.#wanted[0] ?? 0);
    const room = this.#rooms[0] ?? noRoom;
    const counts = this.#limits === 0 ? undefined : this.#counts[0];
    const most = this.#most[0] ?? 0;
    const hasMore = this.#wants > 1 || this.#limits > 1;
    const slots = this.#slots;
    let hopeless = this.#hopeless;
    for (let position = 0; position < length; position++) {
      const index = order[position] ?? 0;
      if (counts !== undefined && (counts[index] ?? 0) > most) continue;
      if (wanted > (room[index] ?? 0)) continue;
      if (hopeless[slots[index] ?? 0] === now) continue;
      if (hasMore && !this.#passes(index)) continue;
      const node = claims.nodes[index];
      const fit = node === undefined ? undefined : this.#fit(node, attempt);
      if (node !== undefined && fit !== undefined) return { node, position, fit };
      hopeless = this.#hopeless;
    }
    return undefined;
  }

  /** Puts what the attempt asks of every node into plain lists. Affinity by hostname cannot be put so, nor can bigints. */
  #prepare({ shape, rules }: PlacementAttempt): void {
    const { columns, values } = shape.requests;
    this.#wants = this.#tools.table.isWide ? 0 : columns.length;
    for (let at = 0; at < this.#wants; at++) {
      this.#wanted[at] = values[at] ?? 0;
      this.#rooms[at] = this.#room[columns[at] ?? 0] ?? noRoom;
    }
    this.#limits = 0;
    for (const { group, selectsItself } of rules.byHostname) {
      if (group.type === "affinity") continue;
      this.#counts[this.#limits] = group.planned;
      this.#most[this.#limits] = group.type === "anti-affinity" ? 0 : group.maxSkew - (selectsItself ? 1 : 0);
      this.#limits += 1;
    }
  }

  #passes(index: number): boolean {
    const wanted = this.#wanted;
    const counts = this.#counts;
    for (let at = 1; at < this.#wants; at++) if ((wanted[at] ?? 0) > (this.#rooms[at]?.[index] ?? 0)) return false;
    for (let at = 1; at < this.#limits; at++) if ((counts[at]?.[index] ?? 0) > (this.#most[at] ?? 0)) return false;
    return true;
  }

  #fit(node: InFlightNode, attempt: PlacementAttempt): Fit | undefined {
    const { shape, constraints, rules, record } = attempt;
    if (rules.byHostname.length > this.#limits) {
      for (const rule of rules.byHostname)
        if (!this.#tools.topology.suitsHostname(rule, constraints, node.place)) return undefined;
    }
    const countsVolumes =
      node.template.universe.hasVolumeLimits && record.mounted !== undefined && record.mounted.size > 0;
    if (countsVolumes || record.volumes.length > 0 || shape.hostPorts.length > 0 || constraints.hostname !== undefined)
      return this.#slowly(node, attempt);
    const prospect = this.#prospect(node, attempt);
    if (prospect === undefined) return undefined;
    return prospect.isPlain ? this.#byTypes(node, prospect, attempt) : this.#slowly(node, attempt);
  }

  #slowly(node: InFlightNode, attempt: PlacementAttempt): Fit | undefined {
    const fit = tryClaim(node, attempt, { relaxesMinValues: false }, this.#tools);
    return "kind" in fit ? undefined : fit;
  }

  #prospect(node: InFlightNode, attempt: PlacementAttempt): Prospect | undefined {
    const { set } = node.place;
    // Where looks differ from one another, what one of them found says nothing of the next.
    if (attempt.order.isDrawing && attempt.rules.byDomain.length > 0) return this.#look(set, node.template, attempt);
    const slot = this.#slotOf(set, node.template);
    if (this.#stamps[slot] === this.#attempt) return this.#prospects[slot];
    const prospect = this.#look(set, node.template, attempt);
    this.#stamps[slot] = this.#attempt;
    this.#prospects[slot] = prospect;
    if (prospect === undefined) this.#hopeless[slot] = this.#attempt;
    return prospect;
  }

  #look(set: RequirementSet, template: Template, attempt: PlacementAttempt): Prospect | undefined {
    const { constraints, rules } = attempt;
    const { sets, topology, usesReservations } = this.#tools;
    if (!toleratesAll(template.taints, constraints.demands.tolerations)) return undefined;
    if (sets.conflict(set, constraints.requirements) !== undefined) return undefined;
    const base = sets.sum(set, constraints.requirements);
    const narrowed = rules.byDomain.length === 0 ? base : topology.narrowDomains(attempt, base, false);
    if ("kind" in narrowed) return undefined;
    const { universe } = template;
    const isPlain = universe.isPlain && !narrowed.hasMinValues && !(usesReservations && universe.hasReserved);
    return { set: narrowed, both: universe.masks(narrowed).both, isPlain };
  }

  /** Costs one word operation per resource and 32 types. */
  #byTypes(node: InFlightNode, { set, both }: Prospect, { shape }: PlacementAttempt): Fit | undefined {
    const { bits, template, requests } = node;
    const { columns, values } = shape.requests;
    const masks = this.#scratch;
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at] ?? 0;
      masks[at] = template.universe.fitting(column, total(requests[column], values[at]));
    }
    let kept = bits;
    let left = 0;
    for (let word = 0; word < bits.length; word++) {
      const before = bits[word] ?? 0;
      if (before === 0) continue;
      let value = before & (both[word] ?? 0);
      for (let at = 0; at < columns.length && value !== 0; at++) value &= masks[at]?.[word] ?? 0;
      left |= value;
      value >>>= 0;
      if (value === before) continue;
      if (kept === bits) kept = bits.slice();
      kept[word] = value;
    }
    return left === 0 ? undefined : { set, bits: kept, reserved: nothingReserved };
  }
}

const nothingReserved: readonly OfferingFacts[] = [];
const noRoom = new Float64Array(0);

function doubled(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}

function total(before: Amount | undefined, amount: Amount | undefined): Amount {
  if (amount === undefined || before === undefined) return before ?? amount ?? 0;
  return before + amount;
}
