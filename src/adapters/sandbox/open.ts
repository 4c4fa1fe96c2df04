import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { writeFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseJson, textAt } from "../../kube/json.ts";
import { diskFault } from "../disk/files.ts";
import type { Files } from "../../ports/files.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Prices } from "../../ports/prices.ts";
import type { World } from "../../ports/world.ts";
import { MemoryJournal } from "../disk/journal-memory.ts";
import { SandboxCharts } from "./charts.ts";
import { SandboxClock } from "./clock.ts";
import { SandboxCloud } from "./cloud.ts";
import { SandboxCluster } from "./cluster.ts";
import { allActors } from "../../twin/actors/all.ts";
import { MemoryFiles } from "./memory-files.ts";
import { sandboxMarket, SandboxPrices } from "./prices.ts";
import type { Json } from "../../kube/objects.ts";
import { withLatencies } from "../../twin/latencies.ts";
import { Twin } from "../../twin/world/twin.ts";
import { buildSample, samples } from "../../twin/samples/build.ts";
import { isTwinState, type TwinState } from "../../twin/world/state.ts";
import type { RunEvent } from "../../ports/run-event.ts";

/** How to open a sandbox. */
export interface OpenOptions {
  /** Name of a sample cluster: `clean`, `traps`. */
  readonly name: string;
  readonly seed?: number;
  /** A user's own latencies and the file that they are from. Throws `usage.latencies`. */
  readonly latencies?: { readonly file: string; readonly given: Json };
  /** Where its state is kept between commands; absent: in memory only. */
  readonly stateFolder?: string;
  readonly host?: Host;
  /** Absent: in memory. A given journal is written after the sandbox's own state, so that it never tells of what was lost. */
  readonly journal?: Journal;
  readonly files?: Files;
  readonly prices?: Prices;
}

/** An open sandbox: the world that application code sees, and the simulated world behind it. */
export interface OpenSandbox {
  readonly sandbox: Twin;
  readonly world: World;
  /** Keeps the state for the next command. Nothing when it is in memory only. */
  save(): Promise<void>;
  /** As `save`, for the last moment of a process. */
  saveNow(): void;
}

/**
 * Opens a sample cluster, or goes on with the one kept in `stateFolder`. The same name and seed give the same world. Throws
 * `usage.sandbox` for a name that no sample has.
 */
export async function openSandbox(options: OpenOptions): Promise<OpenSandbox> {
  const sample = samples.get(options.name);
  if (sample === undefined) {
    throw usage(
      "sandbox",
      `there is no sandbox named ${options.name}`,
      `choose one of ${[...samples.keys()].join(", ")}`,
    );
  }
  const file = options.stateFolder === undefined ? undefined : stateFile(options.stateFolder, options.name);
  const kept = file === undefined ? undefined : await readState(file, options.seed);
  const sandbox = openTwin(kept ?? buildSample(sample, options.seed ?? 1, sandboxMarket()), options.latencies);
  return openState(sandbox, options, file);
}

/** A world with everybody in it. */
export function openTwin(state: TwinState, latencies?: OpenOptions["latencies"]): Twin {
  const own = latencies === undefined ? {} : { latencies: withLatencies(latencies.given, latencies.file) };
  return new Twin(state, { actors: allActors, market: sandboxMarket(), ...own });
}

