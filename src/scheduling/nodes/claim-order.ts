import { goSortRange, seemsSorted } from "../../kube/go-sort.ts";
import type { InFlightNode } from "./in-flight-node.ts";

/**
 * In-flight nodes, fewest pods first, in exactly the order that Go's unstable sort leaves when it is applied again and again to its own
 * result.
 *
 * Between two sorts at most one node gains a pod or is appended, so at most one neighbouring pair is out of order. Go finds that pair by
 * walking along; we know where it is. The cost is then a handful of comparisons and one block move; where Go's own sampling of pivots
 * would notice the disorder, its whole algorithm is run.
 */
export class ClaimOrder {
  /** By id, as created. */
  readonly nodes: InFlightNode[] = [];
  #order = new Int32Array(64);
  #counts = new Int32Array(64);
  /** Position of the node that changed since the last sort; -1 for none. */
  #changed = -1;
  readonly #less = (i: number, j: number): boolean => this.#countAt(i) < this.#countAt(j);
  readonly #swapped = (i: number, j: number): void => this.#swap(i, j);

  get length(): number {
    return this.nodes.length;
  }

  /** Indices of `nodes` in order, as far as `length`. */
  get order(): Int32Array {
    return this.#order;
  }

  /** In order. */
  *[Symbol.iterator](): Generator<InFlightNode> {
    for (let position = 0; position < this.nodes.length; position++) {
      const node = this.nodes[this.#order[position] ?? 0];
      if (node !== undefined) yield node;
    }
  }

  /** A new node with its first pod, at the end. Its `index` must be its place in `nodes`. */
  append(node: InFlightNode): void {
    const position = this.nodes.length;
    if (position === this.#order.length) this.#grow();
    this.nodes.push(node);
    this.#order[position] = position;
    this.#counts[position] = 1;
    this.#changed = position;
  }

  /** The node at this position gained a pod. */
  gained(position: number): void {
    const index = this.#order[position] ?? 0;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#changed = position;
  }

  sort(): void {
    const position = this.#changed;
    this.#changed = -1;
    if (position < 0 || this.#isInPlace(position)) return;
    const length = this.nodes.length;
    if (length >= 50 && seemsSorted(this.#less, length)) this.#mend(position);
    else goSortRange({ less: this.#less, swap: this.#swapped }, length);
  }

  // One that gained a pod can only be too great for what follows, an appended one only too small for what precedes.
  #isInPlace(position: number): boolean {
    const isLast = position === this.nodes.length - 1;
    const count = this.#countAt(position);
    return (isLast || count <= this.#countAt(position + 1)) && (position === 0 || this.#countAt(position - 1) <= count);
  }

  #countAt(position: number): number {
    return this.#counts[this.#order[position] ?? 0] ?? 0;
  }

  #swap(i: number, j: number): void {
    const held = this.#order[i] ?? 0;
    this.#order[i] = this.#order[j] ?? 0;
    this.#order[j] = held;
  }

  /** What Go's partial insertion sort makes of one pair out of order: the lesser walks left, the greater walks right. */
  #mend(position: number): void {
    const order = this.#order;
    const moved = order[position] ?? 0;
    const count = this.#countAt(position);
    let low: number;
    let high: number;
    if (position === this.nodes.length - 1) {
      // Appended: to the left of everything greater.
      low = 0;
      high = position;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (this.#countAt(middle) <= count) low = middle + 1;
        else high = middle;
      }
      order.copyWithin(low + 1, low, position);
      order[low] = moved;
      return;
    }
    low = position + 1;
    high = this.nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#countAt(middle) < count) low = middle + 1;
      else high = middle;
    }
    order.copyWithin(position, position + 1, low);
    order[low - 1] = moved;
  }

  #grow(): void {
    const [order, counts] = [this.#order, this.#counts];
    this.#order = new Int32Array(order.length * 2);
    this.#counts = new Int32Array(counts.length * 2);
    this.#order.set(order);
    this.#counts.set(counts);
  }
}
