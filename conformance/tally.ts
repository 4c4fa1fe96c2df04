import { areaOf } from "./areas.ts";
import { type Case, type Context, Unjudgeable, type Verdict } from "./area.ts";
import { messageOf, type Unreadable } from "./lines.ts";
import { knownDifferences } from "./known-differences.ts";
import { canonicalAnswer } from "./disrupt-area.ts";
import { firstDifference } from "./outcome.ts";
import { firstRecorded } from "./release-of.ts";
import type { Witnessed } from "./witnessed.ts";

/** Of one area and stability class. Every case is in one of them: matched, `known` or `failed`. */
export interface Count {
  matched: number;
  total: number;
  /** Ids of cases in which we are known to differ. */
  readonly known: string[];
  readonly failed: string[];
}

/** Cases of one area that could not be judged for one reason. */
export interface NotJudged {
  readonly area: string;
  readonly reason: string;
  readonly ids: string[];
}

export interface Miss {
  readonly item: Case;
  readonly difference: string;
  readonly got: unknown;
}

/** Verdicts by area and stability class. */
export class Tally {
  readonly counts = new Map<string, Map<string, Count>>();
  readonly notJudged = new Map<string, NotJudged>();
  readonly unreadable: Unreadable[] = [];
  readonly misses: Miss[] = [];
  readonly known: Miss[] = [];
  witnessedMatches = 0;
  readonly #witnessed: ReadonlyMap<string, readonly Witnessed[]>;
  readonly #context: Context;
  readonly #isOurs: boolean;

  /** `isOurs`: these are the vectors of the repository, so that a known difference that is none any more is a failure. */
  constructor(context: Context, witnessed: ReadonlyMap<string, readonly Witnessed[]>, isOurs: boolean) {
    this.#context = context;
    this.#witnessed = witnessed;
    this.#isOurs = isOurs;
  }

  judge(item: Case): void {
    const verdict = this.#verdict(item);
    if (verdict.outcome === "not-run") {
      const { id } = item;
      const area = areaLabel(item);
      const { reason } = verdict;
      const key = `${area} ${reason}`;
      const before = this.notJudged.get(key) ?? { area, reason, ids: [] };
      before.ids.push(id);
      this.notJudged.set(key, before);
      return;
    }
    const count = this.#countOf(item);
    count.total += 1;
    const reason = knownDifference(item);
    if (verdict.outcome === "mismatch" && reason !== undefined) {
      count.known.push(witnessKey(item));
      this.known.push({ item, difference: reason, got: undefined });
    } else if (verdict.outcome === "mismatch") {
      count.failed.push(item.id);
      this.misses.push({ item, difference: verdict.difference, got: verdict.got });
    } else if (reason !== undefined && this.#isOurs) {
      count.failed.push(item.id);
      this.misses.push({ item, difference: `is listed as a known difference (${reason}) but matches`, got: undefined });
    } else count.matched += 1;
  }

  #verdict(item: Case): Verdict {
    const area = areaOf(item.area);
    if (area === undefined) return { outcome: "not-run", reason: "no such area" };
    const missing = missingFields(item);
    if (missing.length > 0) return { outcome: "not-run", reason: `the line lacks ${missing.join(", ")}` };
    try {
      const verdict = area.check(item, this.#context);
      return verdict.outcome === "mismatch" && this.#isWitnessed(item, verdict.got) ? { outcome: "match" } : verdict;
    } catch (error) {
      if (error instanceof Unjudgeable) return { outcome: "not-run", reason: error.message };
      const where =
        process.env["DOVETAIL_DEBUG"] !== undefined && error instanceof Error ? `\n${error.stack ?? ""}` : "";
      return { outcome: "mismatch", difference: `ours broke off: ${messageOf(error)}${where}` };
    }
  }

  #isWitnessed(item: Case, got: unknown): boolean {
    const known = this.#witnessed.get(witnessKey(item)) ?? [];
    if (item.stable !== "set" || known.length === 0 || got === undefined) return false;
    const ours = canonicalAnswer(item.area, got);
    const found = known.some(({ outcome }) => firstDifference(outcome, ours) === undefined);
    if (found) this.witnessedMatches += 1;
    return found;
  }

  #countOf(item: Case): Count {
    const { stable } = item;
    const area = areaLabel(item);
    const classes = this.counts.get(area) ?? new Map<string, Count>();
    const count = classes.get(stable) ?? { matched: 0, total: 0, known: [], failed: [] };
    classes.set(stable, count);
    this.counts.set(area, classes);
    return count;
  }

  /** Takes a miss back: the real program has given that answer. */
  forgive(miss: Miss): void {
    this.misses.splice(this.misses.indexOf(miss), 1);
    const count = this.#countOf(miss.item);
    count.failed.splice(count.failed.indexOf(miss.item.id), 1);
    count.matched += 1;
    this.witnessedMatches += 1;
  }

  get passed(): number {
    return this.#sum(({ matched }) => matched);
  }

  get failed(): number {
    return this.#sum(({ failed }) => failed.length);
  }

  /** Cases and lines that nobody judged. */
  get unjudged(): number {
    return [...this.notJudged.values()].reduce((sum, { ids }) => sum + ids.length, 0) + this.unreadable.length;
  }

  #sum(of: (count: Count) => number): number {
    let sum = 0;
    for (const classes of this.counts.values()) for (const count of classes.values()) sum += of(count);
    return sum;
  }
}

/** A row of algebra that was recorded wrongly was so for every release. */
function knownDifference(item: Case): string | undefined {
  return knownDifferences.get(item.area === "algebra" ? item.id : witnessKey(item));
}

/** Areas are counted by release; those of the first recorded one go by their plain name. */
export function areaLabel({ area, release }: Pick<Case, "area" | "release">): string {
  return release === firstRecorded ? area : `${release} ${area}`;
}

/** What the answers of a case are remembered by: releases answer the same scenarios. */
export function witnessKey({ id, release }: Pick<Case, "id" | "release">): string {
  return release === firstRecorded ? id : `${release} ${id}`;
}

const scenarioFields = ["now", "objects", "instanceTypes", "expect"];
const neededFields: Readonly<Record<string, readonly string[]>> = {
  provision: scenarioFields,
  simulate: scenarioFields,
  disrupt: scenarioFields,
  algebra: ["in"],
  "kube-scheduler": ["objects", "options", "expect"],
};

function missingFields({ area, line }: Case): readonly string[] {
  return (neededFields[area] ?? []).filter((name) => line[name] === undefined);
}
