import type { Stored } from "./objects.ts";

/** One stored object and its place. Places follow creation and never change: what was made first comes first. */
interface Entry {
  readonly place: number;
  readonly key: string;
  object: Stored;
}

/** Under which keys an index finds an object; none: not at all. */
export type KeysOf = (object: Stored) => readonly string[];

interface Bucket {
  readonly entries: Entry[];
  list: readonly Stored[] | undefined;
}

interface IndexState {
  readonly keysOf: KeysOf;
  readonly buckets: Map<string, Bucket>;
}

const nobody: readonly Stored[] = [];

/**
 * The objects of one resource by their keys, in the order of their creation, with the indexes that somebody asked for. An index costs
 * its users' reads a look-up and every write the comparison of two lists of keys.
 */
export class Table {
  readonly #entries = new Map<string, Entry>();
  readonly #indexes = new Map<KeysOf, IndexState>();
  #next = 0;
  #revision = 0;
  #all: readonly Stored[] | undefined;
  #sorted: readonly Stored[] | undefined;

  /** Counts the writes since the table was opened. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Stored | undefined {
    return this.#entries.get(key)?.object;
  }

  /** Adds or replaces; answers what was there. */
  set(key: string, object: Stored): Stored | undefined {
    this.#forget();
    const known = this.#entries.get(key);
    if (known === undefined) {
      const entry = { place: this.#next, key, object };
      this.#next += 1;
      this.#entries.set(key, entry);
      this.#sorted = undefined;
      for (const index of this.#indexes.values()) for (const one of index.keysOf(object)) enter(index, one, entry);
      return undefined;
    }
    const before = known.object;
    known.object = object;
    for (const index of this.#indexes.values()) move(index, known, before);
    return before;
  }

  /** Answers what was there. */
  delete(key: string): Stored | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#forget();
    this.#entries.delete(key);
    for (const index of this.#indexes.values()) for (const one of index.keysOf(entry.object)) leave(index, one, entry);
    return entry.object;
  }

  /** In the order of creation. */
  all(): readonly Stored[] {
    this.#all ??= Array.from(this.#entries.values(), (entry) => entry.object);
    return this.#all;
  }

  /** In the order of keys, as lists of the API come. */
  sorted(): readonly Stored[] {
    this.#sorted ??= Array.from(this.#entries.values())
      .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map((entry) => entry.object);
    return this.#sorted;
  }

  /** What an index has under a key, in the order of creation. */
  by(keysOf: KeysOf, key: string): readonly Stored[] {
    const bucket = this.#indexOf(keysOf).buckets.get(key);
    if (bucket === undefined) return nobody;
    bucket.list ??= bucket.entries.map((entry) => entry.object);
    return bucket.list;
  }

  #indexOf(keysOf: KeysOf): IndexState {
    const known = this.#indexes.get(keysOf);
    if (known !== undefined) return known;
    const made: IndexState = { keysOf, buckets: new Map() };
    for (const entry of this.#entries.values()) for (const one of keysOf(entry.object)) enter(made, one, entry);
    this.#indexes.set(keysOf, made);
    return made;
  }

  #forget(): void {
    this.#revision += 1;
    this.#all = undefined;
    this.#sorted = undefined;
  }
}

function enter(index: IndexState, key: string, entry: Entry): void {
  let bucket = index.buckets.get(key);
  if (bucket === undefined) {
    bucket = { entries: [], list: undefined };
    index.buckets.set(key, bucket);
  }
  bucket.list = undefined;
  const { entries } = bucket;
  const last = entries.at(-1);
  if (last === undefined || last.place < entry.place) entries.push(entry);
  else entries.splice(positionIn(entries, entry.place), 0, entry);
}

function leave(index: IndexState, key: string, entry: Entry): void {
  const bucket = index.buckets.get(key);
  if (bucket === undefined) return;
  bucket.list = undefined;
  bucket.entries.splice(positionIn(bucket.entries, entry.place), 1);
  if (bucket.entries.length === 0) index.buckets.delete(key);
}

function move(index: IndexState, entry: Entry, before: Stored): void {
  const was = index.keysOf(before);
  const is = index.keysOf(entry.object);
  for (const key of was) {
    if (!is.includes(key)) leave(index, key, entry);
    else {
      const bucket = index.buckets.get(key);
      if (bucket !== undefined) bucket.list = undefined;
    }
  }
  for (const key of is) if (!was.includes(key)) enter(index, key, entry);
}

// The first entry whose place is not before this one.
function positionIn(entries: readonly Entry[], place: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.place ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
