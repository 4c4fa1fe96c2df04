import type { CaEvent, MadeAct } from "./decision.ts";
import type { Memory } from "./memory.ts";

/** A loop, or a moment of the work that goes on between loops: what to do, what to tell, and what to remember. */
export interface LoopStep {
  readonly acts: readonly MadeAct[];
  readonly events: readonly CaEvent[];
  readonly memory: Memory;
}
