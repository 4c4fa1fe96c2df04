import { Fault } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";
import type { FaultCode } from "../../fault/registry.ts";

/** What waiting needs: time, somebody to tell, and whoever may ask to stop. */
type Waiting = Pick<Reading, "clock" | "host">;

/** The user asked to stop. Not a failure: the command ends with exit code 130 and says how to resume. */
export function interrupted(goOn = "dovetail resume"): Fault {
  return new Fault("interrupted", "stopped as asked", { hint: `go on with \`${goOn}\``, retry: "now" });
}

/** Whether this is the user's wish to stop rather than a failure. */
export function isInterruption(error: unknown): boolean {
  return error instanceof Fault && error.code === "interrupted";
}

/** Sleeps in the world's time; throws `interrupted` when the user asks to stop. */
export async function pause(world: Waiting, ms: number): Promise<void> {
  const signal = world.host.interrupted;
  if (signal.aborted) throw interrupted();
  try {
    await world.clock.sleep(ms, signal);
  } catch (error) {
    if (signal.aborted) throw interrupted();
    throw error;
  }
  if (signal.aborted) throw interrupted();
}

// Two minutes in all: a throttled API recovers within it, a broken one does not.
const laterDelaysMs = [2_000, 4_000, 8_000, 16_000, 30_000, 60_000];
const nowDelaysMs = [500, 1_000, 2_000];

/** Calls again what failed in a way that the adapter calls passing. Only for calls that may be repeated. */
export async function withRetry<T>(world: Waiting, call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Fault) || isInterruption(error) || error.retry === "never") throw error;
      const delayMs = (error.retry === "now" ? nowDelaysMs : laterDelaysMs)[attempt];
      if (delayMs === undefined) throw error;
      await pause(world, delayMs);
    }
  }
}

/** What one look at the world says while something is being waited for. */
export type Look<T> =
  | { readonly isDone: true; readonly value: T }
  /** `detail` names what is being waited for. */
  | { readonly isDone: false; readonly detail: string };

/** What is waited for, how long, and what to say when it does not come. */
export interface Wait {
  /** What listeners are told: `wait for 3 replacements`. */
  readonly title: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
  /** Code and sentence when the time is over; the last detail is added. */
  readonly code: FaultCode;
  readonly why?: string;
  readonly hint?: string;
}

/** Looks until it is so, within a bound. Throws the wait's fault with the last detail when time is over. */
export async function waitUntil<T>(world: Waiting, wait: Wait, look: () => Promise<Look<T>>): Promise<T> {
  const sinceMs = world.clock.nowMs();
  const untilMs = sinceMs + wait.timeoutMs;
  const about = { code: wait.code, what: wait.title };
  try {
    for (let looks = 1; ; looks++) {
      const seen = await withRetry(world, look);
      if (seen.isDone) return seen.value;
      world.host.tell({ kind: "waiting", ...about, missing: seen.detail, done: looks, sinceMs, untilMs });
      if (world.clock.nowMs() >= untilMs) throw overdue(wait, seen.detail);
      await pause(world, wait.everyMs ?? 5_000);
    }
  } finally {
    world.host.tell({ kind: "waited", ...about });
  }
}

function overdue(wait: Wait, detail: string): Fault {
  const minutes = Math.round(wait.timeoutMs / 6_000) / 10;
  return new Fault(wait.code, `${wait.title}: not so after ${minutes} min: ${detail}`, {
    why: wait.why,
    hint: wait.hint,
  });
}
