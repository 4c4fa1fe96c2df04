/** The command line as a user starts it, from the built package, against a real world. */
import { spawn, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import type { RealWorld } from "./world.ts";

const root = resolve(import.meta.dirname, "../../..");

/** What a command left behind. */
export interface CliEnd {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

let isBuilt = false;

/** Builds the package once per test run, so that what is tested is what is shipped. */
function buildCli(): void {
  if (isBuilt) return;
  const answer = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, encoding: "utf8" });
  if (answer.status !== 0) throw new Error(`the build failed\n${answer.stdout}${answer.stderr}`);
  isBuilt = true;
}

/** Runs `dovetail` to its end, or kills it with -9 as soon as `killWhen` says so of what it printed. */
export function dovetail(
  world: Pick<RealWorld, "env" | "folder" | "parts">,
  args: readonly string[],
  options: {
    readonly killWhen?: (output: string) => boolean;
    readonly timeoutMs?: number;
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<CliEnd> {
  buildCli();
  const path = `${resolve(world.parts.helm, "..")}:${process.env["PATH"] ?? ""}`;
  const child = spawn(process.execPath, [resolve(root, "bin", "dovetail.js"), ...args], {
    cwd: world.folder,
    env: { ...world.env, PATH: path, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const see = (): void => {
    if (options.killWhen?.(stdout + stderr) === true) child.kill("SIGKILL");
  };
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    see();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    see();
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 600_000);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (exit, signal) => {
      clearTimeout(timer);
      done({ exit, signal, stdout, stderr });
    });
  });
}
