import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Case, Stability } from "./area.ts";

/** A line, or a whole file, that cannot be read as a case. */
export interface Unreadable {
  readonly file: string;
  /** From 1; absent where it is the whole file. */
  readonly line?: number;
  readonly reason: string;
}

/** What takes note of unreadable lines; the others are read on. */
export type Note = (problem: Unreadable) => void;

const vectorFile = /\.jsonl(\.gz)?$/;
const sortFile = "go-sort-vectors.json";

/** Every case of the given files and folders, file by file. Catalogues and manifests in a folder are passed over. */
export function* casesOf(paths: readonly string[], note: Note): Generator<Case> {
  for (const path of paths) {
    const files = statSync(path).isDirectory()
      ? readdirSync(path)
          .sort()
          .map((name) => join(path, name))
      : [path];
    for (const file of files) {
      if (statSync(file).isDirectory()) yield* casesOf([file], note);
      else if (basename(file) === sortFile) yield* sortCases(file, note);
      else if (vectorFile.test(file) && !basename(file).startsWith("witnessed")) yield* lineCases(file, note);
      else if (file === path)
        note({ file, reason: `is no vector file: those end in .jsonl or .jsonl.gz, or are ${sortFile}` });
    }
  }
}

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

function bytesOf(file: string, note: Note): Buffer {
  try {
    const raw = readFileSync(file);
    return file.endsWith(".gz") ? gunzipSync(raw) : raw;
  } catch (error) {
    note({ file, reason: `cannot be read: ${messageOf(error)}` });
    return Buffer.alloc(0);
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | string {
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

function* lineCases(file: string, note: Note): Generator<Case> {
  let header: Readonly<Record<string, unknown>> | undefined;
  for (const { number, line } of linesOfFile(file, note)) {
    if (line["kind"] === "header") {
      header = line;
      continue;
    }
    // A configuration that later lines refer to is not a case.
    if (line["kind"] === "config") continue;
    const table = textOf(line["table"]);
    const id =
      table === undefined ? (textOf(line["id"]) ?? `${basename(file)}:${number}`) : `${table}#${String(line["n"])}`;
    const area = table === undefined ? (textOf(line["area"]) ?? textOf(header?.["area"]) ?? "unknown") : "algebra";
    yield { id, area, stable: stabilityOf(line), line, file, ...(header === undefined ? {} : { header }) };
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function stabilityOf(line: Readonly<Record<string, unknown>>): Stability {
  const { stable } = line;
  return stable === "canonical" || stable === "set" ? stable : "exact";
}

function* sortCases(file: string, note: Note): Generator<Case> {
  const whole = parsed(bytesOf(file, note).toString("utf8"));
  const vectors = typeof whole === "string" ? undefined : whole["vectors"];
  if (!Array.isArray(vectors)) {
    note({ file, reason: typeof whole === "string" ? whole : "has no list of vectors" });
    return;
  }
  for (const [at, line] of vectors.entries())
    yield { id: `sort#${at}`, area: "go-sort", stable: "exact", line: line as Case["line"], file };
}
