/**
 * Placing pods: ours beside the real Karpenter, in one run on the same input, one thread each. Ours counts everything from reading the
 * objects to the finished NodeClaims; the real program's time is that of its scheduler's Solve alone. Each size has a row for the first
 * solve of a fresh process, which is what a command's user waits for, and one for later solves; both must reach the target.
 *
 * `--quick` leaves out the sizes for which the real program takes minutes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { recorded } from "../conformance/lines.ts";
import { findOracle } from "../conformance/oracle.ts";
import { firstRecorded } from "../conformance/release-of.ts";
import { firstDifference, type Outcome, outcomeOf, withoutTexts } from "../conformance/outcome.ts";
import type { InstanceType } from "../src/karpenter/instance-type.ts";
import { solve } from "../src/scheduling/pass/solve.ts";
import type { SolveInput } from "../src/scheduling/types.ts";
import { largeCluster } from "./large-cluster.ts";
import { benchInput, benchScenario, catalogueFolder, diversePods, preferencePods, workloadFile } from "./workload.ts";

type Kind = "diverse" | "preference" | "what-if";

interface Measured {
  readonly firstMs: number;
  /** Undefined where there was only one solve. */
  readonly warmMs: number | undefined;
  readonly nodes: number;
  readonly errors: number;
  readonly rssBytes: number;
}

/** Where only one zone can be had the real program draws nothing, and results can be compared word for word. */
const oneZone = ["test-zone-1"];

interface Row {
  readonly kind: Kind;
  readonly pods: number;
  /** How many times as fast as the real program. */
  readonly target: number;
}

const isQuick = process.argv.includes("--quick");
const rows: readonly Row[] = isQuick
  ? [
      { kind: "diverse", pods: 1000, target: 1 },
      { kind: "diverse", pods: 5000, target: 20 },
      { kind: "preference", pods: 500, target: 20 },
    ]
  : [
      { kind: "diverse", pods: 1000, target: 1 },
      { kind: "diverse", pods: 5000, target: 20 },
      { kind: "diverse", pods: 20_000, target: 50 },
      { kind: "preference", pods: 4000, target: 20 },
    ];
const whatIf = { nodes: 10_000, pods: 100_000, pending: 2000, maxMs: 10_000, maxBytes: 2 * 2 ** 30 };

function inputOf(kind: Kind, pods: number): SolveInput {
  if (kind === "diverse") return benchInput(diversePods(pods));
  if (kind === "preference") return benchInput(preferencePods(pods));
  const types = JSON.parse(
    readFileSync(join(catalogueFolder, "catalogue-aws-700.json"), "utf8"),
  ) as readonly InstanceType[];
  return largeCluster(whatIf, types);
}

/** A process of its own: its first solve, and the best of some more. */
function child(kind: Kind, pods: number, more: number): Measured {
  const input = inputOf(kind, pods);
  const time = (): { ms: number; result: ReturnType<typeof solve> } => {
    const start = performance.now();
    const result = solve(input);
    return { ms: performance.now() - start, result };
  };
  const first = time();
  const warmMs = more === 0 ? undefined : Math.min(...Array.from({ length: more }, () => time().ms));
  const { newNodeClaims, podErrors } = first.result;
  const rssBytes = process.resourceUsage().maxRSS * 1024;
  return { firstMs: first.ms, warmMs, nodes: newNodeClaims.length, errors: podErrors.size, rssBytes };
}

function measure(kind: Kind, pods: number, more: number): Measured {
  const command = ["--import", "tsx", import.meta.filename, "child", kind, String(pods), String(more)];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as Measured;
}

/** How many fresh processes solve once, and how many solves follow in one: the best of each counts, since other work only ever adds. */
const freshProcesses = 9;
const warmSolves = 6;

function bestFirstMs(kind: Kind, pods: number): number {
  return Math.min(...Array.from({ length: freshProcesses }, () => measure(kind, pods, 0).firstMs));
}

interface Peer {
  readonly podsPerSecond: number;
  readonly allocatedMB: number;
  readonly nodes: number;
  readonly errors: number;
}

function peerOf(oracle: string, { kind, pods }: Row): Peer {
  const flags = kind === "preference" ? ["-preference"] : ["-workload", workloadFile];
  const text = execFileSync(oracle, ["bench", "-pods", String(pods), "-iterations", "1", "-json", ...flags], {
    encoding: "utf8",
  });
  return JSON.parse(text.trim().split("\n")[0] ?? "{}") as Peer;
}

