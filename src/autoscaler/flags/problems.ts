// Our own: the real program has no such file.
import { nearest } from "../../fault/nearest.ts";
import { isKnownTo } from "./facts.ts";
import { parseFlagValue } from "./go-values.ts";
import type { GivenFlags } from "./read.ts";
import { flagFacts, flagNames } from "./table.ts";

/** Something on the command line that Cluster Autoscaler of this release would not start with. */
export type FlagProblem =
  | { readonly kind: "unknown"; readonly flag: string; readonly near: string | undefined }
  /** A flag of other releases only: `since` is the first that has it, `until` the first that has it no longer. */
  | {
      readonly kind: "other-release";
      readonly flag: string;
      readonly since: string | undefined;
      readonly until: string | undefined;
      readonly instead: string | undefined;
    }
  | { readonly kind: "unreadable"; readonly flag: string; readonly value: string; readonly type: string };

const forms: Readonly<Record<string, string>> = {
  bool: "true or false",
  int: "a whole number",
  float: "a number",
  duration: "a duration such as 90s or 10m",
};

/** What is wrong with the flags given, in order of their names. Without a release only what no release would take. */
export function flagProblems(flags: GivenFlags, release: string | undefined): readonly FlagProblem[] {
  return [...flags]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => problemsOf(name, values, release));
}

function problemsOf(flag: string, values: readonly string[], release: string | undefined): readonly FlagProblem[] {
  const facts = flagFacts(flag);
  if (facts === undefined) return [{ kind: "unknown", flag, near: nearest(flag, flagNames) }];
  if (!isKnownTo(facts, release)) {
    const { since, until, instead } = facts;
    return [{ kind: "other-release", flag, since, until, instead }];
  }
  // A variable that only the kubelet knows, or a value that was redacted.
  const plain = values.filter((value) => !/^[$<]/.test(value));
  return plain
    .filter((value) => parseFlagValue(facts.type, value) === undefined)
    .map((value) => ({ kind: "unreadable", flag, value, type: forms[facts.type] ?? facts.type }));
}
