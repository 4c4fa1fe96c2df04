import { constants } from "node:fs";
import { type FileHandle, link, mkdir, open, readFile, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { kill, pid } from "node:process";
import { type JournalEntry } from "../../migration/journal.ts";
import { sha256 } from "../../app/run/digest.ts";
import { entryLine, parseJournal } from "../../migration/journal-text.ts";
import { Fault } from "../../fault/fault.ts";
import type { Journal } from "../../ports/journal.ts";
import { corrupt, held, moved } from "./journal-faults.ts";

/**
 * The journal as a file of JSON lines. An append is on the disk when it resolves; a lock file beside it names the one
 * who may write.
 */
export class DiskJournal implements Journal {
  readonly where: string;
  /** Bytes of whole entries, and of the file, as last seen; undefined before the first read. */
  #seen:
    | { readonly valid: number; readonly size: number; readonly lastSeq: number; readonly lastLine: string }
    | undefined;

  #lock: Lock | undefined;

  constructor(path: string) {
    this.where = path;
  }

  async read(): Promise<{ readonly entries: readonly JournalEntry[]; readonly torn: readonly string[] }> {
    const bytes = await this.#bytes();
    const text = bytes.toString("utf8");
    const parsed = parseJournal(text, sha256);
    if ("problem" in parsed) throw corrupt(this.where, parsed.line, parsed.problem);
    const valid = Buffer.byteLength(text.slice(0, parsed.validLength), "utf8");
    const last = parsed.entries.at(-1);
    const lastLine = last === undefined ? "" : entryLine(last);
    this.#seen = { valid, size: bytes.length, lastSeq: last?.seq ?? 0, lastLine };
    return { entries: parsed.entries, torn: parsed.torn === undefined ? [] : [this.where] };
  }

  async append(entry: JournalEntry): Promise<void> {
    if (this.#seen === undefined) await this.read();
    const seen = this.#seen;
    const lastLine = entryLine(entry);
    if (entry.seq === seen?.lastSeq && lastLine === seen.lastLine) return;
    if (seen === undefined || entry.seq !== seen.lastSeq + 1) throw moved(this.where, entry.seq, seen?.lastSeq ?? 0);
    const line = Buffer.from(lastLine, "utf8");
    try {
      await mkdir(dirname(this.where), { recursive: true });
      const file = await open(this.where, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        await writeAfter(file, seen, line, () => moved(this.where, entry.seq, seen.lastSeq));
      } finally {
        await file.close();
      }
      if (seen.size === 0) await syncFolder(dirname(this.where));
    } catch (error) {
      throw error instanceof Fault ? error : unwritable(this.where, error);
    }
    const size = seen.valid + line.length;
    this.#seen = { valid: size, size, lastSeq: entry.seq, lastLine };
  }

  async acquire(holder: string): Promise<() => Promise<void>> {
    const lock = `${this.where}.lock`;
    const content: Lock = { holder, pid, host: hostname(), since: new Date().toISOString() };
    await mkdir(dirname(this.where), { recursive: true }).catch((error: unknown) => {
      throw unwritable(this.where, error);
    });
    // Twice at most: the second time after removing the lock of a process that is gone.
    for (let attempt = 1; ; attempt++) {
      try {
        await createWhole(lock, `${JSON.stringify(content)}\n`);
        this.#lock = content;
        return async () => {
          this.#lock = undefined;
          await release(lock, content);
        };
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw unwritable(lock, error);
        const other = await readLock(lock);
        if (other !== undefined && isAlive(other)) {
          throw held(this.where, other.holder, other.since, `wait for process ${other.pid} to end, or stop it`);
        }
        if (attempt === 2) throw held(this.where, other?.holder ?? "an unknown holder");
        await unlink(lock).catch(() => undefined);
      }
    }
  }

  async assertHeld(): Promise<void> {
    const mine = this.#lock;
    if (mine === undefined) return;
    const found = await readLock(`${this.where}.lock`);
    if (found?.pid !== mine.pid || found.since !== mine.since) throw held(this.where, found?.holder ?? "nobody");
  }

  async requestPause(by: string): Promise<void> {
    await mkdir(dirname(this.where), { recursive: true });
    await writeFile(`${this.where}.pause`, by, { mode: 0o600 });
  }

  async takePauseRequest(): Promise<string | undefined> {
    const path = `${this.where}.pause`;
    try {
      const by = await readFile(path, "utf8");
      await unlink(path);
      return by;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw unwritable(path, error);
    }
  }

  async #bytes(): Promise<Buffer> {
    try {
      return await readFile(this.where);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return Buffer.alloc(0);
      throw new Fault(
        "journal.unreadable",
        `cannot read the journal ${this.where} (${codeOf(error) ?? String(error)})`,
        {
          why: "without the journal nobody knows what was done and what undoes it",
          hint: "make the file readable for this user",
          cause: error,
        },
      );
    }
  }
}

interface Lock {
  readonly holder: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

async function writeAfter(
  file: FileHandle,
  seen: { readonly valid: number; readonly size: number },
  line: Buffer,
  stale: () => Fault,
): Promise<void> {
  const { size } = await file.stat();
  if (size !== seen.size) throw stale();
  if (size > seen.valid) await file.truncate(seen.valid);
  try {
    const { bytesWritten } = await file.write(line, 0, line.length, seen.valid);
    if (bytesWritten !== line.length) throw new Error(`wrote ${bytesWritten} of ${line.length} bytes`);
    await file.sync();
  } catch (error) {
    // A half-written entry must not stay: the next one would make it damage in the middle.
    await file.truncate(seen.valid).catch(() => undefined);
    throw error;
  }
}

// A new file's name is durable only when its folder is.
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

// The lock appears with its content or not at all, so that nobody reads an empty one.
async function createWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.${pid}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await link(draft, path);
  } finally {
    await unlink(draft);
  }
}

async function release(lock: string, mine: Lock): Promise<void> {
  const found = await readLock(lock);
  if (found?.pid === mine.pid && found.since === mine.since) await unlink(lock).catch(() => undefined);
}

async function readLock(path: string): Promise<Lock | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isLock(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLock(value: unknown): value is Lock {
  if (typeof value !== "object" || value === null) return false;
  const { holder, pid, host, since } = value as Record<string, unknown>;
  return typeof pid === "number" && [holder, host, since].every((field) => typeof field === "string");
}

// A holder on another machine (a shared folder) cannot be asked: it counts as alive.
function isAlive(lock: Lock): boolean {
  if (lock.host !== hostname()) return true;
  return isProcessAlive(lock.pid);
}

/** Whether a process of this machine still runs. */
function isProcessAlive(other: number): boolean {
  try {
    kill(other, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function unwritable(where: string, cause: unknown): Fault {
  const code = codeOf(cause);
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new Fault(
    isFull ? "journal.full" : "journal.unwritable",
    `cannot write the journal ${where} (${code ?? (cause instanceof Error ? cause.message : String(cause))})`,
    {
      why: "nothing is changed that is not written down first",
      hint: isFull
        ? "make room on the disk, then run the command again"
        : "pass --state with a folder that can be written",
      cause,
    },
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