/** Whether both decide the same, claim by claim and pod by pod, where nothing is drawn: the pool is bound to one zone for that. */
function sameResult(oracle: string, { kind, pods }: Row): string {
  const list = kind === "diverse" ? diversePods(pods) : preferencePods(pods);
  const folder = mkdtempSync(join(tmpdir(), "dovetail-bench-"));
  const [input, output] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
  writeFileSync(input, `${JSON.stringify(benchScenario(list, oneZone))}\n`);
  const done = spawnSync(oracle, [
    "run",
    "-in",
    input,
    "-out",
    output,
    "-catalogues",
    catalogueFolder,
    "-runs",
    "1",
    "-extra",
    "0",
  ]);
  const [line] = done.status === 0 ? recorded(output) : [];
  if (line === undefined) return "not compared";
  const { observed: _, ...theirs } = line["expect"] as Outcome & { observed?: unknown };
  const ours = withoutTexts(outcomeOf(solve({ ...benchInput(list, oneZone), candidates: [] }), "simulate"));
  const difference = firstDifference(withoutTexts(theirs), ours);
  return difference === undefined ? "identical" : `DIFFERS at ${difference.slice(0, 80)}`;
}

function parent(): void {
  const oracle = findOracle(firstRecorded);
  const table = [["pods", "solve", "ours", "Karpenter", "factor", "nodes", "result"]];
  for (const row of rows) table.push(...tableRows(row, oracle));
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  for (const row of table) console.log(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
  console.log(
    "pods per second, one thread each. first: the first solve of a fresh process, while it is still being compiled (best of " +
      `${freshProcesses} processes); warm: the same from scratch later on (best of ${warmSolves}).\n` +
      "Ours runs from objects to NodeClaims, Karpenter's column is its scheduler's Solve alone.",
  );
  if (oracle === undefined)
    console.log(
      "Karpenter's column needs Go 1.26: set DOVETAIL_BUILD_ORACLE=1 to build it, or DOVETAIL_ORACLE to name it",
    );
  const [load = 0] = loadavg();
  if (load > availableParallelism() + 1)
    console.log(
      `load average ${load.toFixed(1)} on ${availableParallelism()} cores: other work slowed both sides, and not evenly`,
    );
  const large = measure("what-if", 0, 0);
  const seconds = (large.firstMs / 1000).toFixed(1);
  const gib = (large.rssBytes / 2 ** 30).toFixed(2);
  console.log(
    `what-if: 10 000 nodes, 100 000 pods, 2 000 pending   ${seconds} s (limit 10)   peak RSS ${gib} GiB (limit 2)   ${large.errors} left over`,
  );
  if (large.firstMs > whatIf.maxMs || large.rssBytes > whatIf.maxBytes) process.exitCode = 1;
}

function tableRows(row: Row, oracle: string | undefined): string[][] {
  const { kind, pods, target } = row;
  const firstMs = bestFirstMs(kind, pods);
  const ours = measure(kind, pods, warmSolves);
  const perSecond = (ms: number): number => Math.round((pods / ms) * 1000);
  const speeds = [
    { solve: "first", speed: perSecond(firstMs) },
    { solve: "warm", speed: perSecond(ours.warmMs ?? firstMs) },
  ];
  const name = `${pods} ${kind}`;
  if (oracle === undefined)
    return speeds.map(({ solve: which, speed }) => [name, which, String(speed), "no Go here", "", String(ours.nodes)]);
  const peer = peerOf(oracle, row);
  const same = sameResult(oracle, row);
  if (same !== "identical" || peer.nodes !== ours.nodes || peer.errors !== ours.errors) process.exitCode = 1;
  return speeds.map(({ solve: which, speed }) => {
    const factor = speed / peer.podsPerSecond;
    if (factor < target) process.exitCode = 1;
    const [theirs, times] = [String(Math.round(peer.podsPerSecond)), `${Math.round(factor)}x (target ${target}x)`];
    return [name, which, String(speed), theirs, times, `${ours.nodes}/${peer.nodes}`, same];
  });
}

const [, , doing, kind, pods, more] = process.argv;
if (doing === "child" && (kind === "diverse" || kind === "preference" || kind === "what-if"))
  process.stdout.write(JSON.stringify(child(kind, Number(pods), Number(more))));
else parent();
