import { type Bits, hasBit, setBit } from "../bits.ts";

/** One resource over the bits of a universe, with a mask for every amount that makes a difference. */
export class ResourceColumn<T extends number | bigint> {
  /** Distinct amounts, ascending. */
  readonly #steps: readonly T[];
  /** Bits by amount, greatest first. */
  readonly #greatestFirst: Uint32Array;
  /** How many bits have at least the step's amount. */
  readonly #counts: Uint32Array;
  /** The step of each bit. */
  readonly #stepOf: Uint32Array;
  /** Bits with at least the step's amount; made when first needed, the last one empty. */
  readonly #masks: (Bits | undefined)[] = [];
  readonly #zero: T;
  /** The greatest amount of all bits. */
  readonly greatest: T;

  constructor(amounts: readonly T[], zero: T) {
    this.#zero = zero;
    this.#steps = [...new Set(amounts)].sort((a, b) => (a < b ? -1 : 1));
    this.greatest = this.#steps.at(-1) ?? zero;
    const stepOf = new Map<T, number>();
    for (let step = 0; step < this.#steps.length; step++) {
      const amount = this.#steps[step];
      if (amount !== undefined) stepOf.set(amount, step);
      this.#masks.push(undefined);
    }
    this.#stepOf = new Uint32Array(amounts.length);
    this.#counts = new Uint32Array(this.#steps.length + 1);
    for (let bit = 0; bit < amounts.length; bit++) {
      const step = stepOf.get(amounts[bit] ?? zero) ?? 0;
      this.#stepOf[bit] = step;
      this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    }
    for (let step = this.#steps.length - 1; step >= 0; step--)
      this.#counts[step] = (this.#counts[step] ?? 0) + (this.#counts[step + 1] ?? 0);
    const next = this.#counts.slice(1);
    this.#greatestFirst = new Uint32Array(amounts.length);
    for (let bit = 0; bit < amounts.length; bit++) {
      const step = this.#stepOf[bit] ?? 0;
      const at = next[step] ?? 0;
      this.#greatestFirst[at] = bit;
      next[step] = at + 1;
    }
  }

  /** Bits that have this much. Costs a binary search once the mask exists. */
  atLeast(amount: T): Bits {
    const steps = this.#steps;
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const step = steps[middle];
      if (step !== undefined && step < amount) low = middle + 1;
      else high = middle;
    }
    return this.#masks[low] ?? this.#mask(low);
  }

  #mask(step: number): Bits {
    const greatestFirst = this.#greatestFirst;
    const bits = new Uint32Array((greatestFirst.length + 31) >>> 5);
    const count = this.#counts[step] ?? 0;
    for (let at = 0; at < count; at++) setBit(bits, greatestFirst[at] ?? 0);
    this.#masks[step] = bits;
    return bits;
  }

  /** The greatest amount among some bits. Types that remain are mostly the larger ones, so that it is found among the first looked at. */
  most(bits: Bits): T {
    const greatestFirst = this.#greatestFirst;
    for (let at = 0; at < greatestFirst.length; at++) {
      const bit = greatestFirst[at] ?? 0;
      if (hasBit(bits, bit)) return this.#steps[this.#stepOf[bit] ?? 0] ?? this.#zero;
    }
    return this.#zero;
  }
}
