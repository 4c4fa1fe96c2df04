import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Minor } from "../src/karpenter/behaviours.ts";
import type { Case, Stability } from "./area.ts";
import { bytesOf, linesOfFile, type Note, parsed } from "./lines.ts";
import { firstRecorded, releaseOfFile } from "./release-of.ts";

const vectorFile = /\.jsonl(\.gz)?$/;
const sortFile = "go-sort-vectors.json";
/** Names the cases that a release answers as the first recorded one does. */
const sameFile = "same-as-1.14.1.json";
const ours = join(import.meta.dirname, "..", "test", "vectors");

/** How cases are read. */
export interface Reading {
  readonly note: Note;
  /** The release that all of them are of, whatever they say themselves. */
  readonly release?: Minor;
}

/** Every case of the given files and folders, file by file. Catalogues and manifests in a folder are passed over. */
export function* casesOf(paths: readonly string[], reading: Reading): Generator<Case> {
  for (const path of paths) {
    if (!statSync(path).isDirectory()) yield* fileCases(path, reading, true);
    else {
      const names = readdirSync(path).sort();
      for (const name of names) yield* fileCases(join(path, name), reading, false);
      if (names.includes(sameFile)) yield* sameCases(path, reading);
    }
  }
}

function* fileCases(file: string, reading: Reading, isNamed: boolean): Generator<Case> {
  const name = basename(file);
  if (statSync(file).isDirectory()) yield* casesOf([file], reading);
  else if (name === sortFile) yield* sortCases(file, reading);
  else if (vectorFile.test(file) && !name.startsWith("witnessed")) yield* lineCases(file, reading);
  else if (isNamed)
    reading.note({ file, reason: `is no vector file: those end in .jsonl or .jsonl.gz, or are ${sortFile}` });
}

/**
 * The cases of a file. Where its header names the `inputs` of its answers, a line holds an id and what was answered, and the rest is in
 * that file: scenarios are large, and releases answer the same ones.
 */
function* lineCases(file: string, reading: Reading): Generator<Case> {
  let header: Line | undefined;
  for (const { number, line } of linesOfFile(file, reading.note)) {
    // Headers of the AWS provider's recordings have a legend too, and name their area.
    if (line["legend"] !== undefined && line["kind"] !== "header") {
      yield* legendCases(file, line, reading);
      return;
    }
    if (line["kind"] === "header") {
      header = line;
      if (typeof line["inputs"] === "string") {
        yield* answeredCases(file, { header, inputs: line["inputs"] }, reading);
        return;
      }
      continue;
    }
    if (isSchedulerStory(line)) {
      yield { id: idOf(line) ?? `${basename(file)}:${number}`, area: "kube-scheduler", ...ofNoRelease(line), file };
      continue;
    }
    // A configuration that later lines refer to is not a case.
    if (line["kind"] !== "config") yield* caseOf({ file, number, line, header }, reading);
  }
}

/** Recordings of a program that is an area of its own name it in their first line: `{"legend": {"program": "Cluster Autoscaler"}}`. */
const programs: Readonly<Record<string, string>> = { "Cluster Autoscaler": "autoscaler" };

function* legendCases(file: string, header: Line, { note }: Reading): Generator<Case> {
  const { legend } = header;
  const program =
    typeof legend === "object" && legend !== null && "program" in legend ? textOf(legend.program) : undefined;
  const area = programs[program ?? ""] ?? "unknown";
  for (const { number, line } of linesOfFile(file, note)) {
    if (line["legend"] !== undefined) continue;
    const id = idOf(line) ?? `${basename(file)}:${number}`;
    yield { id, area, release: firstRecorded, stable: stabilityOf(line), line, file, header };
  }
}

// Recordings of kube-scheduler do not name their area: they are the only ones that tell attempts. Their release is not one of Karpenter's.
function isSchedulerStory({ expect }: Line): boolean {
  return typeof expect === "object" && expect !== null && "attempts" in expect && Array.isArray(expect.attempts);
}

function ofNoRelease(line: Line): Pick<Case, "release" | "stable" | "line"> {
  return { release: firstRecorded, stable: stabilityOf(line), line };
}

type Line = Readonly<Record<string, unknown>>;

function* caseOf(
  { file, number, line, header }: { file: string; number: number; line: Line; header: Line | undefined },
  { note, release = releaseOfFile(file, header) }: Reading,
): Generator<Case> {
  if (release === undefined) {
    note({ file, line: number, reason: "is of a release that Dovetail does not know" });
    return;
  }
  const area =
    line["table"] === undefined ? (textOf(line["area"]) ?? textOf(header?.["area"]) ?? "unknown") : "algebra";
  const id = idOf(line) ?? `${basename(file)}:${number}`;
  yield { id, area, release, stable: stabilityOf(line), line, file, ...(header === undefined ? {} : { header }) };
}

