/**
 * `npm run rehearsals -- [--seeds N] [--from S] [--seed S]`: draws N cut-overs with people, AWS, faults and kills, and checks every promise of each. A seed that
 * fails is made as small as it still fails, and printed with the command that replays it. Ends with 1 where one failed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rehearse, type Outcome } from "./rehearse.ts";
import { smallest } from "./shrink.ts";
import { storyOf } from "./story.ts";

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const one = option("seed", 0);
const from = one > 0 ? one : option("from", 1);
const count = one > 0 ? 1 : option("seeds", 300);
/** Seeds that once failed come first. */
const onceFailed = readFileSync(join(import.meta.dirname, "seeds.txt"), "utf8")
  .split("\n")
  .flatMap((line) => /^(\d+)\b/.exec(line)?.[1] ?? [])
  .map(Number);
const seeds = [...(one > 0 ? [] : onceFailed), ...Array.from({ length: count }, (_, i) => from + i)];
const isTold = one > 0;
const beganMs = performance.now();
const ends = new Map<string, number>();
let failed = 0;
for (const [done, seed] of seeds.entries()) {
  const story = storyOf(seed);
  let outcome: Outcome;
  try {
    outcome = await rehearse(story);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    outcome = { wrong: [`our bug: ${text.split("\n").slice(0, 4).join(" ")}`], trail: [], end: "crashed", news: 0 };
  }
  ends.set(outcome.end, (ends.get(outcome.end) ?? 0) + 1);
  if (outcome.wrong.length > 0) {
    failed += 1;
    console.log(`seed ${seed}: ${outcome.wrong.slice(0, 3).join("\n  ")}`);
    console.log(`  replay: npm run rehearsals -- --seed ${seed}`);
  }
  if (!isTold && done % 500 === 499) console.log(`${done + 1} seeds, ${failed} failed`);
  if (isTold) {
    console.log(JSON.stringify(story, undefined, 1));
    console.log(outcome.trail.join("\n"));
    console.log(outcome.wrong.join("\n"));
    if (outcome.wrong.length > 0) console.log(`smallest that fails: ${JSON.stringify(await smallest(story))}`);
  }
}
const minutes = (performance.now() - beganMs) / 60_000;
const summary = [...ends].map(([end, times]) => `${times} ${end}`).toSorted((a, b) => (a < b ? -1 : 1));
console.log(
  `${seeds.length} seeds from ${from} in ${minutes.toFixed(1)} min (${Math.round(seeds.length / minutes)} a minute): ${summary.join(", ")}; ${failed} failed`,
);
process.exitCode = failed === 0 ? 0 : 1;
