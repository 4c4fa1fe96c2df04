import type { JournalEntry } from "../../migration/journal.ts";
import { Fault } from "../../fault/fault.ts";
import type { Journal } from "../../ports/journal.ts";

/**
 * One journal in two places: on this disk first, then in the cluster.
 *
 * A crash in between leaves the disk one entry ahead; a colleague's run leaves the cluster ahead. Reading brings both
 * to the longer one.
 */
export class MirroredJournal implements Journal {
  readonly where: string;
  readonly #disk: Journal;
  readonly #cluster: Journal;

  constructor(disk: Journal, cluster: Journal) {
    this.#disk = disk;
    this.#cluster = cluster;
    this.where = `${disk.where} and ${cluster.where}`;
  }

  async read(): Promise<{ readonly entries: readonly JournalEntry[]; readonly torn: readonly string[] }> {
    const disk = await this.#disk.read();
    const cluster = await this.#cluster.read();
    const shared = Math.min(disk.entries.length, cluster.entries.length);
    for (let i = 0; i < shared; i++) {
      if (!isSame(disk.entries[i], cluster.entries[i])) throw diverged(this.#disk.where, this.#cluster.where, i + 1);
    }
    for (const entry of cluster.entries.slice(disk.entries.length)) await this.#disk.append(entry);
    for (const entry of disk.entries.slice(cluster.entries.length)) await this.#cluster.append(entry);
    const entries = disk.entries.length >= cluster.entries.length ? disk.entries : cluster.entries;
    return { entries, torn: [...disk.torn, ...cluster.torn] };
  }

  async append(entry: JournalEntry): Promise<void> {
    await this.#disk.append(entry);
    await this.#cluster.append(entry);
  }

  async acquire(holder: string): Promise<() => Promise<void>> {
    const releaseDisk = await this.#disk.acquire(holder);
    try {
      const releaseCluster = await this.#cluster.acquire(holder);
      return async () => {
        try {
          await releaseCluster();
        } finally {
          await releaseDisk();
        }
      };
    } catch (error) {
      await releaseDisk();
      throw error;
    }
  }

  async assertHeld(): Promise<void> {
    await this.#disk.assertHeld?.();
    await this.#cluster.assertHeld?.();
  }

  async requestPause(by: string): Promise<void> {
    await this.#cluster.requestPause?.(by);
  }

  takePauseRequest(): Promise<string | undefined> {
    return this.#cluster.takePauseRequest?.() ?? Promise.resolve(undefined);
  }
}

function isSame(a: JournalEntry | undefined, b: JournalEntry | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function diverged(disk: string, cluster: string, seq: number): Fault {
  return new Fault("journal.diverged", `the journals ${disk} and ${cluster} differ from entry ${seq} on`, {
    why: "two histories of one cluster cannot both be true",
    hint: `move ${disk} away to go on with the one in the cluster`,
  });
}
