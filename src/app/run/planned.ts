import type { JournalEntry } from "../../migration/journal.ts";
import type { Plan } from "../../migration/plan.ts";
import type { Reading } from "../../ports/world.ts";
import { identified } from "./same-cluster.ts";

/**
 * A new plan as it goes into the journal: with what tells its cluster apart from every namesake, with the entry that the journal ended with
 * before the world was read for it, and under an id that no plan before it has.
 */
export async function planned<P extends Plan>(world: Reading, plan: P, known: readonly JournalEntry[]): Promise<P> {
  const cluster = await identified(world, plan.cluster);
  return { ...plan, id: freshId(plan.id, known), cluster, basis: known.at(-1)?.seq ?? 0 };
}

// Two plans of one second, of a command that was begun again at once.
function freshId(id: string, known: readonly JournalEntry[]): string {
  const taken = new Set(known.map((entry) => entry.planId));
  let fresh = id;
  for (let n = 2; taken.has(fresh); n++) fresh = `${id}-${n}`;
  return fresh;
}
