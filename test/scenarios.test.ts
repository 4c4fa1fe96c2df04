/** Every built-in cluster can be assessed, translated and simulated, is in the list and in the guide, and is the same again by its seed. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { openSandbox } from "../src/adapters/sandbox/open.ts";
import { sandboxMarket } from "../src/adapters/sandbox/prices.ts";
import { main } from "../src/cli/main.ts";
import { buildSample, samples } from "../src/twin/samples/build.ts";

afterEach(() => {
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
});

async function run(
  words: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((stdout += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((stderr += String(text))));
  const code = await main(words.split(" "));
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
  return { code, stdout, stderr };
}

/** What the tests of commands and of the journey do not play anyway. */
const unplayed = [...samples].filter(([name]) => !["clean", "traps", "classic"].includes(name));

test.each(unplayed)("%s answers assess, translate and simulate", async (name, sample) => {
  const { world } = await openSandbox({ name });
  const nodes = await world.cluster.list("nodes");
  expect(nodes).toHaveLength(sample.groups.reduce((sum, group) => sum + group.desired, 0));
  const pods = await world.cluster.list("pods");
  expect(pods.filter((pod) => pod.status?.phase !== "Running").map((pod) => pod.metadata.name)).toEqual([]);

  const state = mkdtempSync(join(tmpdir(), "dovetail-scenario-"));
  for (const command of name === "large" ? ["simulate"] : ["assess", "translate", "simulate"]) {
    const { code, stdout, stderr } = await run(`${command} --sandbox ${name} --state ${state} --json`);
    // 0 and 1 are answers: yes, and a known no.
    expect(code, `${command} ${name}: ${stderr}`).toBeLessThanOrEqual(1);
    expect(JSON.parse(stdout)).toMatchObject({ schema: expect.stringMatching(/^dovetail\./) });
  }
});

test("each is the same again by its seed, and another by another", () => {
  const small = [...samples].filter(([name]) => name !== "large");
  for (const [name, sample] of small) {
    const of = (seed: number): string => JSON.stringify(buildSample(sample, seed, sandboxMarket()));
    expect(of(3) === of(3), name).toBe(true);
    expect(of(3) === of(4), name).toBe(false);
  }
});

test("each is listed by `dovetail sandbox` and told in the guide", async () => {
  const { stdout } = await run("sandbox");
  const guide = readFileSync(resolve(import.meta.dirname, "../docs/guide/sandbox.md"), "utf8");
  for (const [name, { summary }] of samples) {
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(summary.replaceAll(/\s+/g, " ").slice(0, 30));
    expect(stdout).toContain(name);
    expect(guide).toContain(`| \`${name}\` |`);
  }
});
