/** Child processes of the slow tier: started, awaited until they say they are ready, and always ended with the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";

/** A long-running part. `stop` kills it and resolves when it is gone. */
export interface Running {
  readonly pid: number;
  readonly log: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Undefined while it lives. */
  exitCode(): number | null | undefined;
}

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

/** Starts a process whose first line of standard output is JSON, and answers both. Its standard input stays open: parts end when it closes. */
export async function startWithLine<T>(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly log: string;
    readonly timeoutMs: number;
  },
): Promise<{ readonly running: Running; readonly line: T }> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const running = track(child, options.log);
  const line = await new Promise<string>((done, fail) => {
    let text = "";
    const timer = setTimeout(
      () => fail(new Error(`${command} was not ready in ${options.timeoutMs} ms\n${tail(options.log)}`)),
      options.timeoutMs,
    );
    child.stdout.on("data", (chunk: Buffer) => {
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
  return track(
    spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ["ignore", "pipe", "pipe"] }),
    options.log,
  );
}

/** The end of a log, for failure messages. */
export function tail(path: string, characters = 3000): string {
  try {
    return readFileSync(path, "utf8").slice(-characters);
  } catch {
    return "";
  }
}

function track(child: ChildProcess, log: string): Running {
  living.add(child);
  const file = createWriteStream(log, { flags: "a" });
  child.stderr?.pipe(file, { end: false });
  child.stdout?.on("data", (chunk: Buffer) => file.write(chunk));
  let code: number | null | undefined;
  const gone = new Promise<void>((done) => {
    child.on("close", (value) => {
      code = value;
      living.delete(child);
      file.end();
      done();
    });
  });
  return {
    pid: child.pid ?? -1,
    log,
    exitCode: () => code,
    stop: async (signal = "SIGKILL") => {
      if (code !== undefined) return;
      child.kill(signal);
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
