import {
  type Caller,
  type JournalEntry,
  type JournalEvent,
  type StepState,
  stepStateOf,
} from "../../migration/journal.ts";
import type { Plan } from "../../migration/plan.ts";
import type { StepId } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import { Fault } from "../../fault/fault.ts";
import { chained } from "../../migration/journal-chain.ts";
import { sha256 } from "./digest.ts";
import { warn } from "./news.ts";
import { withRetry } from "./wait.ts";

/** Writes the entries of one plan: numbers them and keeps the fold at hand. */
export class JournalWriter<P extends Plan = Plan> {
  readonly plan: P;
  readonly #world: World;
  readonly #by: string;
  readonly #entries: JournalEntry[];
  /** Who AWS and the API server take us for, until the first entry of this run has said so. */
  #caller: Caller = {};

  private constructor(world: World, plan: P, by: string, entries: readonly JournalEntry[]) {
    this.plan = plan;
    this.#world = world;
    this.#by = by;
    this.#entries = [...entries];
  }

  /**
   * Reads the journal, and writes the plan into it unless it is there. Throws the journal's faults; `journal.moved` for a new plan when
   * something was written since it was made. `caller` is who AWS and the API server take us for, for the run's first entry.
   */
  static async open<P extends Plan>(world: World, plan: P, by: string, caller: Caller = {}): Promise<JournalWriter<P>> {
    const { entries, torn } = await world.journal.read();
    for (const where of torn) warn(world.host, { code: "journal-torn", where });
    const writer = new JournalWriter(world, plan, by, entries);
    writer.#caller = caller;
    const known = entries.find((entry) => entry.type === "planned" && entry.planId === plan.id);
    if (known?.type !== "planned") {
      requireFresh(plan, entries, world.journal.where);
      await writer.append({ type: "planned", plan });
    } else if (known.plan.madeAt !== plan.madeAt) {
      // Two plans of one second, made by two runs that did not see each other.
      requireFresh({ ...plan, basis: known.seq - 1 }, entries, world.journal.where);
    }
    return writer;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Durable when it resolves. A passing failure is tried again: the last entry may be appended twice. */
  async append(event: JournalEvent): Promise<void> {
    const at = new Date(this.#world.clock.nowMs()).toISOString();
    const last = this.#entries.at(-1);
    const head = { seq: (last?.seq ?? 0) + 1, at, planId: this.plan.id, by: this.#by, ...this.#caller };
    const entry = chained({ ...head, ...event }, last, sha256);
    await withRetry(this.#world, () => this.#world.journal.append(entry));
    this.#entries.push(entry);
    this.#caller = {};
  }

  stateOf(step: StepId): StepState {
    return stepStateOf(step, this.plan.id, this.#entries);
  }
}

/** Two plans that do not know of each other's changes would each restore what the other made. */
function requireFresh({ basis }: Plan, entries: readonly JournalEntry[], where: string): void {
  const last = entries.at(-1);
  if (basis === undefined || last === undefined || last.seq <= basis) return;
  throw new Fault("journal.moved", `the cluster was changed by ${last.planId} since this plan was made`, {
    why: `the journal ${where} ended at entry ${basis} then, and ends at entry ${last.seq} now (${last.by}, ${last.at})`,
    hint: "look with `dovetail status`, then run the command again for a plan of the cluster as it is",
    outcome: "nothing was changed",
  });
}