function idOf(line: Line): string | undefined {
  const table = textOf(line["table"]);
  return table === undefined ? textOf(line["id"]) : `${table}#${String(line["n"])}`;
}

/** What tells a line from the others of its file. Rows of the provider's tables have no id. */
function keyOf(line: Line): string {
  return idOf(line) ?? `${textOf(line["config"]) ?? ""}/${textOf(line["type"]) ?? textOf(line["name"]) ?? ""}`;
}

function* answeredCases(
  file: string,
  { header, inputs }: { readonly header: Line; readonly inputs: string },
  reading: Reading,
): Generator<Case> {
  const base = join(dirname(file), "..", inputs);
  const answers = answersIn(file, reading);
  for (const { number, line } of existingLines(base, reading)) {
    const answer = answers.get(keyOf(line));
    if (answer !== undefined && line["kind"] === undefined)
      yield* caseOf({ file, number, line: { ...line, ...answer }, header }, reading);
  }
}

function answersIn(file: string, { note }: Reading): ReadonlyMap<string, Line> {
  const answers = new Map<string, Line>();
  for (const { line } of linesOfFile(file, note)) if (line["kind"] !== "header") answers.set(keyOf(line), line);
  return answers;
}

/** The file of the first recorded release that a file of another one goes with: in the folder beside it, or in this repository. */
export function baseOf(file: string): string | undefined {
  const folder = basename(dirname(file)).replace(/-v?\d+\.\d+(\.\d+)?$/, "");
  return [join(dirname(file), "..", folder), join(ours, folder)]
    .map((path) => join(path, basename(file)))
    .find((path) => path !== file && existsSync(path));
}

interface Sameness {
  /** By file: ids that were answered exactly so, or with some of the same outcomes; neither: all that are not in the file itself. */
  readonly files: Readonly<
    Record<string, { readonly equal?: readonly string[]; readonly overlap?: readonly string[] }>
  >;
}

/** Cases that the release of a folder answers as the first recorded one does. */
function* sameCases(folder: string, reading: Reading): Generator<Case> {
  const listed = parsed(bytesOf(join(folder, sameFile), reading.note).toString("utf8"));
  if (typeof listed === "string" || typeof listed["files"] !== "object") {
    reading.note({ file: join(folder, sameFile), reason: "does not list files" });
    return;
  }
  const { files } = listed as unknown as Sameness;
  const algebra: Sameness["files"] = existsSync(join(folder, "algebra.jsonl.gz")) ? { "algebra.jsonl.gz": {} } : {};
  for (const [name, { equal, overlap }] of Object.entries({ ...algebra, ...files })) {
    const file = join(folder, name);
    const base = baseOf(file);
    if (base === undefined) {
      reading.note({ file, reason: "goes with a file of the first recorded release that is not at hand" });
      continue;
    }
    const others = existsSync(file) ? answersIn(file, reading) : new Map<string, Line>();
    const same =
      equal === undefined && overlap === undefined ? undefined : new Set([...(equal ?? []), ...(overlap ?? [])]);
    const release = reading.release ?? releaseOfFile(file, undefined);
    for (const item of lineCases(base, { note: reading.note, ...(release === undefined ? {} : { release }) })) {
      const key = keyOf(item.line);
      if (same === undefined ? !others.has(key) : same.has(key)) yield item;
    }
  }
}

function* existingLines(file: string, { note }: Reading): ReturnType<typeof linesOfFile> {
  if (existsSync(file)) yield* linesOfFile(file, note);
  else note({ file, reason: "is named as the inputs of answers, and is not there" });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function stabilityOf(line: Line): Stability {
  const { stable } = line;
  return stable === "canonical" || stable === "set" ? stable : "exact";
}

function* sortCases(file: string, { note }: Reading): Generator<Case> {
  const whole = parsed(bytesOf(file, note).toString("utf8"));
  const vectors = typeof whole === "string" ? undefined : whole["vectors"];
  if (!Array.isArray(vectors)) {
    note({ file, reason: typeof whole === "string" ? whole : "has no list of vectors" });
    return;
  }
  for (const [at, line] of vectors.entries())
    yield {
      id: `sort#${at}`,
      area: "go-sort",
      release: firstRecorded,
      stable: "exact",
      line: line as Case["line"],
      file,
    };
}
