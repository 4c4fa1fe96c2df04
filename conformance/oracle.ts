import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const source = join(import.meta.dirname, "karpenter");

/** The oracle program: `DOVETAIL_ORACLE`, or built once from conformance/karpenter where Go is installed; else nothing. */
export function findOracle(): string | undefined {
  const given = process.env["DOVETAIL_ORACLE"];
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error(`DOVETAIL_ORACLE names ${given}, which is not there`);
    return given;
  }
  const binary = join(cacheFolder(), `karpenter-${sourceHash()}`);
  if (existsSync(binary)) return binary;
  return process.env["DOVETAIL_BUILD_ORACLE"] === undefined ? undefined : build(binary);
}

/** Builds the oracle unless it is built. The first build downloads modules and takes minutes. */
export function buildOracle(): string | undefined {
  return findOracle() ?? build(join(cacheFolder(), `karpenter-${sourceHash()}`));
}

function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "dovetail", "oracle");
}

function sourceHash(): string {
  const hash = createHash("sha256");
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else hash.update(entry.name).update(readFileSync(path));
    }
  };
  visit(source);
  return hash.digest("hex").slice(0, 16);
}

function build(binary: string): string | undefined {
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  mkdirSync(cacheFolder(), { recursive: true });
  const flags = ["build", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags=-s -w", "-o", binary, "."];
  console.error(`building the oracle into ${binary}`);
  const done = spawnSync("go", flags, {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local" },
    stdio: "inherit",
  });
  return done.status === 0 ? binary : undefined;
}

/** Asks the real program until it gives each answer; the number of runs it took by id, 0 where it never did. */
export function witness(
  oracle: string,
  lines: readonly string[],
  options: { readonly catalogues: string; readonly tries: number },
): Map<string, number> {
  const file = join(mkdtempSync(join(tmpdir(), "dovetail-witness-")), "answers.jsonl");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const done = spawnSync(
    oracle,
    ["witness", "-in", file, "-catalogues", options.catalogues, "-tries", String(options.tries)],
    {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    },
  );
  if (done.error !== undefined || typeof done.stdout !== "string")
    throw new Error(`the oracle could not be asked: ${done.error?.message ?? "no answer"}`);
  const found = new Map<string, number>();
  for (const line of done.stdout.split("\n")) {
    const [id, runs] = line.split(" ");
    if (id !== undefined && runs !== undefined) found.set(id, Number(runs));
  }
  return found;
}

/** New scenarios with the real program's decisions, as a file. */
export function generate(
  oracle: string,
  options: { readonly profile: string; readonly seed: number; readonly count: number; readonly catalogues: string },
): string {
  const file = join(mkdtempSync(join(tmpdir(), "dovetail-fresh-")), `${options.profile}-${options.seed}.jsonl.gz`);
  const { profile, seed, count, catalogues } = options;
  const args = [
    "gen",
    "-profile",
    profile,
    "-seed",
    String(seed),
    "-count",
    String(count),
    "-runs",
    "8",
    "-extra",
    "20",
    "-catalogues",
    catalogues,
    "-out",
    file,
  ];
  execFileSync(oracle, args, { stdio: ["ignore", "ignore", "inherit"] });
  return file;
}
