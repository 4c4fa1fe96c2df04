import { parseJson } from "../kube/json.ts";
import type { JournalEntry } from "./journal.ts";
import { brokenLink, type Digest } from "./journal-chain.ts";
import { admitted, type KnownPlans } from "./journal-form.ts";

/** A journal as text: one JSON object a line, in order of `seq`. */
export interface ParsedJournal {
  readonly entries: readonly JournalEntry[];
  /** UTF-16 length of the part that holds whole entries; what follows is torn. */
  readonly validLength: number;
  /** What was left out at the end: a line that a crash cut short. */
  readonly torn: string | undefined;
}

/** Where a journal is damaged in a way that no crash explains. */
export interface JournalDamage {
  readonly line: number;
  readonly problem: string;
}

/**
 * Reads a journal's text. A last line without its newline is the trace of a crash while writing and is dropped;
 * anything else that does not parse, and
 * any gap in `seq`, and any entry that was changed, left out or put in, is damage.
 */
export function parseJournal(text: string, digest: Digest): ParsedJournal | JournalDamage {
  const entries: JournalEntry[] = [];
  const known: KnownPlans = new Map();
  let at = 0;
  for (let line = 1; at < text.length; line++) {
    const end = text.indexOf("\n", at);
    if (end === -1) return { entries, validLength: at, torn: text.slice(at) };
    const value = parseLine(text.slice(at, end));
    // A line of a crash is cut short, and a line that was cut short is no JSON.
    if (value === undefined && end === text.length - 1) return { entries, validLength: at, torn: text.slice(at) };
    const entry = admitted(value, known);
    if (typeof entry === "string") return { line, problem: entry };
    const expected = (entries.at(-1)?.seq ?? 0) + 1;
    if (entry.seq !== expected) return { line, problem: `has seq ${entry.seq} where ${expected} belongs` };
    const broken = brokenLink(entry, entries.at(-1), digest);
    if (broken !== undefined) return { line, problem: broken };
    entries.push(entry);
    at = end + 1;
  }
  return { entries, validLength: at, torn: undefined };
}

/** One entry as its line, newline included. */
export function entryLine(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function parseLine(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}
