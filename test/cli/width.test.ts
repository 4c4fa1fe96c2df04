/** ux-11-eighty-columns: no line is wider than the terminal, none breaks in the middle of a word. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { width } from "../../src/report/text/width.ts";
import { runCli } from "../support/run-cli.ts";

const root = resolve(import.meta.dirname, "../golden");
const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

/** Screens that are not all for programs. */
const cases = readdirSync(root).filter((name) => {
  const args = read(join(root, name, "args"));
  return args !== "" && !/^(--json|--schema|--emit|--out|rehearse|--write-patches|--state)$/m.test(args);
});

/** Manifests and scripts are not for reading line by line: they stand after the account of them. */
function forPeople(text: string): readonly string[] {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => /^(apiVersion|# |kind|resource |Resources):?/.test(line));
  return end < 0 ? lines : lines.slice(0, end);
}

/** A single word that no line holds: it stands alone, whole. */
function isOneWord(line: string): boolean {
  return !/\S \S/.test(line.replace(/^\s*([\w ]+: +)?/, "").replace(/ \\$/, ""));
}

test.each(cases)("ux-11: %s at 60 and 140 columns", async (name) => {
  const input = relative(process.cwd(), join(root, name, "input"));
  const args = read(join(root, name, "args"))
    .split("\n")
    .filter((line) => line !== "")
    .map((arg) => arg.replaceAll("{input}", input).replaceAll("{output}", "node_modules/.cache/golden/width"));
  for (const columns of [60, 140]) {
    const { stdout, stderr } = await runCli(args, columns);
    for (const line of [...forPeople(stdout), ...stderr.split("\n")]) {
      expect(width(line) <= columns || isOneWord(line), `${columns}: ${line}`).toBe(true);
    }
  }
});

const kept = [
  ...readdirSync(root).map((name) => [name, read(join(root, name, "args")), read(join(root, name, "stdout.txt"))]),
  ...readdirSync(resolve(root, "../screens")).map((name) => [name, "", read(resolve(root, "../screens", name))]),
].filter(([name = "", args = ""]) => !/(install-print|^demo)/.test(name) && !/^(--json|--schema|--emit)$/m.test(args));

test.each(kept)("ux-11: the screen %s is kept at 80 columns", (_name, _args, text) => {
  for (const line of forPeople(text ?? "")) {
    // Assignments are for a shell, and the first line is what was typed.
    if (/^[A-Z_]+=|^\$ /.test(line)) continue;
    // The path of a test's folder is longer than its name here.
    const isLong = line.includes("{output}") || line.includes("{input}");
    expect(isLong || width(line) <= 80 || isOneWord(line), line).toBe(true);
  }
});
