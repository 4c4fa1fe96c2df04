import type { JournalEntry } from "./journal.ts";

/** A digest of a text that nobody can aim at: SHA-256 as hexadecimal digits. Given by the caller, as this layer computes none. */
export type Digest = (text: string) => string;

/** An entry with its place in the chain: the digest of the one before it, and its own over all that it says. */
export function chained(entry: JournalEntry, before: JournalEntry | undefined, digest: Digest): JournalEntry {
  const { digest: _, ...said } = { ...entry, prev: linkOf(before, digest) };
  return { ...said, digest: digest(JSON.stringify(said)) };
}

/**
 * What is wrong with an entry's place in the chain, as the rest of a sentence that begins with its number; undefined when nothing is.
 * Journals of earlier versions begin without a chain; from the first entry that has its place on, all must have it.
 */
export function brokenLink(entry: JournalEntry, before: JournalEntry | undefined, digest: Digest): string | undefined {
  if (entry.digest === undefined) {
    return before?.digest === undefined ? undefined : "has no digest, and the one before it has: it was put in by hand";
  }
  const { digest: own, ...said } = entry;
  if (digest(JSON.stringify(said)) !== own) return "was changed since it was written";
  if (entry.prev === linkOf(before, digest)) return undefined;
  return before === undefined
    ? "is not the first of its journal: those before it are missing"
    : `does not follow entry ${before.seq}: entries were taken out, put in, or are of another journal`;
}

function linkOf(entry: JournalEntry | undefined, digest: Digest): string {
  return entry === undefined ? "" : (entry.digest ?? digest(JSON.stringify(entry)));
}
