/** What a heap holds: it has a name, and remembers its place in the heap it is in. */
export interface HeapItem {
  readonly name: string;
  /** The heap's own; -1 outside. */
  heapPlace: number;
}

/**
 * Go's container/heap over items with names (backend/heap/heap.go): of items that are equal in order the same one comes first as there.
 */
export class NamedHeap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #byName = new Map<string, T>();
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The item of a name; undefined when it is not here. */
  get(name: string): T | undefined {
    return this.#byName.get(name);
  }

  /** The first item; undefined when there is none. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item, or puts one that has changed where it belongs. */
  put(item: T): void {
    const known = this.#byName.get(item.name);
    this.#byName.set(item.name, item);
    if (known === undefined) {
      item.heapPlace = this.#items.length;
      this.#items.push(item);
      this.#up(item.heapPlace);
    } else {
      const at = known.heapPlace;
      item.heapPlace = at;
      this.#items[at] = item;
      if (!this.#down(at, this.#items.length)) this.#up(at);
    }
  }

  /** Takes the first item; undefined when there is none. */
  pop(): T | undefined {
    const last = this.#items.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    this.#down(0, last);
    return this.#drop();
  }

  /** Takes an item by name; whether it was here. */
  delete(name: string): boolean {
    const at = this.#byName.get(name)?.heapPlace;
    if (at === undefined) return false;
    const last = this.#items.length - 1;
    if (at !== last) {
      this.#swap(at, last);
      if (!this.#down(at, last)) this.#up(at);
    }
    this.#drop();
    return true;
  }

  /** All items, in no order that means anything. */
  items(): readonly T[] {
    return this.#items;
  }

  /** Takes over items in the order in which another heap held them. */
  load(items: readonly T[]): void {
    this.#items.length = 0;
    this.#byName.clear();
    for (const item of items) {
      item.heapPlace = this.#items.length;
      this.#byName.set(item.name, item);
      this.#items.push(item);
    }
  }

  #drop(): T | undefined {
    const item = this.#items.pop();
    if (item === undefined) return undefined;
    item.heapPlace = -1;
    this.#byName.delete(item.name);
    return item;
  }

  #less(i: number, j: number): boolean {
    const [a, b] = [this.#items[i], this.#items[j]];
    return a !== undefined && b !== undefined && this.#before(a, b);
  }

  #swap(i: number, j: number): void {
    const [a, b] = [this.#items[i], this.#items[j]];
    if (a === undefined || b === undefined) return;
    this.#items[i] = b;
    this.#items[j] = a;
    b.heapPlace = i;
    a.heapPlace = j;
  }

  #up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#less(at, parent)) return;
      this.#swap(parent, at);
      at = parent;
    }
  }

  #down(from: number, size: number): boolean {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= size) break;
      const child = left + 1 < size && this.#less(left + 1, left) ? left + 1 : left;
      if (!this.#less(child, at)) break;
      this.#swap(at, child);
      at = child;
    }
    return at > from;
  }
}
