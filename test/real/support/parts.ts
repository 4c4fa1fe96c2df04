/**
 * The real parts that the slow tier runs against, built here from their modules: control plane, helm, Karpenter's controller, the AWS emulator.
 *
 * Built once per machine into a cache folder outside the repository, keyed by a hash of the sources.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";

const here = resolve(import.meta.dirname, "..");
const cacheRoot =
  process.env["DOVETAIL_TEST_CACHE"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "dovetail-test");

/** Paths of what was built. */
export interface Parts {
  readonly controlplane: string;
  readonly helm: string;
  readonly karpenter: string;
  readonly python: string;
  readonly emulatorFolder: string;
  /** Folder `charts/` of the Karpenter AWS module: `karpenter`, `karpenter-crd`, `karpenter-0.16.3.tgz`. */
  readonly charts: string;
}

/** Why the slow tier cannot run here; undefined when it can. In CI an absent tool fails instead of skipping. */
export function whyNot(): string | undefined {
  const missing: string[] = [];
  if (!hasTool("go", ["version"], /go1\.(2[6-9]|[3-9]\d)/)) missing.push("Go >= 1.26");
  if (!hasTool("python3", ["--version"], /3\.(1[1-9]|[2-9]\d)/)) missing.push("Python >= 3.11");
  if (missing.length === 0) return undefined;
  const reason = `the real parts need ${missing.join(" and ")}`;
  if (process.env["CI"] !== undefined) throw new Error(`${reason}, and CI must run them`);
  process.stderr.write(`\n*** SKIPPED: ${reason}. Install them to run this tier. ***\n\n`);
  return reason;
}

let built: Promise<Parts> | undefined;

/** Builds what is not in the cache yet; minutes the first time, nothing afterwards. */
export function parts(): Promise<Parts> {
  built ??= buildAll();
  return built;
}

async function buildAll(): Promise<Parts> {
  const control = await cached(
    "controlplane",
    join(here, "controlplane"),
    /\.(go|mod|sum|sh)$/,
    async (source, out) => {
      await run("sh", [join(source, "build.sh"), out], source);
    },
  );
  const karpenter = await cached("karpenter", join(here, "karpenter"), /\.(go|mod|sum)$/, async (source, out) => {
    const flags = [
      "-trimpath",
      "-gcflags=all=-dwarf=false",
      "-ldflags=-s -w -X sigs.k8s.io/karpenter/pkg/operator.Version=1.14.1",
    ];
    await run(
      "go",
      ["build", ...flags, "-o", join(out, "karpenter"), "github.com/aws/karpenter-provider-aws/cmd/controller"],
      source,
    );
  });
  const emulator = await cached("emulator", join(here, "emulator"), /pyproject\.toml$/, async (source, out) => {
    await run("python3", ["-m", "venv", join(out, "venv")], source);
    await run(join(out, "venv", "bin", "pip"), ["install", "-q", ...requirements(source)], source);
  });
  return {
    controlplane: join(control, "controlplane"),
    helm: join(control, "helm"),
    karpenter: join(karpenter, "karpenter"),
    python: join(emulator, "venv", "bin", "python"),
    emulatorFolder: join(here, "emulator"),
    charts: join(moduleFolder(join(here, "karpenter"), "github.com/aws/karpenter-provider-aws"), "charts"),
  };
}

/** The emulator runs from its folder; only what it imports is installed. */
function requirements(source: string): readonly string[] {
  const text = readFileSync(join(source, "pyproject.toml"), "utf8");
  const list = /dependencies = \[([^\]]*\[[^\]]*\][^\]]*|[^\]]*)\]/.exec(text)?.[1] ?? "";
  return [...Array.from(list.matchAll(/"([^"]+)"/g), (match) => match[1] ?? ""), "boto3>=1.42"];
}

function moduleFolder(from: string, module: string): string {
  const answer = spawnSync("go", ["list", "-m", "-f", "{{.Dir}}", module], {
    cwd: from,
    encoding: "utf8",
    env: goEnvironment(),
  });
  if (answer.status !== 0) throw new Error(`go list ${module}: ${answer.stderr}`);
  return answer.stdout.trim();
}

async function cached(
  name: string,
  source: string,
  keyFiles: RegExp,
  make: (source: string, out: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheRoot, `${name}-${hashOf(source, keyFiles)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheRoot, { recursive: true });
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  // A virtual environment holds absolute paths, so it is made where it stays; a marker would be needed to survive a kill in between.
  const target = name === "emulator" ? folder : fresh;
  mkdirSync(target, { recursive: true });
  try {
    process.stderr.write(`building ${name}; the first time takes minutes\n`);
    await make(source, target);
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    throw error;
  }
  if (target !== folder) renameSync(fresh, folder);
  return folder;
}

function hashOf(folder: string, files: RegExp): string {
  const hash = createHash("sha256");
  for (const path of walk(folder)
    .filter((one) => files.test(one))
    .toSorted()) {
    hash.update(relative(folder, path)).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" };
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const env = command === "go" ? goEnvironment() : { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local" };
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 ? done() : fail(new Error(`${command} ${args[0] ?? ""} ended with ${code}:\n${errors}`)),
    );
  });
}

function hasTool(command: string, args: readonly string[], version: RegExp): boolean {
  const answer = spawnSync(command, args, { encoding: "utf8" });
  return answer.status === 0 && version.test(answer.stdout + answer.stderr);
}
