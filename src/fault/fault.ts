/** When the same call may be made again, decided where the cause is known. */
export type Retry = "now" | "later" | "never";

/**
 * The world failed us: throttled, forbidden, unreachable, not found. Adapters make it, `app/` decides, `cli/` prints.
 *
 * `code` is stable and machine-readable (`aws.AccessDenied`, `kube.NotFound`, `helm.missing`, `usage.…`); `message` says what with
 * the actual value; `hint` says what to do. Never carries a secret.
 */
export class Fault extends Error {
  readonly code: string;
  readonly why: string | undefined;
  readonly hint: string | undefined;
  readonly retry: Retry;
  /** `usage` faults exit 2 (the user's input is wrong); `world` faults exit 3; `declined` exits 4. */
  readonly blame: "usage" | "world" | "declined";
  /** The last line of the message: `nothing was changed`, or exactly what was. Set by commands that may write. */
  readonly outcome: string | undefined;

  constructor(
    code: string,
    message: string,
    options: {
      readonly why?: string;
      readonly hint?: string;
      readonly retry?: Retry;
      readonly blame?: "usage" | "world" | "declined";
      readonly cause?: unknown;
      readonly outcome?: string;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Fault";
    this.code = code;
    this.why = options.why;
    this.hint = options.hint;
    this.retry = options.retry ?? "never";
    this.blame = options.blame ?? "world";
    this.outcome = options.outcome;
  }
}

/** The same fault with what was and was not changed. */
export function withOutcome(fault: Fault, outcome: string): Fault {
  const { code, message, why, hint, retry, blame, cause } = fault;
  return new Fault(code, message, {
    retry,
    blame,
    outcome,
    ...(cause === undefined ? {} : { cause }),
    ...(why === undefined ? {} : { why }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A usage fault: exit code 2. */
export function usage(code: string, message: string, hint?: string, why?: string): Fault {
  return new Fault(`usage.${code}`, message, {
    blame: "usage",
    ...(hint === undefined ? {} : { hint }),
    ...(why === undefined ? {} : { why }),
  });
}
