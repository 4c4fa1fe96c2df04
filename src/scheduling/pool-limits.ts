import type { NodePool } from "../karpenter/api.ts";
import type { ResourceTexts } from "../kube/objects.ts";
import { nanoOf } from "./amounts.ts";
import { type Bits, intersectInto, isEmpty } from "./bits.ts";
import type { Refusal } from "./refusal.ts";
import { ResourceColumn } from "./resource-column.ts";
import type { Template } from "./template.ts";
import type { TypeUniverse } from "./type-universe.ts";

/** Types within a pool's limits; all of them if absent. */
export interface Opening {
  readonly eligible?: Bits;
}

/** What a pool may still grow by; kept in exact billionths since limits may be far beyond anything a node has. */
export class PoolLimits {
  readonly #left = new Map<string, Map<string, bigint>>();
  readonly #capacities = new WeakMap<TypeUniverse, Map<string, ResourceColumn<bigint>>>();

  constructor(pools: readonly NodePool[]) {
    for (const { metadata, spec } of pools) {
      this.#left.set(
        metadata.name,
        new Map(Object.entries(spec.limits ?? {}).map(([name, text]) => [name, nanoOf(text)])),
      );
    }
  }

  /** A node that is there takes its capacity from its pool's limits. Only limited resources are kept. */
  takeNode(pool: string | undefined, capacity: ResourceTexts): void {
    const left = pool === undefined ? undefined : this.#left.get(pool);
    if (left === undefined) return;
    for (const [name, amount] of left) left.set(name, amount - nanoOf(capacity[name] ?? 0));
  }

  /** A node that goes gives it back. */
  giveBack(pool: string | undefined, capacity: ResourceTexts): void {
    const left = pool === undefined ? undefined : this.#left.get(pool);
    if (left === undefined) return;
    for (const [name, amount] of left) left.set(name, amount + nanoOf(capacity[name] ?? 0));
  }

  /** The same limits, to be used up on their own. */
  copy(): PoolLimits {
    const copy = new PoolLimits([]);
    for (const [pool, left] of this.#left) copy.#left.set(pool, new Map(left));
    return copy;
  }

  /**
   * Which types a new node may be of, or why there can be none. Node limits are exact, unlike others: zero left means no node. A negative
   * rest is caught by the types.
   */
  opening(template: Template): Opening | Refusal {
    if (this.#left.get(template.name)?.get("nodes") === 0n) return { kind: "limits.nodes", pool: template.name };
    const eligible = this.#allowed(template);
    if (eligible === undefined) return {};
    return isEmpty(eligible) ? { kind: "limits", pool: template.name } : { eligible };
  }

  /** Types that would not exceed what is left; undefined when that is all. Type capacity has no `nodes`, so that counts as nothing. */
  #allowed(template: Template): Bits | undefined {
    let allowed: Bits | undefined;
    const { universe } = template;
    for (const [name, amount] of this.#left.get(template.name) ?? []) {
      const column = this.#column(template, name);
      if (column.most(universe.all) <= amount) continue;
      const tooLarge = column.atLeast(amount + 1n);
      allowed ??= Uint32Array.from(universe.all);
      intersectInto(
        allowed,
        Uint32Array.from(tooLarge, (word) => ~word),
      );
    }
    return allowed === undefined ? undefined : universe.whole(allowed);
  }

  /** A new node takes the most that any of its types could. */
  takeLargest(template: Template, bits: Bits): void {
    const left = this.#left.get(template.name);
    if (left === undefined) return;
    for (const [name, amount] of left) {
      const most = this.#column(template, name).most(bits);
      if (most > 0n) left.set(name, amount - most);
    }
  }

  #column({ universe }: Template, name: string): ResourceColumn<bigint> {
    let columns = this.#capacities.get(universe);
    if (columns === undefined) {
      columns = new Map();
      this.#capacities.set(universe, columns);
    }
    let column = columns.get(name);
    if (column === undefined) {
      column = new ResourceColumn(universe.capacities(name), 0n);
      columns.set(name, column);
    }
    return column;
  }
}
