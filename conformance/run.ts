import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Context } from "./area.ts";
import { casesOf } from "./cases.ts";
import { buildOracle, findOracle, generate, witness } from "./oracle.ts";
import { canonical, type Outcome } from "./outcome.ts";
import { printTally, tallyJson } from "./print.ts";
import { shrink } from "./shrink.ts";
import { type Miss, Tally } from "./tally.ts";
import { readWitnessed, type Witnessed, writeWitnessed } from "./witnessed.ts";

/**
 * Our decisions beside the real Karpenter's (`npm run conformance`).
 *
 *   -- --vectors FILE_OR_DIR...  judge these instead of the repository's; --catalogues DIR where their catalogues are
 *   -- --json OUT                write the counts
 *   -- --shrink ID               make a failing scenario as small as it stays failing; --attempts N smaller ones at most
 *   -- --fresh SEED              draw new scenarios with the oracle and compare live (needs Go); --profile, --count
 *   -- --tries N                 runs of the real program for an answer that was not observed (needs the oracle); 0: do not ask
 */
const root = join(import.meta.dirname, "..");
const home = join(root, "test", "vectors", "karpenter");
const witnessedFile = join(home, "witnessed.jsonl.gz");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    vectors: { type: "string", multiple: true },
    catalogues: { type: "string" },
    json: { type: "string" },
    shrink: { type: "string" },
    attempts: { type: "string" },
    fresh: { type: "string" },
    profile: { type: "string", multiple: true },
    count: { type: "string" },
    tries: { type: "string" },
    misses: { type: "string" },
  },
});

function main(): number {
  const context: Context = { catalogues: [...(values.catalogues === undefined ? [] : [values.catalogues]), home] };
  const paths = pathsToJudge();
  if (paths === undefined) return 1;
  if (values.shrink !== undefined) {
    const bound = values.attempts === undefined ? {} : { maxAttempts: Number(values.attempts) };
    return shrink({ id: values.shrink, paths, ...bound }, context);
  }
  const witnessed = readWitnessed(witnessedFile);
  const tally = new Tally(context, witnessed);
  const startedMs = performance.now();
  for (const item of casesOf(paths)) tally.judge(item);
  askAgain(tally, witnessed, context);
  printTally(tally, performance.now() - startedMs);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(tallyJson(tally), undefined, 2)}\n`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 ? 0 : 1;
}

function pathsToJudge(): readonly string[] | undefined {
  if (values.fresh !== undefined) return freshScenarios(Number(values.fresh));
  const given = [...(values.vectors ?? []), ...positionals];
  return given.length > 0 ? given : [join(root, "test", "vectors")];
}

function freshScenarios(seed: number): readonly string[] | undefined {
  const oracle = buildOracle();
  if (oracle === undefined) {
    console.error("error: --fresh draws scenarios with the real Karpenter, which needs Go 1.26 or DOVETAIL_ORACLE");
    return undefined;
  }
  const count = Number(values.count ?? 50);
  const profiles = values.profile ?? [
    "small",
    "simulate",
    "topology-held",
    "storage-held",
    "reserved-held",
    "minvalues-held",
  ];
  return profiles.map((profile, at) =>
    generate(oracle, { profile, seed: seed + at * 100_000, count, catalogues: values.catalogues ?? home }),
  );
}

/** Answers that nobody observed may still be the real program's: where it is at hand, it is asked; else they are written down. */
function askAgain(tally: Tally, witnessed: Map<string, Witnessed[]>, context: Context): void {
  const unseen = tally.misses.filter(({ item, got }) => item.stable === "set" && got !== undefined);
  if (unseen.length === 0) return;
  const lines = unseen.map(answerLine);
  const file = values.misses ?? join(root, "dist", "conformance", "misses.jsonl");
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `${lines.join("\n")}\n`);
  const oracle = findOracle();
  const tries = Number(values.tries ?? 2000);
  if (oracle === undefined || tries === 0) {
    console.log(
      `${unseen.length} answers were not among the observed ones; ask the real program: oracle witness -in ${file} -catalogues ${context.catalogues[0] ?? home}`,
    );
    return;
  }
  const found = witness(oracle, lines, { catalogues: values.catalogues ?? home, tries });
  for (const miss of unseen) {
    const runs = found.get(miss.item.id) ?? 0;
    if (runs === 0) continue;
    tally.forgive(miss);
    const outcome = canonical(miss.got as Outcome);
    witnessed.set(miss.item.id, [...(witnessed.get(miss.item.id) ?? []), { id: miss.item.id, runs, outcome }]);
  }
  const isOurs = values.vectors === undefined && values.fresh === undefined && positionals.length === 0;
  if (isOurs && found.size > 0) writeWitnessed(witnessedFile, witnessed);
}

function answerLine({ item, got }: Miss): string {
  const { expect: _, ...scenario } = item.line;
  return JSON.stringify({ ...scenario, got });
}

process.exitCode = main();
