/**
 * Consolidation: what it costs to ask what would happen without a node, ours beside the real Karpenter, in one run on the same cluster, one
 * thread each. Every machine is nearly full, so that nothing can be saved and every node has to be tried. Ours counts everything from
 * reading the objects to the last answer; the real program's time is that of its methods alone.
 *
 * `--quick` leaves out the size for which the real program takes minutes.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { recorded } from "../conformance/lines.ts";
import { findOracle } from "../conformance/oracle.ts";
import { firstRecorded } from "../conformance/release-of.ts";
import { disruptionInputOf, type Scenario } from "../conformance/scenario.ts";
import { nextDisruption } from "../src/disruption/disrupt.ts";
import { catalogueFolder } from "./workload.ts";

/** How many times as many simulations per second as the real program. */
const target = 20;
const sizes = process.argv.includes("--quick") ? [200] : [200, 500];

interface Measured {
  readonly simulations: number;
  readonly ms: number;
  readonly commands: number;
}

/** The first look of a fresh process: both consolidation methods, each candidate. */
function child(file: string): Measured {
  const [line] = recorded(file);
  const input = disruptionInputOf(line as unknown as Scenario, [catalogueFolder], firstRecorded);
  const start = performance.now();
  const { acting, simulations } = nextDisruption(input);
  return { simulations, ms: performance.now() - start, commands: acting?.commands.length ?? 0 };
}

function peerOf(oracle: string, file: string): Measured {
  const flags = ["bench", "-scenario", file, "-catalogues", catalogueFolder, "-iterations", "1", "-json"];
  const lines = execFileSync(oracle, flags, { encoding: "utf8" }).trim().split("\n");
  const methods = lines.map((line) => JSON.parse(line) as Measured);
  const sum = (of: (one: Measured) => number): number => methods.reduce((total, one) => total + of(one), 0);
  return {
    simulations: sum(({ simulations }) => simulations),
    ms: sum(({ ms }) => ms),
    commands: sum(({ commands }) => commands),
  };
}

function parent(): void {
  const oracle = findOracle(firstRecorded);
  if (oracle === undefined) {
    console.log(
      "needs the real Karpenter for its input too, and so Go 1.26: set DOVETAIL_BUILD_ORACLE=1 to build it, or DOVETAIL_ORACLE to name it",
    );
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "dovetail-bench-"));
  const table = [["nodes", "simulations", "ours, ms each", "Karpenter, ms each", "factor", "commands"]];
  for (const nodes of sizes) {
    const file = join(folder, `packed-${nodes}.jsonl.gz`);
    const cluster = ["-nodes", String(nodes), "-shape", "packed", "-catalogues", catalogueFolder, "-export", file];
    execFileSync(oracle, ["bench", ...cluster], { stdio: "ignore" });
    const command = ["--import", "tsx", import.meta.filename, "child", file];
    const ours = JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as Measured;
    const peer = peerOf(oracle, file);
    const each = (one: Measured): number => one.ms / one.simulations;
    const factor = each(peer) / each(ours);
    if (factor < target || ours.simulations !== peer.simulations || ours.commands !== peer.commands)
      process.exitCode = 1;
    table.push([
      String(nodes),
      `${ours.simulations}/${peer.simulations}`,
      each(ours).toFixed(1),
      each(peer).toFixed(1),
      `${Math.round(factor)}x (target ${target}x)`,
      `${ours.commands}/${peer.commands}`,
    ]);
  }
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  for (const row of table) console.log(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
}

const [, , doing, file] = process.argv;
if (doing === "child" && file !== undefined) process.stdout.write(JSON.stringify(child(file)));
else parent();
