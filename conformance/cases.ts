import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Case, Stability } from "./area.ts";

/** Every case of the given files and folders, file by file. Catalogues and manifests in a folder are passed over. */
export function* casesOf(paths: readonly string[]): Generator<Case> {
  for (const path of paths) {
    if (!existsSync(path)) throw new Error(`no such vectors: ${path}`);
    const files = statSync(path).isDirectory()
      ? readdirSync(path)
          .sort()
          .map((name) => join(path, name))
      : [path];
    for (const file of files) {
      if (statSync(file).isDirectory()) yield* casesOf([file]);
      else if (basename(file) === "go-sort-vectors.json") yield* sortCases(file);
      else if (/\.jsonl(\.gz)?$/.test(file) && !basename(file).startsWith("witnessed")) yield* lineCases(file);
    }
  }
}

/** The lines of a JSON-lines file, compressed or not. */
export function* linesOfFile(file: string): Generator<Record<string, unknown>> {
  const raw = readFileSync(file);
  const bytes = file.endsWith(".gz") ? gunzipSync(raw) : raw;
  // Line by line, as large files are longer than the longest string.
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    const stop = end < 0 ? bytes.length : end;
    const text = bytes.toString("utf8", start, stop).trim();
    if (text !== "") yield JSON.parse(text) as Record<string, unknown>;
    start = stop + 1;
  }
}

function* lineCases(file: string): Generator<Case> {
  let header: Record<string, unknown> | undefined;
  let number = 0;
  for (const line of linesOfFile(file)) {
    number += 1;
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

function* sortCases(file: string): Generator<Case> {
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: readonly Record<string, unknown>[] };
  for (const [at, line] of vectors.entries()) yield { id: `sort#${at}`, area: "go-sort", stable: "exact", line, file };
}
