// Our own: the real program has no such file.
import { atLeast } from "../version.ts";

/**
 * What a flag is about. `decides`: it changes what Cluster Autoscaler decides, so assess and translate say something of it by name. The
 * others are spoken of together: `installation` tells CA where it runs, `balancing` refines the balancing of similar groups, `loop` tunes
 * CA's own loop, `program` says how it runs, logs and reports, `provisioning` and `buffers` refine ProvisioningRequests and
 * CapacityBuffers, `cloud` belongs to another cloud than AWS.
 */
export type Concern =
  | "decides"
  | "installation"
  | "balancing"
  | "loop"
  | "program"
  | "provisioning"
  | "buffers"
  | "cloud";

/** How a flag's text is read: as Go's `flag` and pflag read it. `texts` may be given several times and holds all of them. */
export type FlagType = "bool" | "int" | "float" | "duration" | "text" | "texts";

/**
 * One flag of Cluster Autoscaler (`main.go` up to 1.32, `config/flags/flags.go` after). Releases are written `1.33` for the first of a
 * line, `1.31.5 1.32.3` where the change came into several lines as patches.
 */
export interface FlagFacts {
  readonly about: Concern;
  readonly type: FlagType;
  /** The default as one would write it; that of the oldest release where `later` names others. */
  readonly initial: string;
  /** Defaults of later releases, oldest first. */
  readonly later?: Readonly<Record<string, string>>;
  /** The first release that has it; absent: older than 1.24. */
  readonly since?: string;
  /** The first release that no longer has it. */
  readonly until?: string;
  /** The release that called it deprecated, and what to use instead. */
  readonly deprecated?: string;
  readonly instead?: string;
}

/** Whether a release takes the flag. An unknown release may be any. */
export function isKnownTo(facts: FlagFacts, release: string | undefined): boolean {
  if (release === undefined) return true;
  const isGone = facts.until !== undefined && atLeast(release, facts.until);
  return !isGone && (facts.since === undefined || atLeast(release, facts.since));
}

/** The text of the default in a release; of the newest when the release is unknown. */
export function defaultOf(facts: FlagFacts, release: string | undefined): string {
  const later = Object.entries(facts.later ?? {}).filter(([since]) => release === undefined || atLeast(release, since));
  return later.at(-1)?.[1] ?? facts.initial;
}
