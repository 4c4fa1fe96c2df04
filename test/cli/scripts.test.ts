/** ux-08-json-and-exit-codes: what scripts meet. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadAll } from "js-yaml";
import { exitOf } from "../../src/cli/commands/migration-exit.ts";
import { commands } from "../../src/cli/commands.ts";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { makeProgram } from "../../src/cli/program.ts";
import { runCli } from "../support/run-cli.ts";
import { readFileSync } from "node:fs";

const state = mkdtempSync(join(tmpdir(), "dovetail-scripts-"));
const world = ["--sandbox", "clean", "--state", state];

afterAll(() => rmSync(state, { recursive: true, force: true }));

const schemaOf = (text: string): unknown => (JSON.parse(text) as { readonly schema?: unknown }).schema;

const path = [
  [["assess"], 0, "dovetail.assessment/1"],
  [["translate"], 0, "dovetail.translation/1"],
  [["simulate"], 0, "dovetail.simulation/1"],
  [["simulate", "--compare-versions", "1.9,1.15"], 0, undefined],
  [["explain", "DV1007"], 0, "dovetail.explanation/1"],
  [["explain", "nodegroup", "general"], 0, "dovetail.explanation/1"],
  [["setup", "--plan"], 0, "dovetail.plan/1"],
  [["setup", "--yes"], 0, "dovetail.setup/1"],
  [["setup", "--yes"], 0, "dovetail.setup/1"],
  [["install", "--plan"], 0, "dovetail.plan/1"],
  [["install", "--yes"], 0, "dovetail.installation/1"],
  [["install", "--canary", "--plan"], 0, "dovetail.plan/1"],
  [["install", "--canary", "--yes"], 0, "dovetail.canary/1"],
  [["status"], 0, "dovetail.status/1"],
  [["pause"], 1, "dovetail.pause/1"],
  [["resume"], 2, "dovetail.error/1"],
  [["migrate", "--plan"], 0, "dovetail.plan/1"],
  [["uninstall", "--plan"], 0, "dovetail.plan/1"],
  [["uninstall", "--yes"], 0, "dovetail.undo/1"],
  [["setup", "--undo", "--yes"], 0, "dovetail.undo/1"],
  [["setup", "--undo", "--yes"], 0, "dovetail.plan/1"],
  [["install", "--yes"], 1, "dovetail.error/1"],
] as const;

test("ux-08: with --json every command ends as it should and prints one document of its shape", async () => {
  for (const [words, exit, schema] of path) {
    const end = await runCli([...words, "--json", ...world]);
    expect({ words, exit: end.exit, stderr: end.exit === exit ? "" : end.stderr }).toEqual({ words, exit, stderr: "" });
    const found = schemaOf(end.stdout);
    if (schema === undefined) expect(found).toMatch(/^dovetail\.[\w-]+\/1$/);
    else expect({ words, found }).toEqual({ words, found: schema });
  }
});

test.each([
  [["assess", "--from", "nowhere", "--json"], 2, "usage.no-source"],
  [["assess", "--form", "x", "-o", "json"], 2, "usage.arguments"],
  [["assess", "--fail-on", "eror", "--output=json"], 2, "usage.arguments"],
  [["migrat", "--json"], 2, "usage.arguments"],
] as const)("ux-08: the error of %s is a document too", async (words, exit, code) => {
  const end = await runCli([...words]);
  expect(end.exit).toBe(exit);
  const document = JSON.parse(end.stdout) as Readonly<Record<string, unknown>>;
  expect(document).toMatchObject({ schema: "dovetail.error/1", exitCode: exit, error: { code }, code });
  expect(document["message"]).toBe((document["error"] as Readonly<Record<string, unknown>>)["what"]);
  expect(document["fix"]).toBeTruthy();
  expect(end.stderr).toContain("error: ");
});

test("ux-08: every command takes --json and --output", async () => {
  const program = await makeProgram({
    isLoaded: () => true,
    complain: () => undefined,
    action: () => () => Promise.resolve(),
  });
  for (const one of program.commands) {
    const flags = one.options.map(({ long }) => long);
    expect(flags, one.name()).toEqual(expect.arrayContaining(["--json", "--output", "--color"]));
  }
  expect(program.commands).toHaveLength(commands.length);
});

test("ux-08: status without a migration is a document with its state first", async () => {
  const { stdout } = await runCli(["status", "--json", "--sandbox", "traps", "--state", join(state, "none")]);
  expect(Object.keys(JSON.parse(stdout) as object).slice(0, 3)).toEqual(["schema", "command", "state"]);
  expect(JSON.parse(stdout)).toMatchObject({ state: "none" });
});

test("ux-08: a run that ended before its end is not 0", () => {
  expect(exitOf({ kind: "paused" } as Parameters<typeof exitOf>[0])).toBe(5);
  expect(exitOf({ kind: "interrupted" } as Parameters<typeof exitOf>[0])).toBe(130);
  const readme = readFileSync("README.md", "utf8").replaceAll(/\s+/g, " ");
  for (const code of Object.keys(exitCodes)) expect(readme).toMatch(new RegExp(`(Exit codes:|,) ${code} `));
});

test("ux-08: - is standard output, and what is printed can be read back", async () => {
  const end = await runCli(["snapshot", "--out", "-", ...world]);
  expect(end.exit).toBe(0);
  expect(schemaOf(end.stdout)).toBe("dovetail.snapshot/1");
  expect(readdirSync(".")).not.toContain("-");
});

test("ux-08: a consent that names no pod is refused, with near names", async () => {
  const own = ["--sandbox", "clean", "--state", join(state, "consents")];
  await runCli(["setup", "--yes", ...own]);
  await runCli(["install", "--yes", ...own]);
  const bare = await runCli(["migrate", "--plan", "--move-bare", "foo", ...own]);
  expect({ exit: bare.exit, stderr: bare.stderr }).toMatchObject({ exit: 2 });
  expect(bare.stderr).toContain("--move-bare foo names no pod");
  const near = await runCli(["migrate", "--plan", "--move-protected", "storfront/*", ...own]);
  expect(near.exit).toBe(2);
});

test("ux-08: manifests alone, for kubectl, and the account of them beside", async () => {
  const end = await runCli(["translate", "-o", "yaml", ...world]);
  const objects = loadAll(end.stdout) as readonly Readonly<Record<string, unknown>>[];
  expect(objects.map(({ kind }) => kind)).toContain("NodePool");
  for (const one of objects) expect(one["apiVersion"]).toMatch(/^karpenter/);
  expect(end.stderr).toContain("NodePool");
});

test("figures are numbers for awk: no thousands apart, no minus but ASCII's, per cent without a blank", async () => {
  for (const words of [["simulate"], ["assess"], ["translate"]]) {
    const { stdout } = await runCli([...words, ...world]);
    expect(stdout).not.toMatch(/[−–·]|\d \d{3}\b(?! )|\d %/);
  }
});

test("rows for spreadsheets and tickets, names for loops", async () => {
  const csv = await runCli(["assess", "--sandbox", "traps", "-o", "csv"]);
  expect(csv.stdout.split("\n")[0]).toBe("code,severity,subject,message,fix,title");
  const markdown = await runCli(["simulate", "-o", "markdown", ...world]);
  expect(markdown.stdout).toMatch(/^\| figure \| today \| karpenter \|\n\| --- \| ---: \| ---: \|\n/);
  const names = await runCli(["assess", "--sandbox", "traps", "-o", "name", "--severity", "error"]);
  expect(names.stdout).toMatch(/^(DV\d{4}\n)+$/);
  const pools = await runCli(["translate", "-o", "name", ...world]);
  expect(pools.stdout).toContain("nodepool.karpenter.sh/general\n");
});
