/**
 * Cluster Autoscaler's loop on large worlds: processor seconds of ours beside those of the real program, which were recorded with the worlds
 * (1.36.1, one `RunOnce` each; its first loop builds its caches, as ours does). Each world runs in a process of its own, so the first loop is
 * that of a program that has just started. Decisions must be the recorded ones, but for which of several equal groups grows.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Recording } from "../conformance/autoscaler/recording.ts";
import { startMs, World } from "../conformance/autoscaler/world.ts";
import type { LoopDecision } from "../src/autoscaler/engine/decision.ts";
import { Engine, nextLoop } from "../src/autoscaler/engine/loop.ts";
import { newMemory } from "../src/autoscaler/engine/memory.ts";
import { settingsOf } from "../src/autoscaler/engine/settings.ts";

/** How many times as fast as the real program each loop of a world must be. */
const targets: Readonly<Record<string, number>> = { "bench-scale-up": 20, "bench-scale-down-all": 20 };

interface Decided {
  readonly t: number;
  readonly up: string;
  readonly down: string;
  readonly increase: Readonly<Record<string, number>>;
  readonly unneeded?: number;
}

interface BenchWorld extends Recording {
  readonly measured: readonly { readonly t: number; readonly cpuSec: number; readonly decides: Decided }[];
}

interface MeasuredLoop {
  readonly t: number;
  readonly cpuSec: number;
  readonly decided: Decided;
}

const file = join(import.meta.dirname, "vectors", "autoscaler.jsonl.gz");

function worlds(): readonly BenchWorld[] {
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line)).filter((one) => one.legend === undefined);
}

function run(world: BenchWorld): readonly MeasuredLoop[] {
  const flags = new Map(Object.entries(world.options).map(([name, value]) => [name, value.split("\n")]));
  const live = new World(world);
  const engine = new Engine(settingsOf(flags, "1.36.1"));
  let memory = newMemory(startMs);
  return world.measured.map(({ t }) => {
    const view = live.view(t);
    const before = process.cpuUsage();
    const result = nextLoop(view, memory, { engine });
    const { user, system } = process.cpuUsage(before);
    memory = result.memory;
    for (const act of result.acts) {
      if (act.act !== "increase") continue;
      const instances = Array.from({ length: act.delta }, (_, at) => `aws:///us-east-1a/i-${act.group}-new-${t}-${at}`);
      live.act({ ...act, t, instances });
    }
    for (const act of result.acts) if (act.act === "taint" || act.act === "untaint") live.act({ ...act, t });
    return { t, cpuSec: (user + system) / 1e6, decided: decidedIn(t, result.decision) };
  });
}

function decidedIn(t: number, { scaleUp, scaleDown }: LoopDecision): Decided {
  const increase = Object.fromEntries(scaleUp.increases.map(({ group, from, to }) => [group, to - from]));
  const { length } = scaleDown.unneeded;
  return { t, up: scaleUp.result, down: scaleDown.result, increase, ...(length === 0 ? {} : { unneeded: length }) };
}

// With its default workers the real program puts pods on upcoming nodes as they happen to answer: later increases differ from run to run.
function isSame(theirs: Decided, ours: Decided): boolean {
  const shown = ({ t, up, down, increase, unneeded }: Decided): string =>
    JSON.stringify([t, up, down, t === 0 ? Object.values(increase) : "", unneeded]);
  return shown(theirs) === shown(ours);
}

function measureApart(id: string): readonly MeasuredLoop[] {
  const { stdout } = spawnSync(process.execPath, ["--import", "tsx", import.meta.filename, "--world", id], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(stdout);
}

function report(): void {
  console.log(`${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)}; processor seconds`);
  console.log(["world".padEnd(22), "loop", "real".padStart(7), "ours".padStart(7), "times".padStart(6)].join("  "));
  for (const { id, measured } of worlds()) {
    const ours = measureApart(id);
    measured.forEach((theirs, at) => {
      const loop = ours[at];
      if (loop === undefined) return;
      const times = theirs.cpuSec / loop.cpuSec;
      const target = targets[id] ?? 0;
      const same = isSame(theirs.decides, loop.decided);
      if (!same || times < target) process.exitCode = 1;
      const notes = [same ? "" : "decides otherwise", times < target ? `below ${target}` : ""].filter(
        (one) => one !== "",
      );
      const numbers = [theirs.cpuSec, loop.cpuSec].map((one) => one.toFixed(3).padStart(7));
      console.log(
        [id.padEnd(22), String(at + 1).padStart(4), ...numbers, times.toFixed(1).padStart(6), ...notes].join("  "),
      );
      if (!same)
        console.log(`  recorded ${JSON.stringify(theirs.decides)}\n  ours     ${JSON.stringify(loop.decided)}`);
    });
  }
}

const at = process.argv.indexOf("--world");
if (at < 0) report();
else {
  const world = worlds().find(({ id }) => id === process.argv[at + 1]);
  console.log(JSON.stringify(world === undefined ? [] : run(world)));
}
