import { userInfo, hostname } from "node:os";
import type { Host } from "../ports/host.ts";
import type { Context, WorldOptions } from "./command.ts";
import { makeHost } from "./host.ts";
import { hasColour, withEnd, writeError, writeOut } from "./terminal.ts";
import { openReader, openWorld } from "./world.ts";

/** The real machine as commands see it. `close` keeps what must outlive the command; call it however the command ended. */
export function makeContext(): Context & { close(): Promise<void> } {
  const closers: (() => Promise<void>)[] = [];
  // One host a command: each listens for Ctrl-C, and several would say the same several times.
  let known: Host | undefined;
  const host = (options: WorldOptions): Host => (known ??= makeHost(options));
  const columns = process.stdout.isTTY ? Math.max(80, process.stdout.columns) : 80;
  return {
    out: (text) => writeOut(text),
    note: (text) => writeError(withEnd(text)),
    columns,
    isColour: hasColour(),
    who: `${userName()}@${hostname()}`,
    host,
    world: async (options) => {
      const opened = await openWorld(options, host(options));
      closers.push(() => opened.close());
      return opened.world;
    },
    reader: openReader,
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
