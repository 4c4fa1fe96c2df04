import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../ports/clock.ts";
import { Killed } from "../../twin/faults/faults.ts";
import type { Sandbox } from "../../twin/world/sandbox.ts";

/** Virtual time: waiting lets the simulated world act until that much of its time has passed. */
export class SandboxClock implements Clock {
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  nowMs(): number {
    return this.#sandbox.nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#sandbox.core.faults.isDead) throw new Killed("clock:sleep");
    // Lets a Ctrl-C of the real world arrive.
    await setImmediate();
    signal?.throwIfAborted();
    this.#sandbox.advance(ms);
  }
}
