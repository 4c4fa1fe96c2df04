import type { Lottery, Luck } from "../../src/autoscaler/engine/luck.ts";
import type { RecordedLoop } from "./recording.ts";

interface RecordedScaleUp {
  readonly chosen?: string;
  readonly options?: readonly { readonly pods: readonly string[] }[];
}

interface RecordedScaleDown {
  readonly deleting?: readonly { readonly node: string; readonly group: string }[];
  readonly unremovable?: readonly { readonly node: string; readonly reason: string }[];
}

/** Reasons that a node has because others went before it. */
const crowdedOut: ReadonlySet<string> = new Set(["NodeGroupMinSizeReached", "MinimalResourceLimitExceeded"]);

/**
 * Chance as it fell in a recorded loop, as far as the record shows it: which equals were chosen. What it does not show falls as
 * the seed says;
 * seed 0 leaves lists as they are.
 */
export class RecordedLuck implements Luck {
  readonly #seed: number;
  readonly #scaleUps: readonly RecordedScaleUp[];
  readonly #deleted: ReadonlyMap<string, string>;
  readonly #crowdedOut: ReadonlySet<string>;
  readonly #marked: ReadonlySet<string>;
  readonly #groupOf: (node: string) => string | undefined;
  #draws = 0;
  #packings = 0;

  constructor({ out, acts = [] }: RecordedLoop, seed: number, groupOf: (node: string) => string | undefined) {
    this.#seed = seed;
    this.#groupOf = groupOf;
    const ups = [
      out["scaleUp"] as RecordedScaleUp | undefined,
      ...((out["moreScaleUps"] ?? []) as readonly RecordedScaleUp[]),
    ];
    this.#scaleUps = ups.flatMap((one) => one ?? []);
    const { deleting = [], unremovable = [] } = (out["scaleDown"] ?? {}) as RecordedScaleDown;
    this.#deleted = new Map(deleting.map(({ node, group }) => [node, group]));
    this.#crowdedOut = new Set(unremovable.filter(({ reason }) => crowdedOut.has(reason)).map(({ node }) => node));
    this.#marked = new Set(acts.flatMap(({ act, node }) => (act === "taint" && node !== undefined ? [node] : [])));
  }

  order<T>(lottery: Lottery, items: readonly T[], nameOf: (item: T) => string): readonly T[] {
    const drawn = this.#seed === 0 ? items : shuffled(items, nameOf, this.#seed);
    if (lottery === "marks")
      return drawn.toSorted((a, b) => rank(this.#marked.has(nameOf(a))) - rank(this.#marked.has(nameOf(b))));
    if (lottery === "removals") return this.#removals(drawn, nameOf);
    const isPacked = lottery === "podGroups" || lottery === "salvoPods";
    const packed = isPacked ? this.#packed(drawn, nameOf) : drawn;
    if (lottery === "podGroups") this.#packings += 1;
    return packed;
  }

  // Every other seed takes first what made it into the most options.
  #packed<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
    const { options = [] } = this.#scaleUps[this.#packings] ?? {};
    if (this.#seed % 2 === 0) return items;
    const worth = (item: T): number => options.filter(({ pods }) => pods.includes(nameOf(item))).length;
    return items.toSorted((a, b) => worth(b) - worth(a));
  }

  // Nodes that went come first; a group of which some stayed though they might have gone was the last that the budget reached.
  #removals<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
    const isLeft = (item: T): boolean => !this.#deleted.has(nameOf(item)) && !this.#crowdedOut.has(nameOf(item));
    const cut = new Set(items.filter(isLeft).map((item) => this.#groupOf(nameOf(item))));
    const worth = (item: T): number => {
      const group = this.#deleted.get(nameOf(item));
      if (group !== undefined) return cut.has(group) ? 1 : 0;
      return this.#crowdedOut.has(nameOf(item)) ? 3 : 2;
    };
    return items.toSorted((a, b) => worth(a) - worth(b));
  }

  draw(groups: readonly string[]): number {
    const { chosen } = this.#scaleUps[this.#draws++] ?? {};
    const at = chosen === undefined ? -1 : groups.indexOf(chosen);
    return at >= 0 ? at : this.#seed % groups.length;
  }
}

function rank(isFirst: boolean): number {
  return isFirst ? 0 : 1;
}

function shuffled<T>(items: readonly T[], nameOf: (item: T) => string, seed: number): readonly T[] {
  const keyed = items.map((item) => ({ item, key: mixed(nameOf(item), seed) }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

// FNV-1a, with the seed as its start.
function mixed(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}
