import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A line, or a whole file, that cannot be read as a case. */
export interface Unreadable {
  readonly file: string;
  /** From 1; absent where it is the whole file. */
  readonly line?: number;
  readonly reason: string;
}

/** What takes note of unreadable lines; the others are read on. */
export type Note = (problem: Unreadable) => void;

/** For files of our own making: what cannot be read there is a broken program. */
const refuse: Note = ({ file, line, reason }) => {
  throw new Error(`${file}${line === undefined ? "" : `:${line}`} ${reason}`);
};

/** The lines of a JSON-lines file, compressed or not, with their numbers. */
export function* linesOfFile(
  file: string,
  note: Note,
): Generator<{ readonly number: number; readonly line: Readonly<Record<string, unknown>> }> {
  const bytes = bytesOf(file, note);
  let number = 0;
  // Line by line, as large files are longer than the longest string.
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    const stop = end < 0 ? bytes.length : end;
    const text = bytes.toString("utf8", start, stop).trim();
    number += 1;
    start = stop + 1;
    if (text === "") continue;
    const line = parsed(text);
    if (typeof line === "string") note({ file, line: number, reason: line });
    else yield { number, line };
  }
}

/** The lines of a file of our own. */
export function recorded(file: string): Readonly<Record<string, unknown>>[] {
  return Array.from(linesOfFile(file, refuse), ({ line }) => line);
}

/** The bytes of a file, uncompressed; none where it cannot be read. */
export function bytesOf(file: string, note: Note): Buffer {
  try {
    const raw = readFileSync(file);
    return file.endsWith(".gz") ? gunzipSync(raw) : raw;
  } catch (error) {
    note({ file, reason: `cannot be read: ${messageOf(error)}` });
    return Buffer.alloc(0);
  }
}

/** A JSON object, or why it is none. */
export function parsed(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : "is no JSON object";
  } catch (error) {
    return `is no JSON: ${messageOf(error)}`;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The message alone. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
