import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Minor } from "../src/karpenter/behaviours.ts";
import { firstRecorded } from "./release-of.ts";

const source = join(import.meta.dirname, "karpenter");

/** How the sources are built into the oracle of a release: build tag, module file and the least Go that these modules take. */
const builds: Partial<Readonly<Record<Minor, { readonly flags: readonly string[]; readonly go: string }>>> = {
  "1.14": { flags: [], go: "1.26.6" },
  "1.15": { flags: ["-tags", "karpenter_1_15", "-modfile=versions/1.15.mod"], go: "1.26.11" },
  "1.9": { flags: ["-tags", "karpenter_1_9", "-modfile=versions/1.9.mod"], go: "1.26.10" },
};

/** Releases whose oracle can be built. */
export const buildable = Object.keys(builds);

/** The variable that names a release's oracle: `DOVETAIL_ORACLE`, `DOVETAIL_ORACLE_1_15`. */
export function oracleVariable(release: Minor): string {
  return release === firstRecorded ? "DOVETAIL_ORACLE" : `DOVETAIL_ORACLE_${release.replace(".", "_")}`;
}

/** The oracle program of a release: named by its variable, or built once from conformance/karpenter where Go is installed; else nothing. */
export function findOracle(release: Minor): string | undefined {
  const given = process.env[oracleVariable(release)];
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error(`${oracleVariable(release)} names ${given}, which is not there`);
    return given;
  }
  const binary = binaryOf(release);
  if (existsSync(binary)) return binary;
  return process.env["DOVETAIL_BUILD_ORACLE"] === undefined ? undefined : build(release, binary);
}

/** Builds the oracle of a release unless it is built. The first build downloads modules and takes minutes. */
export function buildOracle(release: Minor): string | undefined {
  return findOracle(release) ?? build(release, binaryOf(release));
}

function binaryOf(release: Minor): string {
  return cachedBinary(`karpenter-${release}`, source);
}

/** Where a program is kept once it is built: its name goes by its sources. */
export function cachedBinary(name: string, folder: string): string {
  return join(cacheFolder(), `${name}-${sourceHash(folder)}`);
}

function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "dovetail", "oracle");
}

function sourceHash(source: string): string {
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

function build(release: Minor, binary: string): string | undefined {
  const how = builds[release];
  return how === undefined ? undefined : buildGo(`Karpenter ${release}`, binary, { ...how, folder: source });
}

/** Builds a Go program from a folder into a file, which is the answer; undefined where there is no Go, or it does not build. */
export function buildGo(
  name: string,
  binary: string,
  { folder, flags, go }: { readonly folder: string; readonly flags: readonly string[]; readonly go: string },
): string | undefined {
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  mkdirSync(cacheFolder(), { recursive: true });
  const all = ["build", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags=-s -w", ...flags, "-o", binary, "."];
  console.error(`building the oracle of ${name} into ${binary}`);
  const done = spawnSync("go", all, {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: toolchain(go) },
    stdio: "inherit",
  });
  return done.status === 0 ? binary : undefined;
}

/** The Go that is there where it is new enough; else one that is fetched as a module. */
function toolchain(least: string): string {
  const told = process.env["GOTOOLCHAIN"];
  if (told !== undefined && told !== "local") return told;
  const there = /go(\d+\.\d+(?:\.\d+)?)/.exec(spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).stdout)?.[1];
  const isEnough = there !== undefined && there.localeCompare(least, "en", { numeric: true }) >= 0;
  return isEnough ? "local" : `go${least}`;
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
