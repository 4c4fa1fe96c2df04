import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../ports/clock.ts";
import { Killed } from "../../twin/faults/faults.ts";
import type { Twin } from "../../twin/world/twin.ts";

/** Virtual time: waiting lets the simulated world act until that much of its time has passed. */
export class SandboxClock implements Clock {
  readonly #twin: Twin;

  constructor(twin: Twin) {
    this.#twin = twin;
  }

  nowMs(): number {
    return this.#twin.nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#twin.faults.isDead) throw new Killed("clock:sleep");
    // Lets a Ctrl-C of the real world arrive.
    await setImmediate();
    signal?.throwIfAborted();
    this.#twin.advance(ms);
  }
}
