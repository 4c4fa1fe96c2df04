/**
 * Go's unstable sort (`sort.Slice`, `slices.SortFunc`; pattern-defeating quicksort as of Go 1.19, xorshift constants of Go 1.21+).
 *
 * It is deterministic, but the order of equal elements depends on every step it takes, and decisions of Kubernetes programs rest on it:
 * node claims by number of pods, instance types by price, victims of a preemption. So it is followed step by step;
 * `test/vectors/go-sort-vectors.json` proves it.
 */

/** A range to be sorted through indices: is element i before element j, and exchange them. */
export interface Sortable {
  readonly less: (i: number, j: number) => boolean;
  readonly swap: (i: number, j: number) => void;
}

/** Sorts an array in place as Go would. What is sorted already Go leaves as it is, whatever its length. */
export function goSort<T>(items: T[], before: (a: T, b: T) => boolean): void {
  if (isSorted(items, before)) return;
  const less = (i: number, j: number): boolean => {
    const a = items[i];
    const b = items[j];
    return a !== undefined && b !== undefined && before(a, b);
  };
  const swap = (i: number, j: number): void => {
    const a = items[i];
    const b = items[j];
    if (a === undefined || b === undefined) return;
    items[i] = b;
    items[j] = a;
  };
  goSortRange({ less, swap }, items.length);
}

function isSorted<T>(items: readonly T[], before: (a: T, b: T) => boolean): boolean {
  let last = items[0];
  for (let at = 1; at < items.length; at++) {
    const next = items[at];
    if (last !== undefined && next !== undefined && before(next, last)) return false;
    last = next;
  }
  return true;
}

/** Whether Go concludes from what it samples first that a range of 50 or more may be sorted already. Costs eight comparisons. */
export function seemsSorted(less: Sortable["less"], length: number): boolean {
  const i = Math.floor(length / 4);
  const j = i * 2;
  const k = i * 3;
  return (
    !less(i, i - 1) &&
    !less(i + 1, i) &&
    !less(j, j - 1) &&
    !less(j + 1, j) &&
    !less(k, k - 1) &&
    !less(k + 1, k) &&
    !less(j, i) &&
    !less(k, j)
  );
}

/** Sorts positions [0, length) as Go would. */
export function goSortRange(data: Sortable, length: number): void {
  sortRange(data, 0, length, bitLength(length));
}

function bitLength(n: number): number {
  return n === 0 ? 0 : 32 - Math.clz32(n);
}

function sortRange(data: Sortable, start: number, end: number, badAllowed: number): void {
  let a = start;
  let b = end;
  let limit = badAllowed;
  let balanced = true;
  let partitioned = true;
  for (;;) {
    const length = b - a;
    if (length <= 12) return insertionSort(data, a, b);
    if (limit === 0) return heapSort(data, a, b);
    if (!balanced) {
      breakPatterns(data, a, b);
      limit -= 1;
    }
    const choice = choosePivot(data, a, b);
    let pivot = choice.pivot;
    let hint = choice.hint;
    if (hint === "decreasing") {
      reverseRange(data, a, b);
      pivot = b - 1 - (pivot - a);
      hint = "increasing";
    }
    if (balanced && partitioned && hint === "increasing" && partialInsertionSort(data, a, b)) return;
    if (a > 0 && !data.less(a - 1, pivot)) {
      a = partitionEqual(data, a, b, pivot);
      continue;
    }
    const { mid, already } = partition(data, a, b, pivot);
    partitioned = already;
    const left = mid - a;
    const right = b - mid;
    const threshold = Math.floor(length / 8);
    if (left < right) {
      balanced = left >= threshold;
      sortRange(data, a, mid, limit);
      a = mid + 1;
    } else {
      balanced = right >= threshold;
      sortRange(data, mid + 1, b, limit);
      b = mid;
    }
  }
}

function insertionSort(data: Sortable, a: number, b: number): void {
  for (let i = a + 1; i < b; i++) {
    for (let j = i; j > a && data.less(j, j - 1); j--) data.swap(j, j - 1);
  }
}

function heapSort(data: Sortable, first: number, b: number): void {
  const length = b - first;
  for (let i = Math.floor((length - 1) / 2); i >= 0; i--) siftDown(data, i, length, first);
  for (let i = length - 1; i >= 0; i--) {
    data.swap(first, first + i);
    siftDown(data, 0, i, first);
  }
}

