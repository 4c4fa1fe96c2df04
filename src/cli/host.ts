import { createInterface } from "node:readline/promises";
import { Fault, usage } from "../fault/fault.ts";
import type { Host, Progress } from "../ports/host.ts";
import type { WorldOptions } from "./command.ts";

/** The terminal, or its absence, as a host. Everything goes to stderr: stdout belongs to results. */
export function makeHost(options: WorldOptions): Host {
  const abort = new AbortController();
  process.once("SIGINT", () => {
    process.stderr.write("\ninterrupted: finishing the current step; press Ctrl-C again to stop at once\n");
    abort.abort();
    process.once("SIGINT", () => process.exit(130));
  });
  const say = (line: string): void => {
    if (options.quiet !== true) process.stderr.write(`${line}\n`);
  };
  return {
    tell: (line) => say(`  ${line}`),
    warn: (line) => void process.stderr.write(`warning: ${line}\n`),
    progress: (title, total) => makeProgress(title, total, options.quiet === true),
    confirm: (question, ask) => confirm(question, ask, options),
    interrupted: abort.signal,
  };
}

/**
 * Computes or reads files, writing nothing. A listener would be called only in a pause, and there may be none for long, so Ctrl-C ends the
 * process at once instead; one that came before ends it here.
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

function makeProgress(title: string, total: number | undefined, isQuiet: boolean): Progress {
  const isLive = process.stderr.isTTY && !isQuiet && process.env["CI"] === undefined;
  const draw = (text: string): void => {
    if (isLive) process.stderr.write(`\r\u001b[2K${text}`);
  };
  draw(`  ${title}`);
  return {
    update: (done, detail) => {
      const of = total === undefined ? `${done}` : `${done} of ${total}`;
      draw(`  ${title}  ${of}${detail === undefined ? "" : `  ${detail}`}`);
    },
    end: (outcome) => {
      draw("");
      if (!isQuiet && outcome !== undefined) process.stderr.write(`  ${title}  ${outcome}\n`);
    },
  };
}

async function confirm(
  question: string,
  ask: { readonly flag: string; readonly word?: string },
  options: WorldOptions,
): Promise<boolean> {
  if (ask.word !== undefined && options.confirm === ask.word) return true;
  if (ask.word === undefined && options.yes === true) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY || options.input === false || process.env["CI"] !== undefined) {
    throw usage(
      "no-terminal",
      `${question}: nobody is there to answer`,
      `pass ${ask.flag}`,
      "the terminal is not interactive",
    );
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const prompt = ask.word === undefined ? `${question} [y/N] ` : `${question}\ntype ${ask.word} to go on: `;
    const answer = (await lines.question(prompt)).trim();
    return ask.word === undefined ? /^y(es)?$/i.test(answer) : answer === ask.word;
  } finally {
    lines.close();
  }
}
