// Our own: the real program has no such file.
import type { AutoscalerInstallation } from "../types.ts";
import { defaultOf, type FlagFacts, type FlagType, isKnownTo } from "./facts.ts";
import { parseFlagValue } from "./go-values.ts";
import { lastValue, type GivenFlags } from "./read.ts";
import { type FlagName, flagTable } from "./table.ts";

/**
 * How many nodes may be on their way out at once. `--max-empty-bulk-delete`, while it existed, was taken for
 * `--max-scale-down-parallelism`
 * when only it was given (`main.go` of 1.25 to 1.32).
 */
export function scaleDownParallelism(flags: GivenFlags, release: string | undefined): number {
  const isOld =
    !isGiven(flags, "max-scale-down-parallelism", release) && isGiven(flags, "max-empty-bulk-delete", release);
  return setting(flags, isOld ? "max-empty-bulk-delete" : "max-scale-down-parallelism", release);
}

interface ValueOf {
  readonly bool: boolean;
  readonly int: number;
  readonly float: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly text: string;
  readonly texts: readonly string[];
}

/** What a flag holds: durations in milliseconds. */
export type FlagValue<Name extends FlagName> = ValueOf[(typeof flagTable)[Name]["type"] & FlagType];

/**
 * What is in force for one flag in a release: the value given last (all of them for a flag that holds several), else the
 * release's default.
 * A text that CA could not read counts as not given, and so does a flag that the release does not have; `flagProblems` tells of both.
 */
export function setting<Name extends FlagName>(
  flags: GivenFlags,
  name: Name,
  release: string | undefined,
): FlagValue<Name> {
  return settingReader(flags, release)(name);
}

/** `setting` for many questions about one installation: each flag is read once. */
export function settingReader(
  flags: GivenFlags,
  release: string | undefined,
): <Name extends FlagName>(name: Name) => FlagValue<Name> {
  const known = new Map<FlagName, ReturnType<typeof valueOf>>();
  return <Name extends FlagName>(name: Name) => {
    const value = known.has(name) ? known.get(name) : valueOf(flagTable[name], name, flags, release);
    known.set(name, value);
    return value as FlagValue<Name>;
  };
}

/** `setting` for an installation; the newest release's defaults where there is none. */
export function inForce<Name extends FlagName>(
  autoscaler: Pick<AutoscalerInstallation, "flags" | "version"> | undefined,
  name: Name,
): FlagValue<Name> {
  return setting(autoscaler?.flags ?? new Map(), name, autoscaler?.version);
}

/** Whether a flag was given at all, in a form that the release takes. */
export function isGiven(flags: GivenFlags, name: FlagName, release: string | undefined): boolean {
  return flags.has(name) && isKnownTo(flagTable[name], release);
}

function valueOf(
  facts: FlagFacts,
  name: FlagName,
  flags: GivenFlags,
  release: string | undefined,
): boolean | number | string | readonly string[] | undefined {
  const isTaken = isKnownTo(facts, release);
  if (facts.type === "texts") return isTaken ? listOf(name, flags) : [];
  const given = isTaken ? lastValue(flags, name) : undefined;
  const value = given === undefined ? undefined : parseFlagValue(facts.type, given);
  return value ?? parseFlagValue(facts.type, defaultOf(facts, release));
}

/** Flags that pflag itself keeps as a list, written with commas. */
const withCommas: ReadonlySet<FlagName> = new Set(["bypassed-scheduler-names", "allowed-scheduler-names"]);

function listOf(name: FlagName, flags: GivenFlags): readonly string[] {
  const given = flags.get(name) ?? [];
  return withCommas.has(name) ? given.flatMap((text) => (text === "" ? [] : text.split(","))) : given;
}
