/**
 * What a conformance area is: a way to judge one recorded case of the real program against our decision.
 *
 * The runner (`run.ts`) reads vector files, finds the area of every line and counts the verdicts. Areas are listed in `areas.ts`;
 * the areas of the AWS provider live in `aws-areas.ts` (`export const awsAreas: readonly Area[]`).
 */

import type { Minor } from "../src/karpenter/behaviours.ts";

/** One line of a vector file, parsed, with what the runner knows about it. */
export interface Case {
  /** `id` of the line, or `table#n` for algebra rows, or `file:line`. */
  readonly id: string;
  /** `provision`, `simulate`, `disrupt`, `algebra`, `aws/launch`, … */
  readonly area: string;
  /** Whose decision it is. */
  readonly release: Minor;
  /** What the recording promises: same order and content, same after sorting, or one of several. */
  readonly stable: Stability;
  /** The whole line. */
  readonly line: Readonly<Record<string, unknown>>;
  /** Line one of the file where that is a header (`kind: "header"`). */
  readonly header?: Readonly<Record<string, unknown>>;
  /** The file it came from. */
  readonly file: string;
}

export type Stability = "exact" | "canonical" | "set";

/** What the runner hands to every check. */
export interface Context {
  /** Folders that may hold `catalogue-NAME.json` and the AWS facts, in order of preference. */
  readonly catalogues: readonly string[];
}

export type Verdict =
  | { readonly outcome: "match" }
  /** Nobody answers this, or it lacks what it refers to. Counted and shown as such, never as a match. */
  | { readonly outcome: "not-run"; readonly reason: string }
  | {
      readonly outcome: "mismatch";
      /** The first diverging decision in words, with both sides. */
      readonly difference: string;
      /** Our answer in the shape of the expectation; for `set` cases it goes to the witness file. */
      readonly got?: unknown;
    };

/** A case that nobody can judge as it stands: it is counted apart, and never as a match. */
export class Unjudgeable extends Error {}

export interface Area {
  /** Compared with the `area` of a line; a trailing `*` matches any rest. */
  readonly name: string;
  readonly check: (item: Case, context: Context) => Verdict;
}
