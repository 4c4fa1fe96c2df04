import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "./area.ts";
import { casesOf, messageOf } from "./cases.ts";
import { Misuse, type Options, readOptions } from "./options.ts";
import { canonicalAnswer } from "./disrupt-area.ts";
import { buildOracle, findOracle, generate, witness } from "./oracle.ts";
import { printTally, tallyJson } from "./print.ts";
import { catalogueFolder } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { type Miss, Tally } from "./tally.ts";
import { readWitnessed, type Witnessed, writeWitnessed } from "./witnessed.ts";

/**
 * Our decisions beside the real Karpenter's (`npm run conformance`); conformance/README.md tells the options and what comes out.
 */
const root = join(import.meta.dirname, "..");
const home = join(root, "test", "vectors", "karpenter");
const witnessedFile = join(home, "witnessed.jsonl.gz");

/** Everything matched, something did not, the command was wrong. */
const exit = { matched: 0, failed: 1, misuse: 2 } as const;

function main(): number {
  const options = readOptions(process.argv.slice(2));
  const context: Context = { catalogues: [...options.catalogues, home] };
  const paths = pathsToJudge(options);
  if (options.shrink !== undefined) {
    const bound = options.attempts === undefined ? {} : { maxAttempts: options.attempts };
    return shrink({ id: options.shrink, paths, ...bound }, context);
  }
  const isOurs = options.vectors.length === 0 && options.fresh === undefined;
  const witnessed = readWitnessed(witnessedFile);
  const tally = new Tally(context, witnessed, isOurs);
  const startedMs = performance.now();
  for (const item of casesOf(paths, (problem) => tally.unreadable.push(problem))) tally.judge(item);
  if (tally.passed + tally.failed + tally.known.length + tally.unjudged === 0)
    throw new Misuse(`no cases in ${paths.join(", ")}`, "vector files end in .jsonl or .jsonl.gz");
  askAgain(tally, witnessed, { options, context, isOurs });
  printTally(tally, performance.now() - startedMs);
  if (options.json !== undefined) write(options.json, `${JSON.stringify(tallyJson(tally), undefined, 2)}\n`);
  const { passed, failed, unjudged, known } = tally;
  const more = [
    known.length > 0 ? `${known.length} known differences` : "",
    unjudged > 0 ? `${unjudged} not judged` : "",
  ];
  console.log([`${passed} passed`, `${failed} failed`, ...more.filter((text) => text !== "")].join(", "));
  return failed + unjudged === 0 ? exit.matched : exit.failed;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Misuse(`${file} cannot be written: ${messageOf(error)}`, "name a file in a folder that exists");
  }
}

function pathsToJudge(options: Options): readonly string[] {
  if (options.fresh !== undefined) return freshScenarios(options, options.fresh);
  return options.vectors.length > 0 ? options.vectors : [join(root, "test", "vectors")];
}

function freshScenarios(options: Options, seed: number): readonly string[] {
  const oracle = buildOracle();
  if (oracle === undefined)
    throw new Misuse("--fresh draws scenarios with the real Karpenter", "install Go 1.26 or set DOVETAIL_ORACLE");
  const { count = 50 } = options;
  const profiles = options.profiles ?? [
    "small",
    "simulate",
    "topology-held",
    "storage-held",
    "reserved-held",
    "minvalues-held",
  ];
  return profiles.map((profile, at) =>
    generate(oracle, {
      profile,
      seed: seed + at * 100_000,
      count,
      catalogues: catalogueFolder([...options.catalogues, home]),
    }),
  );
}

/** Answers that nobody observed may still be the real program's: where it is at hand, it is asked; else they are written down. */
function askAgain(
  tally: Tally,
  witnessed: Map<string, Witnessed[]>,
  { options, context, isOurs }: { readonly options: Options; readonly context: Context; readonly isOurs: boolean },
): void {
  const unseen = tally.misses.filter(({ item, got }) => item.stable === "set" && got !== undefined);
  if (unseen.length === 0) return;
  const lines = unseen.map(answerLine);
  const folder = join(root, "dist", "conformance");
  if (options.misses === undefined) mkdirSync(folder, { recursive: true });
  const file = options.misses ?? join(folder, "misses.jsonl");
  write(file, `${lines.join("\n")}\n`);
  const oracle = findOracle();
  const { tries = 2000 } = options;
  const catalogues = catalogueFolder(context.catalogues);
  if (oracle === undefined || tries === 0) {
    console.log(
      `${unseen.length} answers were not among the observed ones; ask the real program: oracle witness -in ${file} -catalogues ${catalogues}`,
    );
    return;
  }
  const found = witness(oracle, lines, { catalogues, tries });
  for (const miss of unseen) {
    const runs = found.get(miss.item.id) ?? 0;
    if (runs === 0) continue;
    tally.forgive(miss);
    const outcome = canonicalAnswer(miss.item.area, miss.got);
    witnessed.set(miss.item.id, [...(witnessed.get(miss.item.id) ?? []), { id: miss.item.id, runs, outcome }]);
  }
  if (isOurs && found.size > 0) writeWitnessed(witnessedFile, witnessed);
}

function answerLine({ item, got }: Miss): string {
  const { expect: _, ...scenario } = item.line;
  return JSON.stringify({ ...scenario, got });
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(`error: ${messageOf(error)}`);
  if (error instanceof Misuse) console.error(`  fix: ${error.fix}`);
  else if (error instanceof Error && process.env["DOVETAIL_DEBUG"] !== undefined) console.error(error.stack);
  process.exitCode = exit.misuse;
}
