import { createHash } from "node:crypto";
import type { Files } from "../../ports/files.ts";
import { usage } from "../../fault/fault.ts";

/** A file to write, by its name within the folder. */
export interface OutputFile {
  readonly name: string;
  readonly text: string;
}

/** What became of each file. */
export interface Written {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
}

/**
 * Remembers beside the files what was written last, so that a file changed by hand since is known. Without an ending, or
 * `kubectl apply -f FOLDER` would take it for a manifest.
 */
const recordName = ".dovetail-written";

/**
 * Writes files into a folder. One that somebody changed since it was written stops everything before the first write, unless forced; so
 * does one of that name that was never written by us. Throws `usage.file-changed` in both cases.
 */
export async function writeOutput(
  files: Files,
  output: { readonly folder: string; readonly files: readonly OutputFile[]; readonly isForced: boolean },
): Promise<Written> {
  const record = await readRecord(files, output.folder);
  // Names are made of safe letters where they are made; one that would leave the folder is our mistake, and stops here.
  const stray = output.files.find(({ name }) => !/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(name));
  if (stray !== undefined) throw new Error(`a file may not be called ${JSON.stringify(stray.name)}`);
  const states = await Promise.all(output.files.map((file) => stateOf(files, { folder: output.folder, file, record })));
  const foreign = states.filter(({ state }) => state === "changed").map(({ file }) => `${output.folder}/${file.name}`);
  if (foreign.length > 0 && !output.isForced) {
    throw usage(
      "file-changed",
      `${foreign.length === 1 ? "a file was" : "files were"} changed since dovetail wrote there: ${foreign.join(", ")}`,
      "pass --force to overwrite, or another folder with --out",
    );
  }
  const names = (state: FileState): string[] =>
    states.filter((item) => item.state === state).map(({ file }) => file.name);
  for (const { file, state } of states) {
    if (state !== "same") await files.write(`${output.folder}/${file.name}`, file.text);
  }
  const next = { ...record, ...Object.fromEntries(output.files.map((file) => [file.name, sumOf(file.text)])) };
  await files.write(`${output.folder}/${recordName}`, `${JSON.stringify(next, undefined, 2)}\n`);
  return { created: names("absent"), updated: [...names("ours"), ...names("changed")], unchanged: names("same") };
}

type FileState = "absent" | "same" | "ours" | "changed";

async function stateOf(
  files: Files,
  at: { folder: string; file: OutputFile; record: Readonly<Record<string, string>> },
): Promise<{ file: OutputFile; state: FileState }> {
  const { folder, file, record } = at;
  const path = `${folder}/${file.name}`;
  if ((await files.stat(path)) === undefined) return { file, state: "absent" };
  const text = new TextDecoder().decode(await files.read(path));
  if (text === file.text) return { file, state: "same" };
  return { file, state: record[file.name] === sumOf(text) ? "ours" : "changed" };
}

async function readRecord(files: Files, folder: string): Promise<Readonly<Record<string, string>>> {
  const path = `${folder}/${recordName}`;
  if ((await files.stat(path)) === undefined) return {};
  try {
    const record: unknown = JSON.parse(new TextDecoder().decode(await files.read(path)));
    if (typeof record !== "object" || record === null) return {};
    return Object.fromEntries(
      Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    // Without a record every file that differs counts as changed by hand.
    return {};
  }
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