/** Ports for a sandbox that is already there: how tests go on after a kill, as a new process would. */
export function openState(sandbox: Twin, options: Omit<OpenOptions, "name" | "seed">, file?: string): OpenSandbox {
  sandbox.faults.revive();
  // Only what this process changed is worth keeping: an untouched sandbox is the same again by its seed.
  let savedAt = sandbox.writes;
  // Another run may have gone on with the same sandbox since: what it saved is newer than what we know, and is left.
  let seen = file === undefined ? "" : stampOf(file);
  const isOvertaken = (): boolean => file !== undefined && stampOf(file) !== seen;
  const save = async (): Promise<void> => {
    if (file === undefined || savedAt === sandbox.writes) return;
    if (isOvertaken()) throw overtaken(file);
    savedAt = sandbox.writes;
    await writeState(file, sandbox.save());
    seen = stampOf(file);
  };
  const saveNow = (): void => {
    if (file === undefined || savedAt === sandbox.writes || isOvertaken()) return;
    savedAt = sandbox.writes;
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, JSON.stringify(sandbox.save()));
    seen = stampOf(file);
  };
  const close = async (): Promise<void> => {
    if (!isOvertaken()) await save();
  };
  const world: World = {
    cluster: new SandboxCluster(sandbox),
    cloud: new SandboxCloud(sandbox),
    charts: new SandboxCharts(sandbox),
    prices: options.prices ?? new SandboxPrices(),
    clock: new SandboxClock(sandbox),
    host: options.host ?? silentHost(),
    files: options.files ?? new MemoryFiles(),
    journal: savedFirst(options.journal ?? new MemoryJournal(), save),
  };
  return { sandbox, world, save: close, saveNow };
}

/** Tells a file that was written again from what it was; empty when there is none. */
function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? "" : `${found.ino} ${found.mtimeNs} ${found.size}`;
}

function overtaken(file: string): Fault {
  return new Fault("journal.moved", `the sandbox ${file} was changed by another run since it was opened`, {
    why: "two runs of one sandbox do not see each other's changes",
    hint: "look with `dovetail status`, then run the command again",
  });
}

/** The sandbox's state goes to the disk before the entry that speaks of it. */
function savedFirst(inner: Journal, save: () => Promise<void>): Journal {
  return {
    where: inner.where,
    read: () => inner.read(),
    acquire: (holder) => inner.acquire(holder),
    assertHeld: () => inner.assertHeld?.() ?? Promise.resolve(),
    append: async (entry) => {
      await save();
      await inner.append(entry);
    },
    requestPause: (by) => inner.requestPause?.(by) ?? Promise.resolve(),
    takePauseRequest: () => inner.takePauseRequest?.() ?? Promise.resolve(undefined),
  };
}

/** Where a sandbox's state is kept. */
function stateFile(folder: string, name: string): string {
  return join(folder, `sandbox-${name}.json`);
}

/** Forgets a kept sandbox and its journal: the next command begins with a fresh one. Answers the files that were removed. */
export async function resetSandbox(folder: string, name: string): Promise<readonly string[]> {
  const files = [stateFile(folder, name), journalFile(folder, name), `${journalFile(folder, name)}.lock`];
  const removed: string[] = [];
  for (const file of files) {
    const isThere = await stat(file).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    await rm(file);
    removed.push(file);
  }
  return removed;
}

/** Where the journal of a sandbox is kept. */
function journalFile(folder: string, name: string): string {
  return join(folder, `sandbox-${name}.journal.jsonl`);
}

async function readState(file: string, seed: number | undefined): Promise<TwinState | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    // Only where there is none does a sandbox begin: one that cannot be read must not be written over.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw diskFault(file, "read", error);
  }
  let state: Json;
  try {
    state = parseJson(text);
  } catch (cause) {
    throw new Fault("file.unreadable", `${file}: not a sandbox state`, { cause, hint: `remove ${file} to begin anew` });
  }
  if (!isTwinState(state)) {
    throw usage(
      "sandbox-schema",
      `${file}: written by another version (${textAt(state, "schema") ?? "no schema"})`,
      `remove ${file} to begin anew`,
    );
  }
  if (seed !== undefined && state.seed !== seed) {
    throw usage(
      "sandbox-seed",
      `${file}: this sandbox runs with seed ${state.seed}, not ${seed}`,
      `remove ${file} to begin anew with seed ${seed}`,
    );
  }
  return state;
}

async function writeState(file: string, state: TwinState): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}

/** Nobody answers: everything asked is consented to. What is told is kept for who wants to see it. */
export function silentHost(told: RunEvent[] = []): Host {
  return {
    tell: (event) => void told.push(event),
    confirm: () => Promise.resolve(true),
    interrupted: new AbortController().signal,
  };
}
