/** The files under src/, read and parsed once for every check of the charter. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Comment, type ParseResult, parseSync } from "oxc-parser";

/** The root of the repository. */
export const root = resolve(import.meta.dirname, "../..");

/** One file with its syntax tree. `path` is relative to the root. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly isTest: boolean;
  readonly program: ParseResult["program"];
  readonly comments: readonly Comment[];
  readonly parses: boolean;
}

/** Every file below a folder, sorted. */
export function walk(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    })
    .toSorted();
}

/** A file's text as a source. */
export function sourceOf(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  return { path, text, isTest: path.endsWith(".test.ts"), program, comments, parses: errors.length === 0 };
}

/** Everything under src/ but what a script wrote. */
const sources: readonly Source[] = walk(join(root, "src"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".generated.ts"))
  .map((path) => sourceOf(relative(root, path), readFileSync(path, "utf8")));

/** The same without tests. */
export const code: readonly Source[] = sources.filter((source) => !source.isTest);

/** The block comment that documents what begins at an offset; undefined when nothing does. */
export function docAt(source: Source, start: number): string | undefined {
  return source.comments.find(
    (comment) =>
      comment.type === "Block" &&
      comment.value.startsWith("*") &&
      comment.end <= start &&
      /^\s*(\/\/[^\n]*\s*)*$/.test(source.text.slice(comment.end, start)),
  )?.value;
}

/** The comment that a file begins with, before its first statement; undefined when it has none. */
export function headOf(source: Source): string | undefined {
  const first = source.comments[0];
  const body = source.program.body[0];
  return first !== undefined && body !== undefined && first.end <= body.start ? first.value : undefined;
}

/** The line of an offset. */
export function lineAt(source: Source, offset: number): number {
  return source.text.slice(0, offset).split("\n").length;
}
