import { readFileSync } from "node:fs";
import { join } from "node:path";

/** CPU and memory. */
export type Amounts = readonly [milliCpu: number, bytes: number];

interface Balance {
  readonly groups: readonly (readonly [name: string, target: number, max: number])[];
  readonly add: number;
  readonly new?: Readonly<Record<string, number>>;
  readonly newMultiset?: readonly number[];
}

interface Limit {
  readonly prev: number;
  readonly unneededSec: number;
  readonly loopSec: number;
  readonly want: number;
}

interface Rest {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly steps: readonly (readonly ["fail" | "in" | "out", number])[];
}

interface Use {
  readonly alloc: Amounts;
  readonly pods: readonly Amounts[];
  readonly ignored?: readonly Amounts[];
  readonly cpu?: number;
  readonly util: number;
}

interface Size {
  readonly cpuMilli: number;
  readonly memMiB: number;
}

interface Choice {
  readonly options: readonly string[];
  readonly best: string;
}

/** One estimate. */
export interface Packing {
  readonly name: string;
  readonly node: Size & { readonly pods: number };
  readonly maxNodes?: number;
  readonly pegs: readonly {
    readonly n: number;
    readonly cpuMilli: number;
    readonly memBytes: number;
    readonly hostPort?: number;
    readonly spread?: { readonly key: string; readonly maxSkew: number; readonly minDomains: number };
  }[];
  readonly nodes: number;
  readonly scheduled: number;
}

type Tracked = readonly [number, number, number, boolean, number, number, boolean, boolean];

interface Tables {
  readonly balance: readonly Balance[];
  readonly unneededLimit: { readonly cases: readonly Limit[] };
  readonly budgets: {
    readonly maxParallelism: number;
    readonly maxDrain: number;
    readonly cases: readonly (readonly number[])[];
  };
  readonly backoff: readonly Rest[];
  readonly pdbTracker: { readonly cases: readonly Tracked[] };
  readonly utilization: readonly Use[];
  readonly leastWaste: {
    readonly pod: Size;
    readonly groups: Readonly<Record<string, Size>>;
    readonly cases: readonly Choice[];
  };
  readonly estimator: readonly Packing[];
}

const file = join(import.meta.dirname, "..", "vectors", "ca-vectors.json");

/** Facts of Cluster Autoscaler's own unit tests. */
export const caTables: Tables = JSON.parse(readFileSync(file, "utf8"));
