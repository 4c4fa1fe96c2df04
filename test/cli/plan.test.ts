/** ux-03-plan-flag-ignored: `--plan` wins over everything, on every command that writes. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { main } from "../../src/cli/main.ts";
import { makeProgram } from "../../src/cli/program.ts";
import { runCli } from "../support/run-cli.ts";

const state = mkdtempSync(join(tmpdir(), "dovetail-plan-"));
const world = ["--sandbox", "clean", "--state", state];

/** World and journal, byte for byte. */
function kept(folder = state): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(files.toSorted().map((name) => [name, readFileSync(join(folder, name), "base64")]));
}

async function prepared(...words: readonly string[]): Promise<void> {
  const { exit, stderr } = await runCli([...words, ...world]);
  expect({ words, exit, stderr: exit === 0 ? "" : stderr }).toEqual({ words, exit: 0, stderr: "" });
}

afterAll(() => rmSync(state, { recursive: true, force: true }));

const everything = ["--plan", "--yes", "--confirm", "orchard-prod"];

beforeAll(async () => {
  await prepared("setup", "--yes");
  await prepared("install", "--yes");
});

test.each([
  ["setup"],
  ["setup", "--undo"],
  ["setup", "--undo", "--force"],
  ["install"],
  ["install", "--canary"],
  ["install", "--print"],
  ["uninstall"],
  ["uninstall", "--nodes", "delete"],
  ["migrate"],
  ["migrate", "--json"],
  ["setup", "--emit", "json"],
])("ux-03: %s %s %s with --plan changes nothing", async (...words) => {
  const before = kept();
  const { exit, stderr } = await runCli([...words.filter((word) => word !== undefined), ...everything, ...world]);
  expect(kept()).toEqual(before);
  // Setup cannot be taken back under an installation: a no, and nothing was changed either.
  if (words.includes("--undo") && !words.includes("--force")) expect(stderr).toContain("nothing was changed");
  else expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
});

/** A copy of the world as it was prepared, for a test that changes it. */
function copied(): readonly string[] {
  const folder = join(state, "..", `${state.slice(state.lastIndexOf("/") + 1)}-copy`);
  cpSync(state, folder, { recursive: true });
  return ["--sandbox", "clean", "--state", folder];
}

test("ux-03: resume and rollback of a migration that was stopped half-way show their plans alone", async () => {
  const stop = vi.spyOn(process.stderr, "write");
  let seen = 0;
  stop.mockImplementation((text) => {
    if (String(text).includes("bring up room for") && ++seen === 2) process.emit("SIGINT");
    return true;
  });
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  const own = copied();
  const folder = own.at(-1) ?? "";
  const exit = await main(["migrate", "--confirm", "orchard-prod", ...own]);
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
  expect(exit).toBe(130);
  const before = kept(folder);
  for (const words of [["resume"], ["rollback"], ["rollback", "--to-stage", "2"], ["rollback", "--json"]]) {
    const end = await runCli([...words, ...everything, ...own]);
    expect({ words, exit: end.exit }).toEqual({ words, exit: 0 });
    expect(kept(folder), words.join(" ")).toEqual(before);
  }
  rmSync(folder, { recursive: true, force: true });
});

test("ux-03: every command that may write has --plan", async () => {
  const program = await makeProgram({
    isLoaded: () => true,
    complain: () => undefined,
    action: () => () => Promise.resolve(),
  });
  const writing = program.commands.filter((one) => one.options.some(({ long }) => long === "--yes"));
  expect(writing.map((one) => one.name())).toEqual(["setup", "install", "uninstall", "migrate", "resume", "rollback"]);
  for (const one of writing) expect(one.options.map(({ long }) => long)).toContain("--plan");
  expect(program.commands.map((one) => one.name())).toEqual(commands.map(({ name }) => name));
});

test.each([
  [["setup", "--undo", "--emit", "json"], "--undo and --emit"],
  [["setup", "--emit", "json", "--json"], "--emit and --json"],
  [["install", "--canary", "--print"], "--canary and --print"],
  [["install", "--manifests", "x", "--default-pool"], "--manifests and --default-pool"],
  [["install", "--no-pools", "--manifests", "x"], "--no-pools and --manifests"],
  [["migrate", "--no-forecast", "--cost-percent", "90"], "--no-forecast and --cost-percent"],
  [["translate", "--emit", "terraform", "--json"], "--emit terraform and --output json"],
  [["translate", "--force"], "--force does nothing without --out"],
  [["assess", "--json", "--output", "csv"], "--json and --output csv"],
  [["snapshot", "--schema", "--out", "x"], "--schema and --out"],
])("ux-03: %s cannot be followed, and nothing of it is dropped", async (words, complaint) => {
  const before = kept();
  const { exit, stderr } = await runCli([...words, ...world]);
  expect(exit).toBe(2);
  expect(stderr).toContain(complaint);
  expect(kept()).toEqual(before);
});

test.each([
  ["install", "--timeout"],
  ["migrate", "--drain-timeout"],
  ["migrate", "--gate-timeout"],
])("a duration without its unit is refused: %s %s 90", async (command, option) => {
  const { exit, stderr } = await runCli([command, option, "90", ...world]);
  expect({ exit, stderr }).toEqual({
    exit: 2,
    stderr: `error: ${option} 90 has no unit\n  fix: write it as 90s, 90m or 90h\n\nnothing was changed\n`,
  });
});
