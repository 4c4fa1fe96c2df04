import type { NodePool } from "../karpenter/api.ts";
import type { ResourceTexts } from "../kube/objects.ts";
import { nanoOf } from "./amounts.ts";
import type { Bits } from "./bits.ts";
import type { Template } from "./template.ts";

/** What a pool may still grow by; kept in exact billionths since limits may be far beyond anything a node has. */
export class PoolLimits {
  readonly #left = new Map<string, Map<string, bigint>>();
  readonly #capacities = new WeakMap<Template, readonly (readonly [string, bigint][])[]>();
  readonly #greatest = new WeakMap<Template, ReadonlyMap<string, bigint>>();

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

  /** Node limits are exact, unlike others: zero left means no node. A negative rest is caught by the types. */
  hasNoNodesLeft(pool: string): boolean {
    return this.#left.get(pool)?.get("nodes") === 0n;
  }

  /** Types that would not exceed what is left; undefined when that is all. Type capacity has no `nodes`, so that counts as nothing. */
  allowed(template: Template): Bits | undefined {
    const left = this.#left.get(template.name);
    if (left === undefined || left.size === 0) return undefined;
    const greatest = this.#greatestOf(template);
    const tight = [...left].filter(([name, amount]) => (greatest.get(name) ?? 0n) > amount);
    if (tight.length === 0) return undefined;
    const capacities = this.#capacitiesOf(template).map((pairs) => new Map(pairs));
    const { universe } = template;
    const isAllowed = capacities.map((capacity) =>
      tight.every(([name, amount]) => (capacity.get(name) ?? 0n) <= amount),
    );
    return universe.whereType((type) => isAllowed[type] === true);
  }

  /** A new node takes the most that any of its types could. */
  takeLargest(template: Template, bits: Bits): void {
    const left = this.#left.get(template.name);
    if (left === undefined || left.size === 0) return;
    const capacities = this.#capacitiesOf(template);
    const types = template.universe.typesIn(bits);
    for (const [name, amount] of left) {
      let most = 0n;
      for (const type of types)
        for (const [own, value] of capacities[type] ?? []) if (own === name && value > most) most = value;
      left.set(name, amount - most);
    }
  }

  #capacitiesOf(template: Template): readonly (readonly [string, bigint][])[] {
    let known = this.#capacities.get(template);
    if (known === undefined) {
      known = template.universe.types.map(({ source }) =>
        Object.entries(source.capacity).map(([name, text]) => [name, nanoOf(text)]),
      );
      this.#capacities.set(template, known);
    }
    return known;
  }

  #greatestOf(template: Template): ReadonlyMap<string, bigint> {
    let known = this.#greatest.get(template);
    if (known === undefined) {
      const greatest = new Map<string, bigint>();
      for (const pairs of this.#capacitiesOf(template)) {
        for (const [name, value] of pairs) if (value > (greatest.get(name) ?? 0n)) greatest.set(name, value);
      }
      known = greatest;
      this.#greatest.set(template, known);
    }
    return known;
  }
}
