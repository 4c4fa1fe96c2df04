import { goSortRange } from "../karpenter/go-sort.ts";
import type { InFlightNode } from "./in-flight-node.ts";

/**
 * In-flight nodes, fewest pods first, in exactly the order that Go's unstable sort leaves when it is applied again and again to its own
 * result. Between two sorts at most one node gains a pod or is appended.
 */
export class ClaimOrder {
  readonly nodes: InFlightNode[] = [];
  #isSorted = true;

  append(node: InFlightNode): void {
    this.nodes.push(node);
    this.#isSorted = false;
  }

  /** A node gained a pod. */
  changed(): void {
    this.#isSorted = false;
  }

  sort(): void {
    if (this.#isSorted) return;
    const { nodes } = this;
    const count = (index: number): number => nodes[index]?.pods.length ?? 0;
    const swap = (i: number, j: number): void => {
      const [a, b] = [nodes[i], nodes[j]];
      if (a === undefined || b === undefined) return;
      nodes[i] = b;
      nodes[j] = a;
    };
    goSortRange({ less: (i, j) => count(i) < count(j), swap }, nodes.length);
    this.#isSorted = true;
  }
}
