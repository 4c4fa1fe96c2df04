/**
 * One user's way on the built-in cluster, command by command, there and back: what README and the guides show. Every screen is kept in
 * test/screens; the sandbox's clock and seed make it the same each time.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { openSandbox } from "../src/adapters/sandbox/open.ts";
import { main } from "../src/cli/main.ts";
import { expectScreen } from "./support/screens.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-journey-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));
// Said once, in the environment: no suggested command repeats it.
beforeAll(() => void vi.stubEnv("DOVETAIL_STATE", folder));
afterAll(() => void vi.unstubAllEnvs());
afterEach(() => {
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
});

interface Run {
  /** The screen's name; without one only the exit code counts. */
  readonly screen?: string;
  readonly exit?: number;
  /** Presses Ctrl-C when this text is printed for the second time. */
  readonly stopAt?: string;
}

async function run(words: string, { screen, exit = 0, stopAt }: Run = {}): Promise<void> {
  let [stdout, stderr] = ["", ""];
  let seen = 0;
  vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((stdout += String(text))));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    if (stopAt !== undefined && String(text).includes(stopAt) && ++seen === 2) process.emit("SIGINT");
    return true;
  });
  const code = await main(words.split(" "));
  vi.restoreAllMocks();
  process.removeAllListeners("SIGINT");
  expect({ words, code, stderr: code === exit ? "" : stderr }).toEqual({ words, code: exit, stderr: "" });
  const shown = stdout.replaceAll(folder, ".dovetail");
  if (screen !== undefined) expectScreen(screen, `$ dovetail ${words}\n${shown}`);
}

async function firstPod(prefix: string): Promise<string> {
  const { world } = await openSandbox({ name: "clean", seed: 1 });
  const pods = await world.cluster.list("pods");
  const names = pods.map((pod) => pod.metadata.name).filter((name) => name.startsWith(prefix));
  return names.toSorted()[0] ?? "";
}

test("a user looks, prepares, cuts over, stops in the middle, goes on, verifies, and goes all the way back", async () => {
  const world = "--sandbox clean";
  await run(`simulate ${world}`, { screen: "simulate" });
  await run(`simulate ${world} --instance-types m5.large,m5.xlarge,m5.2xlarge,m5.4xlarge --consolidation`, {
    screen: "simulate-consolidation",
  });
  await run(`explain pod storefront/${await firstPod("web-")} ${world}`, { screen: "explain-pod" });
  await run(`setup --plan ${world}`, { screen: "setup-plan" });
  await run(`setup --yes ${world}`, { screen: "setup" });
  await run(`setup --plan ${world}`, { screen: "setup-again" });
  await run(`install --print ${world}`, { screen: "install-print" });
  await run(`install --plan ${world}`, { screen: "install-plan" });
  await run(`install --yes ${world}`, { screen: "install" });
  await run(`install --canary --yes ${world}`, { screen: "canary" });
  await run(`migrate ${world} --plan`, { screen: "migrate-plan" });
  await run(`migrate ${world} --confirm orchard-prod`, {
    exit: 130,
    stopAt: "bring up room for",
  });
  await run(`status ${world}`, { screen: "status" });
  await run(`resume ${world}`, { screen: "resume" });
  await run(`verify ${world}`, { screen: "verify" });
  await run(`rollback ${world} --confirm orchard-prod`, { screen: "rollback" });
  await run(`uninstall --yes ${world}`, { screen: "uninstall" });
  await run(`setup --undo --yes ${world}`, { screen: "setup-undo" });
}, 900_000);
