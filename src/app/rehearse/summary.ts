import { quantile } from "../../twin/record/pods.ts";
import type { Measures } from "../../twin/record/measures.ts";
import type { Rehearsal } from "./types.ts";

/** One figure over many seeds. */
export interface Spread {
  /** Runs that know it. */
  readonly runs: number;
  readonly p5: number | undefined;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

/** One world over many seeds. */
export interface WorldSpread {
  readonly nodesMean: Spread;
  readonly usd: Spread;
  readonly pendingP95Ms: Spread;
  readonly pendingLongestMs: Spread;
  readonly evictions: Spread;
}

/** Many rehearsals of one cluster that differ by their seed. */
export interface Rehearsals {
  readonly schema: "dovetail.rehearsals/1";
  readonly seeds: readonly number[];
  readonly autoscaler: WorldSpread;
  readonly karpenter: WorldSpread;
  readonly migrationMs: Spread;
  /** How the migrations ended, with the seeds. */
  readonly ends: readonly { readonly end: string; readonly seeds: readonly number[] }[];
  /** Seeds in which a checker found something. */
  readonly broken: readonly number[];
  readonly runs: readonly Rehearsal[];
}

/** Sums up rehearsals of the same cluster. */
export function summaryOf(runs: readonly Rehearsal[]): Rehearsals {
  const ends = new Map<string, number[]>();
  for (const { seed, migration } of runs) {
    const { end } = migration;
    const word = "code" in end ? `${end.kind}: ${end.message}` : end.kind;
    ends.set(word, [...(ends.get(word) ?? []), seed]);
  }
  const isBroken = ({ autoscaler, migration, karpenter }: Rehearsal): boolean =>
    [autoscaler, migration, karpenter].some((one) => (one?.checked.broken ?? 0) > 0);
  return {
    schema: "dovetail.rehearsals/1",
    seeds: runs.map(({ seed }) => seed),
    autoscaler: worldOf(runs.map(({ autoscaler }) => autoscaler.measures)),
    karpenter: worldOf(runs.flatMap(({ karpenter }) => karpenter?.measures ?? [])),
    migrationMs: spreadOf(
      runs.map(({ migration }) => (migration.end.kind === "completed" ? migration.lengthMs : undefined)),
    ),
    ends: [...ends].map(([end, seeds]) => ({ end, seeds })).toSorted((a, b) => b.seeds.length - a.seeds.length),
    broken: runs.filter(isBroken).map(({ seed }) => seed),
    runs,
  };
}

function worldOf(all: readonly Measures[]): WorldSpread {
  return {
    nodesMean: spreadOf(all.map(({ nodes }) => nodes.mean)),
    usd: spreadOf(all.map(({ cost }) => cost.usd)),
    pendingP95Ms: spreadOf(all.map(({ pending }) => pending.p95Ms)),
    pendingLongestMs: spreadOf(all.map(({ pending }) => pending.longestMs)),
    evictions: spreadOf(all.map(({ evictions }) => evictions.reduce((sum, { count }) => sum + count, 0))),
  };
}

function spreadOf(values: readonly (number | undefined)[]): Spread {
  const sorted = values.filter((one) => one !== undefined).toSorted((a, b) => a - b);
  return {
    runs: sorted.length,
    p5: quantile(sorted, 0.05),
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
  };
}
