import { type JournalEntry, type JournalEvent, type StepState, stateOf } from "../../migration/journal.ts";
import type { Step } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import { withRetry } from "./wait.ts";

/** Sits between the runner and the journal: numbers the entries and keeps the fold at hand. */
export class JournalWriter {
  readonly #world: World;
  readonly #planId: string;
  readonly #by: string;
  readonly #entries: JournalEntry[];

  private constructor(world: World, planId: string, by: string, entries: readonly JournalEntry[]) {
    this.#world = world;
    this.#planId = planId;
    this.#by = by;
    this.#entries = [...entries];
  }

  static async open(world: World, planId: string, by: string): Promise<JournalWriter> {
    const { entries, warnings } = await world.journal.read();
    for (const warning of warnings) world.host.warn(warning);
    return new JournalWriter(world, planId, by, entries);
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  get planId(): string {
    return this.#planId;
  }

  /** Durable when it resolves. A passing failure is tried again: the last entry may be appended twice. */
  async append(event: JournalEvent): Promise<void> {
    const at = new Date(this.#world.clock.nowMs()).toISOString();
    const head = { seq: (this.#entries.at(-1)?.seq ?? 0) + 1, at, planId: this.#planId, by: this.#by };
    const entry: JournalEntry = { ...head, ...event };
    await withRetry(this.#world, () => this.#world.journal.append(entry));
    this.#entries.push(entry);
  }

  stateOf(step: Step): StepState {
    return stateOf(step.id, this.#planId, this.#entries);
  }
}
