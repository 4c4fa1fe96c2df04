import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { kill, pid, uptime } from "node:process";

/** A process as a lock names it, so that another process can tell whether it still runs. */
interface ProcessName {
  readonly host: string;
  /** Which boot of the machine, and which of its process tables: containers may share a name. */
  readonly table: string;
  readonly pid: number;
  /** When it started, in the machine's own count: process numbers are given again. */
  readonly started: string;
}

let runs = 0;

/** `user@host pid 41 started 812345 on …`: the run that holds a lock, and no other, not even of the same process. */
export function runName(who: string): string {
  const own = thisProcess();
  runs += 1;
  return `${who} pid ${own.pid} started ${own.started} on ${own.host} in ${own.table} run ${runs}`;
}

/** `user@host pid 41`, for people. */
export function shownName(name: string): string {
  return name.replace(/ started .*$/, "");
}

/** Whether a holder, named by `runName`, was a process of this machine that has ended. What cannot be told counts as alive. */
export function hasEnded(name: string): boolean {
  const [isPid, number, isStart, started, isHost, host, isTable, table] = name.split(" ").slice(-10);
  if (isPid !== "pid" || isStart !== "started" || isHost !== "on" || isTable !== "in") return false;
  const own = thisProcess();
  if (host !== own.host || table !== own.table) return false;
  const other = Number(number);
  return Number.isSafeInteger(other) && (!isAlive(other) || (startOf(other) ?? started) !== started);
}

function thisProcess(): ProcessName {
  // Where no process table is to be read, the start is told by the clock, and only the number tells whether it runs.
  const started = startOf(pid) ?? String(Math.round(Date.now() / 1000 - uptime()));
  return { host: hostname(), table: tableName(), pid, started };
}

function startOf(process: number): string | undefined {
  try {
    // The program's name, in parentheses, may hold spaces: the fields are counted behind it.
    const text = readFileSync(`/proc/${process}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function tableName(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot.slice(0, 8)}-${readlinkSync("/proc/self/ns/pid").replace(/\D/g, "")}`;
  } catch {
    return "one-table";
  }
}

function isAlive(process: number): boolean {
  try {
    kill(process, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
