/** ux-12-completion-of-values: what a shell offers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { bashScript } from "../../src/cli/completion/bash-script.ts";
import { runCli } from "../support/run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-complete-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function offered(
  ...words: readonly string[]
): Promise<{ readonly words: readonly string[]; readonly end: string }> {
  const { stdout } = await runCli(["complete", "--", ...words]);
  const lines = stdout.trimEnd().split("\n");
  return { words: lines.slice(0, -1).map((line) => line.split("\t")[0] ?? ""), end: lines.at(-1) ?? "" };
}

test("ux-12 A: files after path options are the shell's own", async () => {
  expect(await offered("assess", "--from", "s")).toEqual({ words: [], end: ":0" });
  expect((await offered("simulate", "--nodepools", "")).end).toBe(":0");
  expect((await offered("translate", "--out", "")).end).toBe(":16");
});

test("ux-12 B: the built-in clusters", async () => {
  expect((await offered("assess", "--sandbox", "")).words).toEqual(expect.arrayContaining(["clean", "traps"]));
  expect((await offered("sandbox", "reset", "cl")).words).toContain("clean");
});

test.each([
  [["translate", "--emit", ""], "terraform"],
  [["translate", "--target", ""], "v1beta1"],
  [["assess", "--fail-on", ""], "never"],
  [["setup", "--identity", ""], "irsa"],
  [["translate", "--selectors", ""], "tags"],
  [["uninstall", "--nodes", ""], "keep"],
  [["simulate", "--consolidation", ""], "WhenEmpty"],
  [["assess", "--output", ""], "csv"],
  [["assess", "--output=c"], "--output=csv"],
  [["assess", "-o", ""], "json"],
  [["explain", ""], "nodegroup"],
  [["explain", "DV100"], "DV1007"],
  [["explain", "journal."], "journal.held"],
  [["complete", ""], "bash"],
  [["help", "guide", ""], "migrate"],
  [["mig"], "migrate"],
  [["assess", "--sev"], "--severity"],
  [["migrate", "--sandbox", "clean", "--group", ""], "general"],
])("ux-12 C: %s offers %s", async (words, expected) => {
  const { words: found, end } = await offered(...words);
  expect(found).toContain(expected);
  expect(end).toBe(":4");
});

test("ux-12 D: contexts of the kubeconfig, profiles of the AWS configuration", async () => {
  const kubeconfig = join(folder, "config");
  writeFileSync(
    kubeconfig,
    [
      "apiVersion: v1",
      "kind: Config",
      "clusters: [{ name: c, cluster: { server: https://127.0.0.1:9 } }]",
      "users: [{ name: u, user: {} }]",
      "contexts: [{ name: prod-eu, context: { cluster: c, user: u } }, { name: staging, context: { cluster: c, user: u } }]",
      "",
    ].join("\n"),
  );
  writeFileSync(join(folder, "aws"), "[default]\nregion = x\n[profile ops]\nregion = y\n");
  expect((await offered("migrate", "--kubeconfig", kubeconfig, "--context", "")).words).toEqual(["prod-eu", "staging"]);
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "aws"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "none"));
  expect((await offered("migrate", "--profile", "")).words).toEqual(["default", "ops"]);
});

/** What a real bash, without the package bash-completion, would put in the place of the last word. */
function inBash(line: string, answers: string): readonly string[] {
  const words = line.split(/(?<=[:=])|(?=[:=])| /).map((word) => `'${word}'`);
  const script = [
    `dovetail() { printf '%b' '${answers}'; }`,
    bashScript,
    `COMP_LINE='${line}'; COMP_POINT=${line.length}; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}`,
    "_dovetail 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"",
  ].join("\n");
  const { stdout } = spawnSync("bash", ["--norc", "-c", script], { cwd: folder, encoding: "utf8" });
  return stdout.split("\n").filter((word) => word !== "");
}

test("ux-12 F: bash alone is enough, and words that it cuts at : and = are completed", () => {
  writeFileSync(join(folder, "s.gz"), "");
  expect(inBash("dovetail assess --from s", ":0\\n")).toEqual(["s.gz"]);
  expect(inBash("dovetail translate --emit ter", "terraform\\tx\\nshell\\n:4\\n")).toEqual(["terraform"]);
  expect(inBash("dovetail migrate --context arn:aws:eks:x:1:cl", "arn:aws:eks:x:1:cluster/a\\n:4\\n")).toEqual([
    "cluster/a",
  ]);
  expect(inBash("dovetail assess --output=c", "--output=csv\\n:4\\n")).toEqual(["csv"]);
});

test.each(["bash", "zsh", "fish", "powershell"])("the script of %s", async (shell) => {
  const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const { exit, stdout } = await runCli(["complete", shell]);
  expect(exit).toBe(0);
  expect(stdout + said.mock.calls.join("\n")).toMatch(/dovetail complete ('--'|--) /);
  said.mockRestore();
});
