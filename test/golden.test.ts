/**
 * Whole commands: `test/golden/<case>/` holds `args` (one per line; `{input}` is the case's input folder, `{output}` an empty one), and what must come
 * of it: `stdout.txt`, `stderr.txt`, `exit` and the files under `output/`. UPDATE_GOLDEN=1 writes them; read the diff.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { main } from "../src/cli/main.ts";

const root = resolve(import.meta.dirname, "golden");
const readAt = new Date("2026-08-01T12:00:00Z");
const isUpdating = process.env["UPDATE_GOLDEN"] === "1";
const cases = readdirSync(root).filter((name) => existsSync(join(root, name, "args")));

// Every command may also listen for the end of its process, and this one process runs them all.
process.setMaxListeners(0);

afterEach(() => {
  vi.restoreAllMocks();
  // Every command listens for Ctrl-C; a process that runs one command has one listener.
  process.removeAllListeners("SIGINT");
});

test.each(cases)("%s", async (name) => {
  const folder = join(root, name);
  // A path of the same length on every machine: lines break by what is printed.
  const output = join("node_modules", ".cache", "golden", name);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  try {
    const actual = await run(folder, output);
    if (isUpdating) write(folder, actual);
    expect(actual).toEqual(expected(folder));
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});

interface Outcome {
  readonly exit: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
}

async function run(folder: string, output: string): Promise<Outcome> {
  // Paths in messages are as the user wrote them: relative to where the command was called.
  const input = relative(process.cwd(), join(folder, "input"));
  // A dump is as old as its files, and a fresh clone makes them all new.
  if (existsSync(input)) for (const path of walk(input)) utimesSync(path, readAt, readAt);
  const args = lines(join(folder, "args")).map((arg) =>
    arg.replaceAll("{input}", input).replaceAll("{output}", output),
  );
  let [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((stdout += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((stderr += String(text))));
  const exit = await main(args);
  vi.restoreAllMocks();
  const clean = (text: string): string => text.replaceAll(output, "{output}").replaceAll(input, "{input}");
  const files = Object.fromEntries(
    walk(output).map((path) => [relative(output, path), clean(readFileSync(path, "utf8"))]),
  );
  return { exit: `${exit}\n`, stdout: clean(stdout), stderr: clean(stderr), files };
}

function expected(folder: string): Outcome {
  const text = (file: string): string =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  const output = join(folder, "output");
  const files = existsSync(output)
    ? walk(output).map((path) => [relative(output, path), readFileSync(path, "utf8")] as const)
    : [];
  return {
    exit: text("exit"),
    stdout: text("stdout.txt"),
    stderr: text("stderr.txt"),
    files: Object.fromEntries(files),
  };
}

function write(folder: string, outcome: Outcome): void {
  rmSync(join(folder, "output"), { recursive: true, force: true });
  const all = Object.fromEntries(Object.entries(outcome.files).map(([path, text]) => [`output/${path}`, text]));
  for (const [path, text] of Object.entries({
    ...all,
    exit: outcome.exit,
    "stdout.txt": outcome.stdout,
    "stderr.txt": outcome.stderr,
  })) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === "") rmSync(file, { force: true });
    else writeFileSync(file, text);
  }
}

function lines(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function walk(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    })
    .toSorted();
}
