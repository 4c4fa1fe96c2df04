import type { NodePool } from "../../karpenter/api.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { ResourceTexts } from "../../kube/objects.ts";
import { nanoOf } from "../amounts.ts";
import { type Bits, isEmpty, removeFrom } from "../bits.ts";
import type { Refusal } from "./refusal.ts";
import type { Template } from "./template.ts";

/** Types within a pool's limits; all of them if absent. */
export interface Opening {
  readonly eligible?: Bits;
}

/** What is left of one limit, in exact billionths since limits may be far beyond anything a node has. */
interface Limit {
  readonly name: string;
  left: bigint;
}

const unlimited: readonly Limit[] = [];

/** What pools may still grow by (`remainingResources` in Karpenter's `scheduler.go`). */
export class PoolLimits {
  readonly #limits = new Map<string, readonly Limit[]>();

  readonly #nodeLimit: KarpenterBehaviour["nodeLimit"];

  constructor(pools: readonly NodePool[], nodeLimit: KarpenterBehaviour["nodeLimit"]) {
    this.#nodeLimit = nodeLimit;
    for (const { metadata, spec } of pools) {
      const limits = Object.entries(spec.limits ?? {}).map(([name, text]) => ({ name, left: nanoOf(text) }));
      this.#limits.set(metadata.name, limits);
    }
  }

  #of(pool: string | undefined): readonly Limit[] {
    return pool === undefined ? unlimited : (this.#limits.get(pool) ?? unlimited);
  }

  /** A node that is there takes its capacity from its pool's limits. Only limited resources are kept. */
  takeNode(pool: string | undefined, capacity: ResourceTexts): void {
    for (const limit of this.#of(pool)) limit.left -= nanoOf(capacity[limit.name] ?? 0);
  }

  /** A node that goes gives it back. */
  giveBack(pool: string | undefined, capacity: ResourceTexts): void {
    for (const limit of this.#of(pool)) limit.left += nanoOf(capacity[limit.name] ?? 0);
  }

  /** The same limits, to be used up on their own. */
  copy(): PoolLimits {
    const copy = new PoolLimits([], this.#nodeLimit);
    for (const [pool, limits] of this.#limits)
      copy.#limits.set(
        pool,
        limits.map((limit) => ({ ...limit })),
      );
    return copy;
  }

  /**
   * Which types a new node may be of, or why there can be none. From v1.11 on node limits are exact, unlike others: zero left means no
   * node. A negative rest is caught by the types. Costs one comparison a limit while there is plenty left.
   */
  opening(template: Template): Opening | Refusal {
    const limits = this.#of(template.name);
    let isShort = false;
    for (const { name, left } of limits) {
      if (name === "nodes" && left === 0n && this.#nodeLimit === "reached")
        return { kind: "limits.nodes", pool: template.name };
      if (template.universe.capacityColumn(name).greatest > left) isShort = true;
    }
    if (!isShort) return anyType;
    const eligible = allowed(template, limits);
    return isEmpty(eligible) ? { kind: "limits", pool: template.name } : { eligible };
  }

  /** A new node takes the most that any of its types could. */
  takeLargest({ name: pool, universe }: Template, bits: Bits): void {
    for (const limit of this.#of(pool)) {
      const most = universe.capacityColumn(limit.name).most(bits);
      if (most > 0n) limit.left -= most;
    }
  }
}

const anyType: Opening = {};

/** Types that would not exceed what is left. Type capacity has no `nodes`, so that counts as nothing. */
function allowed({ universe }: Template, limits: readonly Limit[]): Bits {
  const bits = universe.all.slice();
  for (const { name, left } of limits) {
    const column = universe.capacityColumn(name);
    if (column.greatest > left) removeFrom(bits, column.atLeast(left + 1n));
  }
  return universe.whole(bits);
}
