import { userInfo, hostname } from "node:os";
import type { Host } from "../ports/host.ts";
import type { Context, WorldOptions } from "./command.ts";
import { fitted } from "../report/text/fit.ts";
import { makeHost } from "./host.ts";
import { columnsOf, hasColour, type ScreenOptions } from "./screen.ts";
import { asCalled, forTerminal, withEnd, writeError, writeOut } from "./terminal.ts";
import { openReader, openWorld } from "./world.ts";

/** A context with what its owner does with it. */
export interface OpenContext extends Context {
  /** Whether anything of an answer is on stdout. */
  hasPrinted(): boolean;
  close(): Promise<void>;
}

/** The real machine as commands see it. `close` keeps what must outlive the command; call it however the command ended. */
export function makeContext(screen: ScreenOptions = {}): OpenContext {
  const closers: (() => Promise<void>)[] = [];
  // One host a command: each listens for Ctrl-C, and several would say the same several times.
  let known: Host | undefined;
  const host = (options: WorldOptions): Host => (known ??= makeHost(options));
  const columns = columnsOf(process.stdout, process.env);
  const besides = columnsOf(process.stderr, process.env);
  const isColour = hasColour(screen, process.stdout, process.env);
  let isPrinted = false;
  const print = (text: string): void => {
    isPrinted = true;
    writeOut(text, isColour);
  };
  return {
    print,
    hasPrinted: () => isPrinted,
    out: (text) => print(fitted(asCalled(forTerminal(text, isColour)), { columns })),
    note: (text) =>
      writeError(withEnd(fitted(asCalled(forTerminal(text, false)), { columns: besides, isWhole: true }))),
    columns,
    isColour,
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
