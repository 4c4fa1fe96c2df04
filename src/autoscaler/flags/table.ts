// Our own: the real program has no such file.
import { isKeyOf } from "../../kube/json.ts";
import { decidingFlags } from "./deciding-flags.ts";
import type { Concern, FlagFacts } from "./facts.ts";
import { idleFlags } from "./idle-flags.ts";

/**
 * Every flag that a Cluster Autoscaler of 1.24 to 1.37 takes on its command line: the one place that knows names, types, defaults and
 * releases. Assess and translate map over `DecidingFlag` and over the concerns of the others, so a flag that one of them forgets does not
 * compile.
 */
export const flagTable = { ...decidingFlags, ...idleFlags };

/** A flag of any release. */
export type FlagName = keyof typeof flagTable;

/** A flag of which assess and translate speak by name. */
export type DecidingFlag = keyof typeof decidingFlags;

/** What the flags that are spoken of together are about. */
export type IdleConcern = Exclude<Concern, "decides">;

/** A flag's row; undefined for one that no release has. */
export function flagFacts(name: string): FlagFacts | undefined {
  return isKeyOf(flagTable, name) ? flagTable[name] : undefined;
}

/** Whether assess and translate speak of the flag by name. */
export function isDeciding(name: string): name is DecidingFlag {
  return Object.hasOwn(decidingFlags, name);
}

/** All names, for suggestions. */
export const flagNames: readonly string[] = Object.keys(flagTable).sort();
