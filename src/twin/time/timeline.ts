/** An event with the instant at which it happens. Events at the same instant happen in the order of their insertion. */
export interface Scheduled<E> {
  readonly atMs: number;
  readonly order: number;
  readonly event: E;
}

/** Everything a timeline is, as plain data. */
export interface TimelineState<E> {
  readonly nowMs: number;
  readonly inserted: number;
  readonly events: readonly Scheduled<E>[];
}

/** A virtual clock and its queue of coming events. Time moves only by taking an event or by moving it; reading never moves it. */
export class Timeline<E> {
  #nowMs: number;
  #inserted: number;
  /** A binary heap: the parent is never later than its children. */
  readonly #heap: Scheduled<E>[];

  constructor(state: TimelineState<E>) {
    this.#nowMs = state.nowMs;
    this.#inserted = state.inserted;
    this.#heap = [...state.events].sort(compare);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get state(): TimelineState<E> {
    return { nowMs: this.#nowMs, inserted: this.#inserted, events: [...this.#heap].sort(compare) };
  }

  /** An event in the past happens now: time never runs backwards. */
  at(atMs: number, event: E): void {
    this.#inserted += 1;
    this.#push({ atMs: Math.max(atMs, this.#nowMs), order: this.#inserted, event });
  }

  after(delayMs: number, event: E): void {
    this.at(this.#nowMs + delayMs, event);
  }

  /** When the next event happens; undefined when nothing is planned. */
  get nextAtMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  /** Takes the next event that happens no later than `untilMs` and moves time to it. */
  next(untilMs: number): E | undefined {
    const head = this.#heap[0];
    if (head === undefined || head.atMs > untilMs) return undefined;
    this.#pop();
    this.#nowMs = head.atMs;
    return head.event;
  }

  /** Moves time forward when nothing happens on the way. */
  moveTo(atMs: number): void {
    const next = this.nextAtMs;
    if (next !== undefined && next < atMs) throw new Error(`an event at ${next} would be skipped by moving to ${atMs}`);
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  #push(item: Scheduled<E>): void {
    const heap = this.#heap;
    let i = heap.push(item) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || compare(parent, item) <= 0) break;
      heap[i] = parent;
      heap[up] = item;
      i = up;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let least = left;
      if (right !== undefined && compare(right, left) < 0) {
        least = right;
        child += 1;
      }
      if (compare(least, last) >= 0) break;
      heap[i] = least;
      i = child;
    }
    heap[i] = last;
  }
}

function compare<E>(a: Scheduled<E>, b: Scheduled<E>): number {
  return a.atMs - b.atMs || a.order - b.order;
}
