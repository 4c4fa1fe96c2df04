import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compared, type Minor } from "../src/karpenter/behaviours.ts";
import type { Context } from "./area.ts";
import { casesOf } from "./cases.ts";
import { messageOf, type Unreadable } from "./lines.ts";
import { Misuse, type Options, readOptions } from "./options.ts";
import { canonicalAnswer } from "./disrupt-area.ts";
import { buildable, buildOracle, findOracle, generate, oracleVariable, witness } from "./oracle.ts";
import { groupBy } from "../src/kube/group-by.ts";
import { buildSchedulerOracle, drawScenarios, schedulerVariable } from "./kube-scheduler/oracle.ts";
import { printTally, tallyJson } from "./print.ts";
import { firstRecorded, releaseOfFolder } from "./release-of.ts";
import { catalogueFolder } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { type Miss, Tally, witnessKey } from "./tally.ts";
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
  const told = options.vectors.length > 0 || options.fresh !== undefined ? options.karpenter : undefined;
  const reading = {
    note: (problem: Unreadable) => void tally.unreadable.push(problem),
    ...(told === undefined ? {} : { release: told }),
  };
  for (const item of casesOf(paths, reading)) tally.judge(item);
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
  if (options.vectors.length > 0) return options.vectors;
  const vectors = join(root, "test", "vectors");
  const { karpenter } = options;
  if (karpenter === undefined) return [vectors];
  const folders = readdirSync(vectors)
    .map((name) => join(vectors, name))
    .filter((path) => statSync(path).isDirectory() && releaseOfFolder(path) === karpenter);
  if (folders.length > 0) return folders;
  throw new Misuse(
    `no recordings of Karpenter ${karpenter} in ${vectors}`,
    `write --karpenter ${compared.join(", or ")}`,
  );
}

function freshScenarios(options: Options, seed: number): readonly string[] {
  const { count = 50, profiles = [...freshProfiles(options.karpenter ?? firstRecorded), ...schedulerShapes] } = options;
  const shapeOf = (profile: string): string | undefined => /^kube-scheduler\/(.+)$/.exec(profile)?.[1];
  const shapes = profiles.flatMap((profile) => shapeOf(profile) ?? []);
  const others = profiles.filter((profile) => shapeOf(profile) === undefined);
  return [
    ...(others.length === 0 ? [] : freshForKarpenter(options, { seed, count, profiles: others })),
    ...(shapes.length === 0 ? [] : freshForScheduler({ seed, count, profiles: shapes })),
  ];
}

/** Shapes of kube-scheduler's scenarios that are drawn where no profile is named. */
const schedulerShapes = ["kube-scheduler/mixed", "kube-scheduler/volumes"];

interface Drawing {
  readonly seed: number;
  readonly count: number;
  readonly profiles: readonly string[];
}

function freshForScheduler({ seed, count, profiles }: Drawing): readonly string[] {
  const oracle = buildSchedulerOracle();
  if (oracle === undefined)
    throw new Misuse(
      "--fresh draws scenarios with the real kube-scheduler",
      `install Go 1.26 or set ${schedulerVariable}`,
    );
  return profiles.map((shape, at) => drawScenarios(oracle, { shape, seed: seed + at * 100_000, count }));
}

function freshForKarpenter(options: Options, { seed, count, profiles }: Drawing): readonly string[] {
  const { karpenter = firstRecorded } = options;
  const oracle = buildOracle(karpenter);
  if (oracle === undefined)
    throw new Misuse(
      `--fresh draws scenarios with the real Karpenter ${karpenter}`,
      `install Go 1.26 or set ${oracleVariable(karpenter)}; ${buildable.join(", ")} can be built`,
    );
  return profiles.map((profile, at) =>
    generate(oracle, {
      profile,
      seed: seed + at * 100_000,
      count,
      catalogues: catalogueFolder([...options.catalogues, home]),
    }),
  );
}

/** What is drawn where no profile is named: what all releases know, and what the newest decides otherwise. */
function freshProfiles(release: Minor): readonly string[] {
  const newestProfiles = ["small-115", "reserved-115", "storage-115", "minvalues-115", "simulate-115", "disrupt-115"];
  const common = ["small", "simulate", "topology-held", "storage-held", "reserved-held", "minvalues-held", "disrupt"];
  return release === "1.15" ? [...common, ...newestProfiles] : common;
}

/** Answers that nobody observed may still be the real program's: where it is at hand, it is asked; else they are written down. */
function askAgain(
  tally: Tally,
  witnessed: Map<string, Witnessed[]>,
  { options, context, isOurs }: { readonly options: Options; readonly context: Context; readonly isOurs: boolean },
): void {
  const unseen = tally.misses.filter(({ item, got }) => item.stable === "set" && got !== undefined);
  if (unseen.length === 0) return;
  const folder = join(root, "dist", "conformance");
  if (options.misses === undefined) mkdirSync(folder, { recursive: true });
  const file = options.misses ?? join(folder, "misses.jsonl");
  write(file, `${unseen.map(answerLine).join("\n")}\n`);
  const { tries = 2000 } = options;
  const catalogues = catalogueFolder(context.catalogues);
  for (const [release, misses] of groupBy(unseen, ({ item }) => item.release)) {
    const oracle = findOracle(release);
    if (oracle === undefined || tries === 0) {
      console.log(
        `${misses.length} answers of ${release} were not among the observed ones; ask the real program: oracle witness -in ${file} -catalogues ${catalogues}`,
      );
      continue;
    }
    const found = witness(oracle, misses.map(answerLine), { catalogues, tries });
    for (const miss of misses) {
      const runs = found.get(miss.item.id) ?? 0;
      if (runs === 0) continue;
      tally.forgive(miss);
      const outcome = canonicalAnswer(miss.item.area, miss.got);
      const id = witnessKey(miss.item);
      witnessed.set(id, [...(witnessed.get(id) ?? []), { id, runs, outcome }]);
    }
    if (isOurs && found.size > 0) writeWitnessed(witnessedFile, witnessed);
  }
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
