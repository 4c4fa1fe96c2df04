import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGo, cachedBinary } from "../oracle.ts";

const folder = join(import.meta.dirname, "oracle");

/** Names the program where it has been built already. */
export const schedulerVariable = "DOVETAIL_KUBE_SCHEDULER_ORACLE";

/** The real kube-scheduler's oracle: what its variable names, or one that was built before; else nothing. */
export function findSchedulerOracle(): string | undefined {
  const given = process.env[schedulerVariable];
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error(`${schedulerVariable} names ${given}, which is not there`);
    return given;
  }
  const binary = cachedBinary("kube-scheduler", folder);
  if (existsSync(binary)) return binary;
  return process.env["DOVETAIL_BUILD_ORACLE"] === undefined ? undefined : buildSchedulerOracle();
}

/** The same, built where Go is installed. The first build downloads modules and takes minutes. */
export function buildSchedulerOracle(): string | undefined {
  const binary = cachedBinary("kube-scheduler", folder);
  const isThere = process.env[schedulerVariable] !== undefined || existsSync(binary);
  return isThere ? findSchedulerOracle() : buildGo("kube-scheduler", binary, { folder, flags: [], go: "1.26.6" });
}

/** New scenarios with the real program's decisions, as a file. */
export function drawScenarios(
  oracle: string,
  { shape, seed, count }: { readonly shape: string; readonly seed: number; readonly count: number },
): string {
  const file = join(mkdtempSync(join(tmpdir(), "dovetail-fresh-")), `${shape}-${seed}.jsonl.gz`);
  const args = ["gen", "-shape", shape, "-seed", String(seed), "-count", String(count), "-runs", "2", "-out", file];
  execFileSync(oracle, args, { stdio: ["ignore", "ignore", "inherit"] });
  return file;
}

/** What the real program makes of one scenario, as a file; undefined when it gives no answer. */
export function judgeScenario(oracle: string, scenario: unknown): string | undefined {
  const work = mkdtempSync(join(tmpdir(), "dovetail-shrink-"));
  const [input, output] = [join(work, "in.jsonl"), join(work, "out.jsonl")];
  writeFileSync(input, `${JSON.stringify(scenario)}\n`);
  const done = spawnSync(oracle, ["run", "-in", input, "-out", output, "-runs", "1"], { timeout: 60_000 });
  return done.status === 0 ? output : undefined;
}
