import { userInfo, hostname } from "node:os";
import type { Context } from "./command.ts";
import { makeHost } from "./host.ts";
import { openReader, openWorld } from "./world.ts";

/** The real machine as commands see it. `close` keeps what must outlive the command; call it however the command ended. */
export function makeContext(): Context & { close(): Promise<void> } {
  const closers: (() => Promise<void>)[] = [];
  const columns = process.stdout.isTTY ? Math.max(80, process.stdout.columns) : 80;
  return {
    out: (text) => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`),
    note: (text) => void process.stderr.write(text.endsWith("\n") ? text : `${text}\n`),
    columns,
    isColour: hasColour(),
    who: `${userName()}@${hostname()}`,
    host: makeHost,
    world: async (options) => {
      const opened = await openWorld(options, makeHost(options));
      closers.push(() => opened.close());
      return opened.world;
    },
    reader: openReader,
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

function hasColour(): boolean {
  const env = process.env;
  return process.stdout.isTTY && env["NO_COLOR"] === undefined && env["TERM"] !== "dumb" && env["CI"] === undefined;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
