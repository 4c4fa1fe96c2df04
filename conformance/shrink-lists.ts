/** One list of a value that may become shorter. */
export interface Part<T> {
  readonly name: string;
  readonly items: readonly unknown[];
  /** The least number of items that means what it says: an empty list may stand for everything. */
  readonly atLeast?: number;
  readonly replaced: (items: readonly unknown[]) => T;
}

/** How a value is made smaller. */
export interface Shrinking<T, F> {
  /** Its lists, in the order in which they are tried; names tell them apart from one value to the next. */
  readonly parts: (value: T) => readonly Part<T>[];
  /** What is wrong with a value; undefined when nothing is. */
  readonly failure: (value: T) => F | undefined;
  /** Values that are asked about at most. */
  readonly maxAttempts: number;
  readonly tell?: (progress: Progress) => void;
}

/** After an attempt: how long a list has become. */
export interface Progress {
  readonly attempts: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Whether the shorter list failed too, and so was kept. */
  readonly isKept: boolean;
}

/** What is left of a value. */
export interface Shrunk<T, F> {
  readonly value: T;
  readonly failure: F;
  readonly attempts: number;
  /** No item can go without the failure going too. False: the bound was reached before. */
  readonly isMinimal: boolean;
}

/**
 * Delta debugging: drops ever smaller pieces of every list, halves first and single items last, as long as what is left still fails, and
 * goes round until nothing more can go.
 */
export function shrinkLists<T, F>(value: T, failure: F, shrinking: Shrinking<T, F>): Shrunk<T, F> {
  const search = new Search(value, failure, shrinking);
  for (let isSmaller = true; isSmaller && !search.isExhausted; ) {
    isSmaller = false;
    for (const { name } of shrinking.parts(search.value)) isSmaller = search.reduce(name) || isSmaller;
  }
  return { value: search.value, failure: search.failure, attempts: search.attempts, isMinimal: !search.isExhausted };
}

class Search<T, F> {
  value: T;
  failure: F;
  attempts = 0;
  /** More would have been asked. */
  isExhausted = false;
  readonly #shrinking: Shrinking<T, F>;

  constructor(value: T, failure: F, shrinking: Shrinking<T, F>) {
    this.value = value;
    this.failure = failure;
    this.#shrinking = shrinking;
  }

  /** Whether the list has become shorter. */
  reduce(name: string): boolean {
    const before = this.#part(name)?.items.length ?? 0;
    // Often nothing of a list matters.
    if (before > 1) this.#drop(name, 0, before);
    for (let size = Math.ceil(before / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let start = 0; start < (this.#part(name)?.items.length ?? 0); ) {
        if (this.isExhausted) break;
        if (!this.#drop(name, start, size)) start += size;
      }
    }
    return (this.#part(name)?.items.length ?? 0) < before;
  }

  #part(name: string): Part<T> | undefined {
    return this.#shrinking.parts(this.value).find((part) => part.name === name);
  }

  #drop(name: string, start: number, size: number): boolean {
    const part = this.#part(name);
    if (part === undefined) return false;
    const kept = part.items.filter((_, at) => at < start || at >= start + size);
    if (kept.length === part.items.length || kept.length < (part.atLeast ?? 0)) return false;
    if (this.attempts >= this.#shrinking.maxAttempts) {
      this.isExhausted = true;
      return false;
    }
    this.attempts += 1;
    const candidate = part.replaced(kept);
    const failure = this.#shrinking.failure(candidate);
    const isKept = failure !== undefined;
    this.#shrinking.tell?.({ attempts: this.attempts, name, from: part.items.length, to: kept.length, isKept });
    if (failure === undefined) return false;
    this.value = candidate;
    this.failure = failure;
    return true;
  }
}
