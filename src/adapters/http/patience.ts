import { doubtfulBounds, type HttpBounds } from "./bounds.ts";
import { brokenIn } from "./broken.ts";

/**
 * How long reads wait for one server. A server that was silent through a whole call is asked again, but not waited for as long: a command
 * reads thirty lists, and half an hour of silence says no more than two minutes. Any answer makes it trusted again.
 */
export class Patience {
  readonly #bounds: HttpBounds;
  #silentAtMs: number | undefined;

  constructor(bounds: HttpBounds) {
    this.#bounds = bounds;
  }

  /** Whether it was silent, and nothing since has shown that it is not. */
  get isDoubtful(): boolean {
    return this.#silentAtMs !== undefined && Date.now() - this.#silentAtMs < 2 * this.#bounds.callMs;
  }

  /** The bounds for the next read. */
  bounds(): HttpBounds {
    return this.isDoubtful ? doubtfulBounds(this.#bounds) : this.#bounds;
  }

  /** It answered, whatever it said. */
  answered(): void {
    this.#silentAtMs = undefined;
  }

  /** A call ended without an answer. What fails at once costs nobody time. */
  failed(error: unknown): void {
    const kind = brokenIn(error)?.kind;
    if (kind === "silent" || kind === "slow") this.#silentAtMs = Date.now();
  }
}
