import { appendFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Call } from "../http/calls.ts";

/** Bytes of one log: a day of a large migration has some 20 MB. */
const maxBytes = 64 * 2 ** 20;
/** Logs kept of one cluster; the oldest goes first. */
const maxLogs = 50;

/** What a run says of itself at the top of its log. */
export interface RunHead {
  readonly command: string;
  readonly version: string;
}

/**
 * The calls of one run, one JSON object a line, readable by its owner only. A log that cannot be written is given up on and said once: it
 * must not stop what it tells of.
 */
export class RunLog {
  readonly path: string;
  readonly #head: RunHead;
  readonly #warn: (line: string) => void;
  #bytes = 0;
  #isOver = false;

  constructor(path: string, head: RunHead, warn: (line: string) => void) {
    this.path = path;
    this.#head = head;
    this.#warn = warn;
  }

  /** One call that has ended, at this time. */
  add(atMs: number, call: Call): void {
    if (this.#isOver) return;
    if (this.#bytes === 0) this.#begin(atMs);
    this.#write({ at: new Date(atMs).toISOString(), ...call });
    if (this.#bytes < maxBytes) return;
    this.#write({ at: new Date(atMs).toISOString(), what: `this log ends here, at ${maxBytes / 2 ** 20} MiB` });
    this.#isOver = true;
  }

  #begin(atMs: number): void {
    this.#trying(() => mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 }));
    this.#write({ at: new Date(atMs).toISOString(), run: this.#head });
  }

  #write(line: object): void {
    const text = `${JSON.stringify(line)}\n`;
    this.#bytes += Buffer.byteLength(text);
    this.#trying(() => appendFileSync(this.path, text, { mode: 0o600 }));
  }

  #trying(write: () => void): void {
    if (this.#isOver) return;
    try {
      write();
    } catch (error) {
      this.#isOver = true;
      const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
      this.#warn(`the log ${this.path} cannot be written (${why}); the run goes on without it`);
    }
  }
}

/** Where a run's log stands: beside the journal, by the time of its start. Old ones beyond a number are removed. */
export function logPathBeside(journal: string, startMs: number): string {
  const stem = basename(journal).replace(/\.journal\.jsonl$/, "");
  const folder = join(dirname(journal), "logs");
  removeOld(folder, stem);
  const time = new Date(startMs).toISOString().replace(/[-:]|\.\d+/g, "");
  return join(folder, `${stem}.${time}.log`);
}

function removeOld(folder: string, stem: string): void {
  try {
    const logs = readdirSync(folder).filter((name) => name.startsWith(`${stem}.`) && name.endsWith(".log"));
    for (const name of logs.toSorted().slice(0, Math.max(0, logs.length - maxLogs + 1))) rmSync(join(folder, name));
  } catch {
    // No folder yet, or no right to tidy it: neither matters to the run.
  }
}
