import { userInfo, hostname } from "node:os";
import { usage } from "../ports/fault.ts";
import type { Context } from "./command.ts";
import { makeHost } from "./host.ts";

/** The real machine as commands see it. */
export function makeContext(): Context {
  const columns = process.stdout.isTTY ? Math.max(80, process.stdout.columns) : 80;
  return {
    out: (text) => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`),
    note: (text) => void process.stderr.write(text.endsWith("\n") ? text : `${text}\n`),
    columns,
    isColour: hasColour(),
    who: `${userName()}@${hostname()}`,
    host: makeHost,
    world: () => Promise.reject(usage("no-world", "no cluster source is built in yet")),
    reader: () => Promise.reject(usage("no-reader", "no cluster source is built in yet")),
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
