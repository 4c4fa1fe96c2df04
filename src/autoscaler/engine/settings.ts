// Mirrors config/flags/flags.go of Cluster Autoscaler 1.36.1.
import type { GivenFlags } from "../flags/read.ts";
import { type FlagValue, scaleDownParallelism, settingReader } from "../flags/settings.ts";
import type { FlagName } from "../flags/table.ts";
import { type ReleaseBehaviour, releaseBehaviour } from "../releases.ts";

/** What one Cluster Autoscaler was told, with its release's defaults: durations in milliseconds. Made once for many loops. */
export interface Settings {
  readonly behaviour: ReleaseBehaviour;
  of<Name extends FlagName>(name: Name): FlagValue<Name>;
  /** Nodes that may be on their way out at once. */
  readonly parallelism: number;
  readonly cores: Bounds;
  /** Bytes. */
  readonly memory: Bounds;
  readonly taints: TaintRules;
  /** Priorities with the grace their pods get, ascending; undefined where `--drain-priority-config` says nothing. */
  readonly drainPriorities: readonly DrainPriority[] | undefined;
}

/** A minimum and a maximum of something in the whole cluster. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Pods from this priority on, and the longest grace in seconds that they get. */
export interface DrainPriority {
  readonly priority: number;
  readonly seconds: number;
}

/** Which taints say that a node is not ready yet, and which say something that passes. */
export interface TaintRules {
  isStartup(key: string): boolean;
  isStatus(key: string): boolean;
  readonly scaleFromUnschedulable: boolean;
}

const bytesPerGiB = 1024 ** 3;

/** Reads an installation's flags for the engine. */
export function settingsOf(flags: GivenFlags, version: string | undefined): Settings {
  const behaviour = releaseBehaviour(version);
  const of = settingReader(flags, behaviour.version);
  const memory = boundsOf(of("memory-total"));
  return {
    behaviour,
    of,
    parallelism: scaleDownParallelism(flags, behaviour.version),
    cores: boundsOf(of("cores-total")),
    memory: { min: memory.min * bytesPerGiB, max: memory.max * bytesPerGiB },
    taints: taintRules(of),
    drainPriorities: behaviour.heedsDrainPriorities ? prioritiesOf(of("drain-priority-config")) : undefined,
  };
}

function boundsOf(text: string): Bounds {
  const [, min = "0", max = "0"] = /^(\d+):(\d+)$/.exec(text) ?? [];
  return { min: Number(min), max: Number(max) };
}

function taintRules(of: Settings["of"]): TaintRules {
  const startup = new Set([...of("startup-taint"), ...of("ignore-taint")]);
  const prefixes = [
    "ignore-taint.cluster-autoscaler.kubernetes.io/",
    "startup-taint.cluster-autoscaler.kubernetes.io/",
    ...of("startup-taint-prefix"),
  ];
  const status = new Set(of("status-taint"));
  return {
    isStartup: (key) => startup.has(key) || prefixes.some((prefix) => key.startsWith(prefix)),
    isStatus: (key) => status.has(key) || key.startsWith("status-taint.cluster-autoscaler.kubernetes.io/"),
    scaleFromUnschedulable: of("scale-from-unschedulable"),
  };
}

function prioritiesOf(text: string): readonly DrainPriority[] | undefined {
  const pairs = text.split(",").flatMap((pair) => {
    const match = /^(-?\d+):(\d+)$/.exec(pair.trim());
    return match === null ? [] : [{ priority: Number(match[1]), seconds: Number(match[2]) }];
  });
  return pairs.length === 0 ? undefined : pairs.toSorted((a, b) => a.priority - b.priority);
}