function siftDown(data: Sortable, low: number, high: number, first: number): void {
  let root = low;
  for (;;) {
    let child = 2 * root + 1;
    if (child >= high) return;
    if (child + 1 < high && data.less(first + child, first + child + 1)) child++;
    if (!data.less(first + root, first + child)) return;
    data.swap(first + root, first + child);
    root = child;
  }
}

function partition(data: Sortable, a: number, b: number, pivot: number): { mid: number; already: boolean } {
  data.swap(a, pivot);
  let i = a + 1;
  let j = b - 1;
  while (i <= j && data.less(i, a)) i++;
  while (i <= j && !data.less(j, a)) j--;
  if (i > j) {
    data.swap(j, a);
    return { mid: j, already: true };
  }
  data.swap(i, j);
  i++;
  j--;
  for (;;) {
    while (i <= j && data.less(i, a)) i++;
    while (i <= j && !data.less(j, a)) j--;
    if (i > j) break;
    data.swap(i, j);
    i++;
    j--;
  }
  data.swap(j, a);
  return { mid: j, already: false };
}

function partitionEqual(data: Sortable, a: number, b: number, pivot: number): number {
  data.swap(a, pivot);
  let i = a + 1;
  let j = b - 1;
  for (;;) {
    while (i <= j && !data.less(a, i)) i++;
    while (i <= j && data.less(a, j)) j--;
    if (i > j) return i;
    data.swap(i, j);
    i++;
    j--;
  }
}

/** Mends a nearly sorted range. True when it is sorted afterwards. */
function partialInsertionSort(data: Sortable, a: number, b: number): boolean {
  let i = a + 1;
  for (let round = 0; round < 5; round++) {
    while (i < b && !data.less(i, i - 1)) i++;
    if (i === b) return true;
    if (b - a < 50) return false;
    data.swap(i, i - 1);
    // The walk to the left ends at 1, not at a + 1: so it is written in Go.
    if (i - a >= 2) for (let j = i - 1; j >= 1 && data.less(j, j - 1); j--) data.swap(j, j - 1);
    if (b - i >= 2) for (let j = i + 1; j < b && data.less(j, j - 1); j++) data.swap(j, j - 1);
  }
  return false;
}

function breakPatterns(data: Sortable, a: number, b: number): void {
  const length = b - a;
  if (length < 8) return;
  let random = BigInt(length);
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  const middle = a + Math.floor(length / 4) * 2 - 1;
  for (let i = 0; i < 3; i++) {
    random = BigInt.asUintN(64, random ^ (random << 13n));
    random ^= random >> 7n;
    random = BigInt.asUintN(64, random ^ (random << 17n));
    let other = Number(random & mask);
    if (other >= length) other -= length;
    data.swap(middle + i, a + other);
  }
}

type Hint = "increasing" | "decreasing" | "unknown";

function choosePivot(data: Sortable, a: number, b: number): { pivot: number; hint: Hint } {
  const length = b - a;
  const quarter = Math.floor(length / 4);
  const tally = { less: data.less, swaps: 0 };
  let i = a + quarter;
  let j = a + quarter * 2;
  let k = a + quarter * 3;
  if (length >= 8) {
    if (length >= 50) {
      i = median(tally, i - 1, i, i + 1);
      j = median(tally, j - 1, j, j + 1);
      k = median(tally, k - 1, k, k + 1);
    }
    j = median(tally, i, j, k);
  }
  const { swaps } = tally;
  return { pivot: j, hint: swaps === 0 ? "increasing" : swaps === 12 ? "decreasing" : "unknown" };
}

interface Tally {
  readonly less: Sortable["less"];
  swaps: number;
}

/** The middle one of three positions by what is there; counts the exchanges it takes. */
function median(tally: Tally, first: number, second: number, third: number): number {
  let low = first;
  let middle = second;
  if (tally.less(middle, low)) {
    low = second;
    middle = first;
    tally.swaps++;
  }
  if (tally.less(third, middle)) {
    middle = third;
    tally.swaps++;
    if (tally.less(middle, low)) {
      middle = low;
      tally.swaps++;
    }
  }
  return middle;
}

function reverseRange(data: Sortable, a: number, b: number): void {
  for (let i = a, j = b - 1; i < j; i++, j--) data.swap(i, j);
}
