import type { MemoryDraft } from "./memory.ts";

/** Lists whose order the real program leaves to chance, since it takes them from Go's maps. */
export type Lottery =
  /** Groups of alike pods before the estimator sorts them. */
  | "podGroups"
  /** Pods that one of several scale-ups of a loop is for. */
  | "salvoPods"
  /** Nodes under drain, whose pods join those that wait. */
  | "drainedNodes"
  /** Unneeded nodes when some of them are chosen to go. */
  | "removals"
  /** Unneeded nodes when they are marked. */
  | "marks";

/** How chance falls. */
export interface Luck {
  /** The order in which a list comes. */
  order<T>(lottery: Lottery, items: readonly T[], nameOf: (item: T) => string): readonly T[];
  /** An expander's choice among equals; there is at least one. */
  draw(groups: readonly string[]): number;
}

/** Lists keep their order; ties of expanders fall as the memory's dice say, which go on from there. */
export class Dice implements Luck {
  readonly #memory: MemoryDraft;

  constructor(memory: MemoryDraft) {
    this.#memory = memory;
  }

  order<T>(_: Lottery, items: readonly T[]): readonly T[] {
    return items;
  }

  draw(groups: readonly string[]): number {
    // xorshift32
    let dice = this.#memory.dice | 0;
    dice ^= dice << 13;
    dice ^= dice >>> 17;
    dice ^= dice << 5;
    this.#memory.dice = dice === 0 ? 1 : dice;
    return (dice >>> 0) % groups.length;
  }
}
