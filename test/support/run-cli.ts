import { vi } from "vitest";
import { main } from "../../src/cli/main.ts";

/** What one command line came to. */
export interface CliRun {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in this process; `columns` is the terminal's width, without one nobody watches. */
export async function runCli(words: readonly string[], columns?: number): Promise<CliRun> {
  let [stdout, stderr] = ["", ""];
  vi.stubEnv("COLUMNS", columns === undefined ? "" : String(columns));
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((stdout += String(text))));
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((stderr += String(text))));
  try {
    const exit = await main(words);
    return { exit, stdout, stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
    vi.unstubAllEnvs();
    // Every command listens for Ctrl-C; a process that runs one command has one listener.
    process.removeAllListeners("SIGINT");
  }
}
