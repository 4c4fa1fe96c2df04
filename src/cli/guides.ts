import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { usage } from "../fault/fault.ts";
import { nearest } from "../fault/nearest.ts";

/** `dovetail help guide`: the guides that travel in the package, one by name or the list of them. Throws `usage.guide`. */
export function guideText(name: string | undefined): string {
  const folder = guideFolder();
  const names = guideNames();
  if (name === undefined) return listOf(folder, names);
  if (names.includes(name)) return readFileSync(join(folder, `${name}.md`), "utf8");
  const near = nearest(name, names);
  const hint =
    near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}? there are ${names.join(", ")}`;
  throw usage("guide", `there is no guide ${name}`, hint);
}

/** The names of the guides. */
export function guideNames(): readonly string[] {
  return readdirSync(guideFolder())
    .filter((file) => file.endsWith(".md"))
    .map((file) => file.slice(0, -".md".length))
    .toSorted();
}

function listOf(folder: string, names: readonly string[]): string {
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${titleOf(join(folder, `${name}.md`))}`);
  return `${lines.join("\n")}\n\nnext: dovetail help guide ${names[0] ?? ""}\n`;
}

function titleOf(path: string): string {
  return /^# (.*)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? "";
}

/** Beside the bundle; in a clone that runs from source, where they are written. */
function guideFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const packed = join(here, "guide");
  return existsSync(packed) ? packed : join(here, "..", "..", "docs", "guide");
}
