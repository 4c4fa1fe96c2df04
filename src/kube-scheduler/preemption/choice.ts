import type { PodInfo } from "../pods/registry.ts";
import type { PreemptionCandidate } from "./dry-run.ts";
import { startOf } from "./importance.ts";

/**
 * The candidates between which only chance decides, first by name first (preemption.go, `pickOneNodeForPreemption`): fewest violations,
 * then the least important first victim, then the smallest sum of priorities, fewest victims, and the latest start of the most important
 * ones.
 */
export function bestCandidates(candidates: readonly PreemptionCandidate[]): readonly PreemptionCandidate[] {
  let best: PreemptionCandidate[] = [];
  let least: readonly number[] = [];
  for (const candidate of candidates) {
    const key = keyOf(candidate);
    const order = best.length === 0 ? -1 : compare(key, least);
    if (order < 0) {
      best = [candidate];
      least = key;
    } else if (order === 0) best.push(candidate);
  }
  return best.toSorted((a, b) => (a.node.name < b.node.name ? -1 : 1));
}

const shift = 2 ** 31;

function keyOf({ victims, violations }: PreemptionCandidate): readonly number[] {
  const sum = victims.reduce((total, { shape }) => total + shape.priority + shift, 0);
  return [violations, victims[0]?.shape.priority ?? 0, sum, victims.length, -earliestStart(victims)];
}

// Of the victims with the highest priority; one whose start is not known starts now, which is later than all.
function earliestStart(victims: readonly PodInfo[]): number {
  const highest = Math.max(...victims.map(({ shape }) => shape.priority));
  return Math.min(
    ...victims
      .filter(({ shape }) => shape.priority === highest)
      .map((info) => startOf(info) ?? Number.MAX_SAFE_INTEGER),
  );
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
