import type { JournalEntry } from "../migration/journal.ts";

/** The journal for somebody who only looks. */
export interface JournalReader {
  /** For messages: the file's path or the ConfigMap's name. */
  readonly where: string;
  /**
   * All entries in order. A torn last line (a crash while writing) is dropped and reported by `torn`, with its place. Throws
   * `journal.corrupt` otherwise.
   */
  read(): Promise<{ readonly entries: readonly JournalEntry[]; readonly torn: readonly string[] }>;
}

/**
 * The append-only record of what was intended, done and undone: the only state of setup, install and migrate.
 *
 * Kept on disk (fsync before `append` resolves) and mirrored in the cluster under a Lease, so that a colleague can
 * resume elsewhere.
 */
export interface Journal extends JournalReader {
  /**
   * Durable when it resolves. Throws `journal.moved` when another writer appended since our last read. The last entry
   * may be appended again.
   */
  append(entry: JournalEntry): Promise<void>;
  /**
   * Takes the sole right to write. Throws `journal.held` with the holder and since when. Renewed while held; released
   * at the end or by expiry.
   */
  acquire(holder: string): Promise<() => Promise<void>>;
  /** Throws `journal.held` when the right to write was lost meanwhile. Asked before every write to the world. */
  assertHeld?(): Promise<void>;
  /** Asks the run that holds the journal to stop after its current step. Needs no hold. */
  requestPause?(by: string): Promise<void>;
  /** Who asked for a pause since the last look; undefined when nobody did. The request is gone then. */
  takePauseRequest?(): Promise<string | undefined>;
}
