/** Why an exchange did not end with an answer that can be read. */
export type BrokenKind =
  /** Nothing came for too long, or no connection stood. */
  | "silent"
  /** Something came, too little to ever end. */
  | "slow"
  /** More came than any answer has. */
  | "large"
  | "nested"
  /** It is packed in a way that was not asked for, or not as it says. */
  | "packed"
  /** It is no answer of this kind of server: a page, a piece of JSON, nothing. */
  | "foreign"
  /** The server sends us elsewhere; credentials are not taken along. */
  | "redirected"
  /** The proxy in between refused. */
  | "proxy";

/** An answer that broke a bound or is none. `message` is a clause with the server as its subject: `sent no byte for 30 s`. */
export class BrokenAnswer extends Error {
  readonly kind: BrokenKind;

  constructor(kind: BrokenKind, message: string, more: { readonly cause?: unknown; readonly isFinal?: boolean } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    // The AWS SDK repeats what bears this name.
    const isPassing = (kind === "silent" || kind === "slow") && more.isFinal !== true;
    this.name = isPassing ? "TimeoutError" : "BrokenAnswer";
    this.kind = kind;
  }
}

/** The broken answer behind an error, however it was wrapped; undefined when there is none. */
export function brokenIn(error: unknown): BrokenAnswer | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth += 1) {
    if (at instanceof BrokenAnswer) return at;
  }
  return undefined;
}

/** Milliseconds as people read them: `30 s`, `0.2 s`. */
export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

/** The system's or TLS library's code of a failed connection; empty when it has none. */
export function systemCodeOf(error: unknown): string {
  if (error instanceof AggregateError) return systemCodeOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : systemCodeOf(error.cause);
}
