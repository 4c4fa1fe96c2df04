import { areaOf } from "./areas.ts";
import type { Case, Context, Verdict } from "./area.ts";
import { knownDifferences } from "./known-differences.ts";
import { canonical, firstDifference, type Outcome } from "./outcome.ts";
import type { Witnessed } from "./witnessed.ts";

export interface Count {
  matched: number;
  total: number;
}

export interface Miss {
  readonly item: Case;
  readonly difference: string;
  readonly got: unknown;
}

/** Verdicts by area and stability class. */
export class Tally {
  readonly counts = new Map<string, Map<string, Count>>();
  readonly notRun = new Map<string, { count: number; reason: string }>();
  readonly misses: Miss[] = [];
  readonly known: Miss[] = [];
  witnessedMatches = 0;
  readonly #witnessed: ReadonlyMap<string, readonly Witnessed[]>;
  readonly #context: Context;

  constructor(context: Context, witnessed: ReadonlyMap<string, readonly Witnessed[]>) {
    this.#context = context;
    this.#witnessed = witnessed;
  }

  judge(item: Case): void {
    const verdict = this.#verdict(item);
    if (verdict.outcome === "not-run") {
      const before = this.notRun.get(item.area);
      this.notRun.set(item.area, { count: (before?.count ?? 0) + 1, reason: verdict.reason });
      return;
    }
    const reason = knownDifferences.get(item.id);
    if (reason !== undefined) {
      if (verdict.outcome === "mismatch") {
        this.known.push({ item, difference: reason, got: undefined });
        return;
      }
      this.#count(item, false);
      this.misses.push({ item, difference: `is listed as a known difference (${reason}) but matches`, got: undefined });
      return;
    }
    this.#count(item, verdict.outcome === "match");
    if (verdict.outcome === "mismatch") this.misses.push({ item, difference: verdict.difference, got: verdict.got });
  }

  #verdict(item: Case): Verdict {
    const area = areaOf(item.area);
    if (area === undefined) return { outcome: "not-run", reason: `nobody answers for ${item.area}` };
    try {
      const verdict = area.check(item, this.#context);
      return verdict.outcome === "mismatch" && this.#isWitnessed(item, verdict.got) ? { outcome: "match" } : verdict;
    } catch (error) {
      return {
        outcome: "mismatch",
        difference: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  }

  #isWitnessed(item: Case, got: unknown): boolean {
    const known = this.#witnessed.get(item.id) ?? [];
    if (item.stable !== "set" || known.length === 0 || got === undefined) return false;
    const ours = canonical(got as Outcome);
    const found = known.some(({ outcome }) => firstDifference(outcome, ours) === undefined);
    if (found) this.witnessedMatches += 1;
    return found;
  }

  #count({ area, stable }: Case, isMatch: boolean): void {
    const classes = this.counts.get(area) ?? new Map<string, Count>();
    const count = classes.get(stable) ?? { matched: 0, total: 0 };
    count.total += 1;
    if (isMatch) count.matched += 1;
    classes.set(stable, count);
    this.counts.set(area, classes);
  }

  /** Takes a miss back: the real program has given that answer. */
  forgive(miss: Miss): void {
    this.misses.splice(this.misses.indexOf(miss), 1);
    const count = this.counts.get(miss.item.area)?.get(miss.item.stable);
    if (count !== undefined) count.matched += 1;
    this.witnessedMatches += 1;
  }

  get passed(): number {
    return this.#sum(({ matched }) => matched);
  }

  get failed(): number {
    return this.#sum(({ matched, total }) => total - matched);
  }

  #sum(of: (count: Count) => number): number {
    let sum = 0;
    for (const classes of this.counts.values()) for (const count of classes.values()) sum += of(count);
    return sum;
  }
}
