import { type Bits, setBit } from "./bits.ts";

/** One resource over the bits of a universe, with a mask for every amount that makes a difference. */
export class ResourceColumn<T extends number | bigint> {
  readonly #amounts: readonly T[];
  /** Distinct amounts, ascending. */
  readonly #steps: readonly T[];
  /** Bits with at least the step's amount; made when first needed, the last one empty. */
  readonly #masks: (Bits | undefined)[];
  readonly #zero: T;

  constructor(amounts: readonly T[], zero: T) {
    this.#amounts = amounts;
    this.#zero = zero;
    this.#steps = [...new Set(amounts)].sort((a, b) => (a < b ? -1 : 1));
    this.#masks = Array.from({ length: this.#steps.length + 1 }, () => undefined);
  }

  /** Bits that have this much. Costs a binary search once the mask exists. */
  atLeast(amount: T): Bits {
    let low = 0;
    let high = this.#steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const step = this.#steps[middle];
      if (step !== undefined && step < amount) low = middle + 1;
      else high = middle;
    }
    return this.#mask(low);
  }

  #mask(step: number): Bits {
    const known = this.#masks[step];
    if (known !== undefined) return known;
    const least = this.#steps[step];
    const bits = new Uint32Array((this.#amounts.length + 31) >>> 5);
    this.#amounts.forEach((amount, bit) => {
      if (least !== undefined && amount >= least) setBit(bits, bit);
    });
    this.#masks[step] = bits;
    return bits;
  }

  /** The greatest amount among some bits. Steps are few, and the largest that any bit reaches is usually near the end. */
  most(bits: Bits): T {
    for (let step = this.#steps.length - 1; step >= 0; step--) {
      const mask = this.#mask(step);
      for (let word = 0; word < bits.length; word++) {
        if (((bits[word] ?? 0) & (mask[word] ?? 0)) !== 0) return this.#steps[step] ?? this.#zero;
      }
    }
    return this.#zero;
  }
}
