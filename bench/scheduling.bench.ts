/**
 * Placing pods: ours beside the real Karpenter, in one run on the same input, one thread each. Ours counts everything from reading the
 * objects to the finished NodeClaims; the real program's time is that of its scheduler's Solve alone.
 *
 * `--quick` leaves out the sizes for which the real program takes minutes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { linesOfFile } from "../conformance/cases.ts";
import { findOracle } from "../conformance/oracle.ts";
import { firstDifference, type Outcome, outcomeOf, withoutTexts } from "../conformance/outcome.ts";
import type { InstanceType } from "../src/karpenter/instance-type.ts";
import { solve } from "../src/scheduling/solve.ts";
import type { SolveInput } from "../src/scheduling/types.ts";
import { largeCluster } from "./large-cluster.ts";
import { benchInput, benchScenario, catalogueFolder, diversePods, preferencePods, workloadFile } from "./workload.ts";

type Kind = "diverse" | "preference" | "what-if";

interface Measured {
  readonly firstMs: number;
  readonly warmMs: number;
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

/** The first solve of a fresh process, and the best of six more. */
function child(kind: Kind, pods: number): Measured {
  const input = inputOf(kind, pods);
  const time = (): { ms: number; result: ReturnType<typeof solve> } => {
    const start = performance.now();
    const result = solve(input);
    return { ms: performance.now() - start, result };
  };
  const first = time();
  const warm = kind === "what-if" ? first.ms : Math.min(...Array.from({ length: 6 }, () => time().ms));
  const { newNodeClaims, podErrors } = first.result;
  const rssBytes = process.resourceUsage().maxRSS * 1024;
  return { firstMs: first.ms, warmMs: warm, nodes: newNodeClaims.length, errors: podErrors.size, rssBytes };
}

function measure(kind: Kind, pods: number): Measured {
  const command = ["--import", "tsx", import.meta.filename, "child", kind, String(pods)];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as Measured;
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
  const [line] = done.status === 0 ? [...linesOfFile(output)] : [];
  if (line === undefined) return "not compared";
  const { observed: _, ...theirs } = line["expect"] as Outcome & { observed?: unknown };
  const ours = withoutTexts(outcomeOf(solve({ ...benchInput(list, oneZone), candidates: [] }), "simulate"));
  const difference = firstDifference(withoutTexts(theirs), ours);
  return difference === undefined ? "identical" : `DIFFERS at ${difference.slice(0, 80)}`;
}

function parent(): void {
  const oracle = findOracle();
  const table = [["pods", "ours, first", "ours, warm", "Karpenter", "factor", "nodes", "result"]];
  for (const row of rows) table.push(tableRow(row, oracle));
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  for (const row of table) console.log(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
  console.log(
    "pods per second, one thread each. first: in a fresh process, while it is still being compiled; warm: the same from scratch later on.\n" +
      "Ours runs from objects to NodeClaims, Karpenter's column is its scheduler's Solve alone. Factor: warm against Karpenter.",
  );
  if (oracle === undefined)
    console.log(
      "Karpenter's column needs Go 1.26: set DOVETAIL_BUILD_ORACLE=1 to build it, or DOVETAIL_ORACLE to name it",
    );
  const large = measure("what-if", 0);
  const seconds = (large.firstMs / 1000).toFixed(1);
  const gib = (large.rssBytes / 2 ** 30).toFixed(2);
  console.log(
    `what-if: 10 000 nodes, 100 000 pods, 2 000 pending   ${seconds} s (limit 10)   peak RSS ${gib} GiB (limit 2)   ${large.errors} left over`,
  );
  if (large.firstMs > whatIf.maxMs || large.rssBytes > whatIf.maxBytes) process.exitCode = 1;
}

function tableRow(row: Row, oracle: string | undefined): string[] {
  const ours = measure(row.kind, row.pods);
  const perSecond = (ms: number): number => Math.round((row.pods / ms) * 1000);
  const name = `${row.pods} ${row.kind}`;
  const own = [String(perSecond(ours.firstMs)), String(perSecond(ours.warmMs))];
  if (oracle === undefined) return [name, ...own, "no Go here", "", String(ours.nodes), ""];
  const peer = peerOf(oracle, row);
  const factor = perSecond(ours.warmMs) / peer.podsPerSecond;
  const same = sameResult(oracle, row);
  if (factor < row.target || same !== "identical" || peer.nodes !== ours.nodes || peer.errors !== ours.errors)
    process.exitCode = 1;
  return [
    name,
    ...own,
    String(Math.round(peer.podsPerSecond)),
    `${Math.round(factor)}x (target ${row.target}x)`,
    `${ours.nodes}/${peer.nodes}`,
    same,
  ];
}

const [, , doing, kind, pods] = process.argv;
if (doing === "child" && (kind === "diverse" || kind === "preference" || kind === "what-if"))
  process.stdout.write(JSON.stringify(child(kind, Number(pods))));
else parent();
