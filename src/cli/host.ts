import { createInterface } from "node:readline/promises";
import { Fault, usage } from "../fault/fault.ts";
import type { Host } from "../ports/host.ts";
import type { Question } from "../ports/run-event.ts";
import { eventLine, passingLine, questionText, warningText } from "../report/text/events.ts";
import type { WorldOptions } from "./command.ts";
import { forTerminal, redrawLine, writeError } from "./terminal.ts";

/** The terminal, or its absence, as a host. Everything goes to stderr: stdout belongs to results. */
export function makeHost(options: WorldOptions): Host {
  const abort = new AbortController();
  process.once("SIGINT", () => {
    writeError("\ninterrupted: finishing the current step; press Ctrl-C again to stop at once\n");
    abort.abort();
    process.once("SIGINT", () => process.exit(130));
  });
  const isQuiet = options.quiet === true;
  const isLive = process.stderr.isTTY && !isQuiet && process.env["CI"] === undefined;
  const draw = (text: string): void => {
    if (isLive) redrawLine(text);
  };
  return {
    tell: (event) => {
      if (event.kind === "warning") return writeError(`warning: ${warningText(event.warning)}\n`);
      const passing = passingLine(event);
      if (passing !== undefined) return draw(passing === "" ? "" : `  ${passing}`);
      const line = eventLine(event);
      if (line !== undefined && !isQuiet) writeError(`  ${line}\n`);
    },
    confirm: (question) => confirm(question, options),
    interrupted: abort.signal,
  };
}

/**
 * Computes or reads files, writing nothing. A listener would be called only in a pause, and there may be none for long, so Ctrl-C ends
 * the process at once instead; one that came before ends it here. Throws `interrupted` in that case.
 */
export async function atOnce<T>(host: Host, compute: () => T | Promise<T>): Promise<T> {
  // Lets one that was pressed while reading arrive.
  await new Promise((resolve) => void setImmediate(resolve));
  if (host.interrupted.aborted) throw new Fault("interrupted", "interrupted; nothing was written");
  const listeners = process.rawListeners("SIGINT") as NodeJS.SignalsListener[];
  process.removeAllListeners("SIGINT");
  try {
    return await compute();
  } finally {
    for (const listener of listeners) process.on("SIGINT", listener);
  }
}

async function confirm(question: Question, options: WorldOptions): Promise<boolean> {
  const { text, flag, isSevere } = questionText(question);
  const word = question.cluster;
  if (options.confirm === word || (!isSevere && options.yes === true)) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY || options.input === false || process.env["CI"] !== undefined) {
    throw usage("no-terminal", `${text}: nobody is there to answer`, `pass ${flag}`, "the terminal is not interactive");
  }
  return (await answerTo(`${text}\ntype ${word} to go on: `)) === word;
}

/** What is typed; undefined at the end of input. Throws `interrupted` at Ctrl-C: nothing was begun, so nothing is to be finished. */
export async function answerTo(prompt: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const stop = new AbortController();
  lines.once("SIGINT", () => stop.abort());
  const closed = new Promise<undefined>((resolve) => void lines.once("close", () => resolve(undefined)));
  try {
    const answer = await Promise.race([lines.question(forTerminal(prompt, false), { signal: stop.signal }), closed]);
    if (answer === undefined) writeError("\n");
    return answer?.trim();
  } catch (error) {
    writeError("\n");
    if (stop.signal.aborted) throw new Fault("interrupted", "stopped at the question");
    // The end of input, where this version of Node tells it as an error.
    if (error instanceof Error && error.name === "AbortError") return undefined;
    throw error;
  } finally {
    lines.close();
  }
}
