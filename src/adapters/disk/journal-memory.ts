import type { JournalEntry } from "../../migration/journal.ts";
import { sha256 } from "../../app/run/digest.ts";
import { entryLine, parseJournal } from "../../migration/journal-text.ts";
import { corrupt, held, moved } from "./journal-faults.ts";
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

  read(): Promise<{ readonly entries: readonly JournalEntry[]; readonly torn: readonly string[] }> {
    const parsed = parseJournal(this.#lines.join(""), sha256);
    if ("problem" in parsed) return Promise.reject(corrupt(this.where, parsed.line, parsed.problem));
    return Promise.resolve({ entries: parsed.entries, torn: [] });
  }

  append(entry: JournalEntry): Promise<void> {
    if (entry.seq === this.#lines.length && entryLine(entry) === this.#lines.at(-1)) return Promise.resolve();
    if (entry.seq !== this.#lines.length + 1) return Promise.reject(moved(this.where, entry.seq, this.#lines.length));
    this.#lines.push(entryLine(entry));
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
