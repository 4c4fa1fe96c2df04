import { type JournalEntry, type JournalEvent, type StepState, stateOf } from "../../migration/journal.ts";
import type { Plan } from "../../migration/plan.ts";
import type { StepId } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import { warn } from "./news.ts";
import { withRetry } from "./wait.ts";

/** Writes the entries of one plan: numbers them and keeps the fold at hand. */
export class JournalWriter<P extends Plan = Plan> {
  readonly plan: P;
  readonly #world: World;
  readonly #by: string;
  readonly #entries: JournalEntry[];

  private constructor(world: World, plan: P, by: string, entries: readonly JournalEntry[]) {
    this.plan = plan;
    this.#world = world;
    this.#by = by;
    this.#entries = [...entries];
  }

  /** Reads the journal, and writes the plan into it unless it is there. Throws the journal's faults. */
  static async open<P extends Plan>(world: World, plan: P, by: string): Promise<JournalWriter<P>> {
    const { entries, torn } = await world.journal.read();
    for (const where of torn) warn(world.host, { code: "journal-torn", where });
    const writer = new JournalWriter(world, plan, by, entries);
    if (!entries.some((entry) => entry.planId === plan.id)) await writer.append({ type: "planned", plan });
    return writer;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Durable when it resolves. A passing failure is tried again: the last entry may be appended twice. */
  async append(event: JournalEvent): Promise<void> {
    const at = new Date(this.#world.clock.nowMs()).toISOString();
    const head = { seq: (this.#entries.at(-1)?.seq ?? 0) + 1, at, planId: this.plan.id, by: this.#by };
    const entry: JournalEntry = { ...head, ...event };
    await withRetry(this.#world, () => this.#world.journal.append(entry));
    this.#entries.push(entry);
  }

  stateOf(step: StepId): StepState {
    return stateOf(step, this.plan.id, this.#entries);
  }
}
