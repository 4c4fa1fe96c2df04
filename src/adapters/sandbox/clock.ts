import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../ports/clock.ts";
import { Killed } from "../../twin/faults/faults.ts";
import type { Twin } from "../../twin/world/twin.ts";

/** Virtual time: waiting lets the simulated world act until that much of its time has passed. */
export class SandboxClock implements Clock {
  readonly #twin: Twin;
  readonly #advance: (ms: number) => Promise<void> | void;

  /** `advance`: how time passes where more than the world's own programs act in it. */
  constructor(twin: Twin, advance: (ms: number) => Promise<void> | void = (ms) => twin.advance(ms)) {
    this.#twin = twin;
    this.#advance = advance;
  }

  nowMs(): number {
    return this.#twin.nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#twin.faults.isDead) throw new Killed("clock:sleep");
    // Lets a Ctrl-C of the real world arrive.
    await setImmediate();
    signal?.throwIfAborted();
    await this.#advance(ms);
  }
}
