import type { Consents } from "./movable.ts";

/** How many nodes of a group are shifted at once: a number, or a share rounded up. */
export type WaveSize = { readonly nodes: number } | { readonly percent: number };

/** A finding that would stop the migration, accepted for one workload, budget or pod. */
export interface Accepted {
  /** `DV1002` */
  readonly code: string;
  /** `NAMESPACE/NAME` */
  readonly name: string;
  /** Why, in the words of who accepts. */
  readonly reason: string;
}

/** What the user may decide about a cut-over. */
export interface MigrationOptions {
  /** Only these node groups; undefined means all that CA manages and a NodePool replaces. */
  readonly groups?: readonly string[];
  /** Nodes that stay, by group: the agreed minimum. Groups not named get as many as must stay. */
  readonly keep: ReadonlyMap<string, number>;
  readonly waveSize: WaveSize;
  readonly consents: Consents;
  /** What is known to be in the way and was accepted by name. */
  readonly accepted: readonly Accepted[];
  readonly timeouts: MigrationTimeouts;
  /** Largest cost of Karpenter's nodes, in percent of the forecast, at which the gate stays open. */
  readonly costPercent: number;
  /** Image of the placeholders; it need not be pullable, only schedulable. */
  readonly placeholderImage: string;
}

/** Bounds of every wait, in milliseconds. */
interface MigrationTimeouts {
  /** CA gone, Karpenter healthy. */
  readonly handOverMs: number;
  /** Replacement nodes Ready. */
  readonly surgeMs: number;
  /** All pods of a wave moved and Ready again. */
  readonly drainMs: number;
  /** Instances gone, or back again in a rollback. */
  readonly capacityMs: number;
  /** A gate opens. */
  readonly gateMs: number;
}

/** What is decided when the user decides nothing. */
export const defaultOptions: MigrationOptions = {
  keep: new Map(),
  waveSize: { percent: 25 },
  consents: { bare: [], protected: [] },
  accepted: [],
  timeouts: {
    handOverMs: 5 * 60_000,
    surgeMs: 10 * 60_000,
    drainMs: 15 * 60_000,
    capacityMs: 10 * 60_000,
    gateMs: 10 * 60_000,
  },
  costPercent: 125,
  placeholderImage: "registry.k8s.io/pause:3.10",
};

/** Nodes per wave of a group of that size; at least one. */
export function waveLength(size: WaveSize, nodes: number): number {
  const wanted = "nodes" in size ? size.nodes : Math.ceil((nodes * size.percent) / 100);
  return Math.max(1, wanted);
}
