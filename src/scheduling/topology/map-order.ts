import { fnv1a } from "../../kube/text.ts";
/** Slots of a small map in Go, in one of which a look at it begins at random. */
const slots = 8;

/**
 * Where iteration over a map of topology domains begins: Go starts every `range` at a random slot, and Karpenter takes the first domain
 * that will do (`topologygroup.go`, nextDomainTopologySpread and nextDomainAffinity).
 *
 * At a pod's first try the likeliest outcome stands for the draw: the first slot, which an empty one leads to as well. A pod that is tried
 * again would then meet the same refusal for ever, while the real program comes to another domain sooner or later; so later tries draw, by
 * the pod's name and the number of the look, in the proportions of the real draw.
 */
export class MapOrder {
  /** Looks differ from one another. */
  readonly isDrawing: boolean;
  #state = 0;

  constructor(key: string, tries: number) {
    this.isDrawing = tries > 0;
    if (!this.isDrawing) return;
    this.#state = fnv1a(key, tries);
  }

  /** The slot where the next look begins. */
  slot(): number {
    if (!this.isDrawing) return 0;
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let hash = Math.imul(this.#state ^ (this.#state >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) % slots;
  }

  /** The same looks from here on, for those who only watch. */
  copy(): MapOrder {
    const copy = new MapOrder("", this.isDrawing ? 1 : 0);
    copy.#state = this.#state;
    return copy;
  }
}

/** Of a pod at its first try. */
export const firstTry = new MapOrder("", 0);
