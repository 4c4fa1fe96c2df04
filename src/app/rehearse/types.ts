import type { InstallManifest } from "../../migration/install/options.ts";
import type { Host } from "../../ports/host.ts";
import type { PlayableCluster } from "../../ports/playable.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import type { Breach } from "../../twin/checkers/breach.ts";
import type { Measures } from "../../twin/record/measures.ts";
import type { TraceOpener } from "./trace.ts";

/** How much goes wrong by itself. */
export type FaultLevel = "none" | "default" | "harsh";

/** What load was asked for. */
export type LoadChoice =
  | { readonly kind: "trace"; readonly name: string; readonly open: TraceOpener }
  /** By `--swing`: the load swings whatever scales the workloads. */
  | { readonly kind: "swing"; readonly share: number }
  /** Nothing was said: what the cluster itself tells decides. */
  | { readonly kind: "own" };

/** What load was played, and why that one. */
export type LoadPlayed =
  | { readonly kind: "trace"; readonly name: string; readonly arrivals: number }
  | { readonly kind: "swing"; readonly share: number; readonly scales: "autoscaled" | "all"; readonly scaled: number }
  | { readonly kind: "steady"; readonly deploys: number };

/** One rehearsal: a cluster, a stretch of time, a load, a seed. */
export interface RehearseRequest {
  readonly cluster: PlayableCluster;
  readonly catalogue: Catalogue;
  readonly host: Host;
  readonly seed: number;
  readonly forMs: number;
  readonly load: LoadChoice;
  readonly faults: FaultLevel;
  /** `user@host`, for the journals inside. */
  readonly by: string;
  /** NodePools and EC2NodeClasses to install instead of the translated ones. */
  readonly manifests?: readonly InstallManifest[];
}

/** One world as it was played. */
export interface Played {
  readonly measures: Measures;
  readonly checked: Checked;
}

/** What the checkers say of a run. */
export interface Checked {
  readonly changes: number;
  readonly broken: number;
  readonly breaches: readonly Breach[];
}

/** One wave of the rehearsed migration. */
export interface RehearsedWave {
  readonly group: string;
  readonly nodes: number;
  readonly fromMs: number;
  readonly lengthMs: number;
  /** What EC2 charges meanwhile. */
  readonly usd: number | undefined;
  readonly evictions: number;
}

/** Something that the migration waited for. */
export interface RehearsedWait {
  readonly what: string;
  readonly missing: string;
  readonly waitedMs: number;
}

/** How the rehearsed migration ended. */
export type RehearsedEnd =
  | { readonly kind: "completed" }
  | { readonly kind: "gate-closed"; readonly gate: string; readonly reasons: readonly string[] }
  | { readonly kind: "stopped"; readonly code: string; readonly message: string; readonly hint?: string }
  /** Setup, translation or installation did not get through. */
  | { readonly kind: "not-begun"; readonly code: string; readonly message: string; readonly hint?: string };

/** The migration between the two worlds. */
export interface RehearsedMigration extends Played {
  readonly end: RehearsedEnd;
  readonly setupMs: number;
  readonly installMs: number;
  /** From the first step of the plan to its end. */
  readonly lengthMs: number;
  readonly steps: number;
  readonly waves: readonly RehearsedWave[];
  /** Longest first. */
  readonly waits: readonly RehearsedWait[];
}

/** The way to Karpenter and what came of it. */
export interface RehearsalRun {
  readonly migration: RehearsedMigration;
  /** Undefined: the migration did not get through, so there is no such cluster. */
  readonly karpenter: Played | undefined;
}

/** Both worlds and the way from one to the other. */
export interface Rehearsal extends RehearsalRun {
  readonly schema: "dovetail.rehearsal/1";
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly seed: number;
  readonly forMs: number;
  readonly load: LoadPlayed;
  readonly faults: FaultLevel;
  readonly autoscaler: Played;
}
