import type { JournalEntry } from "../../migration/journal.ts";
import { Fault } from "../../fault/fault.ts";
import type { Journal } from "../../ports/journal.ts";

/**
 * A journal for tests and for worlds that end with the process. Entries are copied through JSON, so nothing written
 * can change afterwards.
 */
export class MemoryJournal implements Journal {
  readonly where = "memory";
  readonly #lines: string[] = [];
  #holder: string | undefined;
  #pause: string | undefined;

  read(): Promise<{ readonly entries: readonly JournalEntry[]; readonly warnings: readonly string[] }> {
    return Promise.resolve({ entries: this.#lines.map((line) => JSON.parse(line) as JournalEntry), warnings: [] });
  }

  append(entry: JournalEntry): Promise<void> {
    if (entry.seq === this.#lines.length && JSON.stringify(entry) === this.#lines.at(-1)) return Promise.resolve();
    if (entry.seq !== this.#lines.length + 1) return Promise.reject(moved(this.where, entry.seq, this.#lines.length));
    this.#lines.push(JSON.stringify(entry));
    return Promise.resolve();
  }

  acquire(holder: string): Promise<() => Promise<void>> {
    if (this.#holder !== undefined && this.#holder !== holder) return Promise.reject(held(this.where, this.#holder));
    this.#holder = holder;
    return Promise.resolve(() => {
      this.#holder = undefined;
      return Promise.resolve();
    });
  }

  requestPause(by: string): Promise<void> {
    this.#pause = by;
    return Promise.resolve();
  }

  takePauseRequest(): Promise<string | undefined> {
    const by = this.#pause;
    this.#pause = undefined;
    return Promise.resolve(by);
  }
}

/** Another writer was faster: what we know of the journal is old. */
export function moved(where: string, wanted: number, last: number): Fault {
  return new Fault("journal.moved", `the journal ${where} ends at entry ${last}, and entry ${wanted} was to follow`, {
    why: "another run wrote to it since it was read",
    hint: "look with `dovetail status`, then run the command again",
  });
}

/** Somebody else is writing. */
export function held(where: string, holder: string, since?: string, hint?: string): Fault {
  const time = since === undefined ? "" : ` since ${since}`;
  return new Fault("journal.held", `the journal ${where} is in use by ${holder}${time}`, {
    why: "two runs at once could act against each other",
    hint: hint ?? "wait for that run to end, or stop it",
    retry: "later",
  });
}
