import type { Blame } from "./kind.ts";
import { type FaultCode, faultKindOf, type UsageName } from "./registry.ts";

/** When the same call may be made again, decided where the cause is known. */
export type Retry = "now" | "later" | "never";

/** What a fault says beside its message, all of it optional. */
interface FaultWords {
  readonly why?: string | undefined;
  readonly hint?: string | undefined;
  readonly retry?: Retry | undefined;
  readonly cause?: unknown;
  readonly outcome?: string | undefined;
}

/**
 * The world failed us: throttled, forbidden, unreachable, not found. Adapters make it, `app/` decides, `cli/` prints.
 *
 * `code` is stable, machine-readable and listed in the registry, which says what is true of every fault under it; `message` says what
 * with the actual value; `hint` says what to do. Never carries a secret.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly why: string | undefined;
  readonly hint: string | undefined;
  readonly retry: Retry;
  /** The last line of the message: `nothing was changed`, or exactly what was. Set by commands that may write. */
  readonly outcome: string | undefined;

  constructor(code: FaultCode, message: string, words: FaultWords = {}) {
    super(message, words.cause === undefined ? undefined : { cause: words.cause });
    this.name = "Fault";
    this.code = code;
    this.why = words.why;
    this.hint = words.hint;
    this.retry = words.retry ?? "never";
    this.outcome = words.outcome;
  }

  /** Whose it is, as the registry says; decides the exit code. */
  get blame(): Blame {
    return faultKindOf(this.code).blame;
  }
}

/** The same fault with what was and was not changed. */
export function withOutcome(fault: Fault, outcome: string): Fault {
  const { code, message, why, hint, retry, cause } = fault;
  return new Fault(code, message, { retry, outcome, cause, why, hint });
}

/** A usage fault (exit code 2) under the code `usage.NAME`. */
export function usage(name: UsageName, message: string, hint?: string, why?: string): Fault {
  return new Fault(`usage.${name}`, message, { hint, why });
}
