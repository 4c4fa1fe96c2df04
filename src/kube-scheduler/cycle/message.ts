import type { PluginRefusal } from "../refusal.ts";
import type { Diagnosis } from "./decide.ts";

/**
 * The text of the FailedScheduling event and of the PodScheduled condition (types.go, `FitError.Error`): reasons counted over nodes, sorted
 * as text, then what preemption said.
 */
export function failureMessage(diagnosis: Diagnosis, afterwards: string): string {
  const parts = [`0/${diagnosis.allNodes} nodes are available:`];
  if (diagnosis.before !== undefined) parts.push(`${diagnosis.before}.`);
  else {
    const reasons = countReasons(diagnosis.refused.values(), diagnosis.absent, diagnosis.allNodes);
    if (reasons.length > 0) parts.push(`${reasons.join(", ")}.`);
  }
  if (afterwards !== "") parts.push(afterwards);
  return parts.join(" ");
}

// `3 Insufficient cpu` and so on, sorted as text. A node with two reasons counts in both.
function countReasons(
  refused: Iterable<PluginRefusal>,
  absent: PluginRefusal | undefined,
  allNodes: number,
): readonly string[] {
  const counts = new Map<string, number>();
  let explicit = 0;
  for (const { reasons } of refused) {
    explicit += 1;
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (absent !== undefined && explicit < allNodes)
    for (const reason of absent.reasons) counts.set(reason, (counts.get(reason) ?? 0) + allNodes - explicit);
  return Array.from(counts, ([reason, count]) => `${count} ${reason}`).toSorted(byBytes);
}

/** Order of texts by their bytes, as Go sorts them. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
