/** Child processes of the slow tier: started, awaited until they say they are ready, and always ended with the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";

/** A long-running part. `stop` kills it and resolves when it is gone. */
export interface Running {
  readonly pid: number;
  readonly log: string;
  stop(): Promise<void>;
  /** Undefined while it lives. */
  exitCode(): number | null | undefined;
}

/**
 * A leash: the part runs under a shell that kills it when our end of the pipe closes, so nothing outlives a test run that dies with -9.
 */
const leash =
  'exec 3<&0; "$@" </dev/null & child=$!; (cat <&3 >/dev/null; kill -9 $child 2>/dev/null) >/dev/null 2>&1 & wait $child';

function spawnLeashed(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): ChildProcess {
  const env = options.env ?? process.env;
  return spawn("sh", ["-c", leash, "sh", command, ...args], { cwd: options.cwd, env, stdio: ["pipe", "pipe", "pipe"] });
}

/** Starts a process whose first line of standard output is JSON, and answers both. */
export async function startWithLine<T>(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly log: string;
    readonly timeoutMs: number;
    /** It ends by itself when its standard input closes. */
    readonly endsWithStdin?: boolean;
  },
): Promise<{ readonly running: Running; readonly line: T }> {
  const child =
    options.endsWithStdin === true
      ? spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ["pipe", "pipe", "pipe"] })
      : spawnLeashed(command, args, options);
  const running = track(child, options.log);
  const line = await new Promise<string>((done, fail) => {
    let text = "";
    const timer = setTimeout(
      () => fail(new Error(`${command} was not ready in ${options.timeoutMs} ms\n${tail(options.log)}`)),
      options.timeoutMs,
    );
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const complete = firstJson(text);
      if (complete === undefined) return;
      clearTimeout(timer);
      done(complete);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      fail(new Error(`${command} ${args.join(" ")} ended with ${code}\n${tail(options.log)}`));
    });
  });
  return { running, line: JSON.parse(line) as T };
}

/** Starts a process that needs no handshake. */
export function start(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly log: string },
): Running {
  return track(spawnLeashed(command, args, options), options.log);
}

/** The end of a log, for failure messages. */
function tail(path: string, characters = 3000): string {
  try {
    return readFileSync(path, "utf8").slice(-characters);
  } catch {
    return "";
  }
}

function track(child: ChildProcess, log: string): Running {
  const file = createWriteStream(log, { flags: "a" });
  child.stderr?.pipe(file, { end: false });
  child.stdout?.on("data", (chunk: Buffer) => file.write(chunk));
  let code: number | null | undefined;
  const gone = new Promise<void>((done) => {
    child.on("close", (value) => {
      code = value;
      file.end();
      done();
    });
  });
  return {
    pid: child.pid ?? -1,
    log,
    exitCode: () => code,
    stop: async () => {
      if (code !== undefined) return;
      child.stdin?.end();
      await gone;
    },
  };
}

function firstJson(text: string): string | undefined {
  const end = text.indexOf("\n");
  if (end < 0) return undefined;
  const line = text.slice(0, end).trim();
  return line.startsWith("{") ? line : firstJson(text.slice(end + 1));
}
