import { existsSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { recorded } from "./lines.ts";

/** Answers of ours that the real program has given too, by scenario; kept beside the recorded ones. */
export interface Witnessed {
  /** Of the scenario; with the release before it, but for the first recorded one. */
  readonly id: string;
  readonly runs: number;
  /** In canonical form. */
  readonly outcome: unknown;
}

export function readWitnessed(file: string): Map<string, Witnessed[]> {
  const found = new Map<string, Witnessed[]>();
  if (!existsSync(file)) return found;
  for (const line of recorded(file)) {
    const one = line as unknown as Witnessed;
    found.set(one.id, [...(found.get(one.id) ?? []), one]);
  }
  return found;
}

export function writeWitnessed(file: string, all: ReadonlyMap<string, readonly Witnessed[]>): void {
  const lines = [...all.values()].flat().sort((a, b) => (a.id < b.id ? -1 : 1));
  writeFileSync(file, gzipSync(`${lines.map((line) => JSON.stringify(line)).join("\n")}\n`, { level: 9 }));
}
