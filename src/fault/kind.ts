/**
 * Whose fault it is: the user's input (exit 2), the world's (3), nobody's because the user said no (4) or asked to stop (130), or nobody's
 * because the answer is no (1): what was asked about is known, and stands in the way until somebody changes it.
 */
export type Blame = "usage" | "world" | "declined" | "interrupted" | "no";

/** What is true of every fault under one code. The fault itself says what happened, with the actual value. */
export interface FaultKind {
  /** What went wrong, as a clause: `the journal is in use by another run`. */
  readonly title: string;
  /** Why the command stops there instead of going on. */
  readonly why: string;
  /** What to do; the fault itself may know better and then says so. */
  readonly fix: string;
  readonly blame: Blame;
}
