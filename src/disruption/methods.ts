import { goSort } from "../kube/go-sort.ts";
import type { KarpenterBehaviour } from "../karpenter/behaviour.ts";
import { byPoolName, type DisruptionWorld } from "./world.ts";
import type { Balance } from "./balanced.ts";
import type { Candidate, Command, NoOp } from "./types.ts";

/** What a method decides from. */
export interface MethodContext {
  readonly world: DisruptionWorld;
  readonly nowMs: number;
  /** By NodePool; a method spends from it as it goes. */
  readonly budgets: Map<string, number>;
  readonly balance: Balance;
  readonly meter: Meter;
}

/** Counts simulations against the input's bound. */
export class Meter {
  used = 0;
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** False when the bound is reached. */
  spend(): boolean {
    if (this.used >= this.#most) return false;
    this.used += 1;
    return true;
  }
}

/** What a method decides: candidates in the order it considered them, and its commands. */
export interface MethodDecision {
  readonly considered: readonly Candidate[];
  readonly commands: readonly (Command | StaticReplacement)[];
  readonly left?: ReadonlyMap<string, NoOp>;
  readonly isCut?: boolean;
  readonly error?: string;
}

/** A static pool's node to be replaced by another of its template, whatever type that turns out to be. */
export interface StaticReplacement {
  readonly replaces: Candidate;
  /** The node goes first: nothing else can be started beside it. */
  readonly isTerminateFirst?: boolean;
  /** How long draining may take, in nanoseconds; the NodeClaim's own bound where absent. */
  readonly drainBound?: bigint;
}

/**
 * What there is most to save on for each unit of disruption first, or before v1.14 what costs least to disrupt (`sortCandidates`); ties as
 * Go's unstable sort leaves names in order.
 */
export function inOrder(
  candidates: readonly Candidate[],
  { consolidationOrder }: Pick<KarpenterBehaviour, "consolidationOrder">,
): Candidate[] {
  const sorted = [...candidates];
  if (consolidationOrder === "savings") goSort(sorted, (a, b) => a.savingsRatio > b.savingsRatio);
  else goSort(sorted, (a, b) => a.disruptionCost < b.disruptionCost);
  return sorted;
}

/**
 * The best of each pool, then the second of each, and so on (`shuffleCandidates`). The real program takes pools as a map of its yields
 * them: nearly always from the first that was put in, which is the pool of the best candidate; here it always is.
 */
export function takingTurns(candidates: readonly Candidate[]): Candidate[] {
  const pools = [...byPoolName(candidates).values()];
  const rounds = Math.max(0, ...pools.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => pools.flatMap((group) => group[round] ?? [])).flat();
}
