import { Engine } from "../../src/autoscaler/engine/loop.ts";
import type { Memory } from "../../src/autoscaler/engine/memory.ts";
import { newMemory } from "../../src/autoscaler/engine/memory.ts";
import { settingsOf } from "../../src/autoscaler/engine/settings.ts";
import type { Area, Case, Verdict } from "../area.ts";
import { decisionDifference, deedsDifference, isAlike } from "./compare.ts";
import { RecordedLuck } from "./luck.ts";
import { Player } from "./play.ts";
import type { RecordedLoop, Recording } from "./recording.ts";
import { startMs, World } from "./world.ts";

/** The real Cluster Autoscaler's decisions over time, loop by loop. */
export const autoscalerArea: Area = {
  name: "autoscaler",
  check: (item) => judge(item.line as unknown as Recording, versionOf(item)),
};

function versionOf({ header }: Case): string | undefined {
  const legend = header?.["legend"] as { readonly version?: string } | undefined;
  return legend?.version;
}

type Way = readonly RecordedLoop[];

/** A story of ours up to some loop, with the recorded ways that it is still in accord with. */
interface Thread {
  readonly world: World;
  readonly memory: Memory;
  readonly ways: readonly Way[];
}

interface Effort {
  /** What chance decides unseen is drawn so often before a loop counts as different. */
  readonly seeds: number;
  /** So many stories that differ in what cannot be seen are followed at once. */
  readonly threads: number;
  /** A loop that is like a recorded one but for names will do, where the recording promises no more. */
  readonly isLenient: boolean;
}

const efforts: readonly Effort[] = [
  { seeds: 1, threads: 1, isLenient: false },
  { seeds: 48, threads: 6, isLenient: false },
  { seeds: 12, threads: 1, isLenient: true },
];

function judge(recording: Recording, version: string | undefined): Verdict {
  let verdict: Verdict = { outcome: "match" };
  for (const effort of recording.stable === "exact" ? efforts.slice(0, 1) : efforts) {
    verdict = new Judge(recording, version, effort).verdict();
    if (verdict.outcome === "match") break;
  }
  return verdict;
}

class Judge {
  readonly #recording: Recording;
  readonly #engine: Engine;
  readonly #effort: Effort;
  #difference = "";

  constructor(recording: Recording, version: string | undefined, effort: Effort) {
    this.#recording = recording;
    const flags = new Map(Object.entries(recording.options).map(([name, value]) => [name, value.split("\n")]));
    this.#engine = new Engine(settingsOf(flags, version));
    this.#effort = effort;
  }

  verdict(): Verdict {
    let threads: readonly Thread[] = [
      { world: new World(this.#recording), memory: newMemory(startMs), ways: waysOf(this.#recording) },
    ];
    for (let at = 0; ; at++) {
      // A way that has come to its end is in accord.
      if (threads.some(({ ways }) => ways.some((way) => way.length <= at))) return { outcome: "match" };
      const next = this.#next(threads, at);
      if (next.length === 0) return this.#lost();
      threads = next;
    }
  }

  #lost(): Verdict {
    return { outcome: "mismatch", difference: this.#difference };
  }

  /** The stories one loop further: those in accord with a way in all, else those like one once names are forgotten. */
  #next(threads: readonly Thread[], at: number): readonly Thread[] {
    const found = new Map<string, Thread>();
    const alike: Thread[] = [];
    for (let seed = 0; seed < this.#effort.seeds && found.size < this.#effort.threads; seed++)
      for (const thread of threads)
        for (const ways of kinds(thread.ways, at)) {
          const tried = this.#try(thread, { at, seed, ways });
          if (tried.isExact) found.set(JSON.stringify([tried.thread.memory, ways.length]), tried.thread);
          else if (tried.isAlike) alike.push(tried.thread);
        }
    if (found.size > 0) return [...found.values()];
    return alike.slice(0, 1);
  }

  #try(
    { world: before, memory }: Thread,
    { at, seed, ways }: { readonly at: number; readonly seed: number; readonly ways: readonly Way[] },
  ): { readonly thread: Thread; readonly isExact: boolean; readonly isAlike: boolean } {
    const [way = []] = ways;
    const [loop, next] = [way[at], way[at + 1]];
    if (loop === undefined) throw new Error("a way ended early");
    const world = before.copy();
    const player = new Player(this.#engine, world, memory);
    const told = player.loop(loop, new RecordedLuck(loop, seed, (node) => before.groupOf(node)));
    if (next !== undefined) player.until(next);
    const played = player.played();
    const difference =
      decisionDifference(loop, told) ?? (next === undefined ? undefined : deedsDifference(loop, played));
    const { stable, complete } = this.#recording;
    const isLoose = this.#effort.isLenient && (stable === "canonical" || (stable === "set" && complete === false));
    if (difference !== undefined && seed === 0) this.#difference = difference;
    return {
      thread: { world, memory: played.memory, ways },
      isExact: difference === undefined,
      isAlike: difference !== undefined && isLoose && isAlike(loop, told, played.acts),
    };
  }
}

/** All ways that a scenario was seen to go; the loops before they part are the same in all. */
function waysOf({ loops, outcomes = [] }: Recording): readonly Way[] {
  return outcomes.length === 0 ? [loops] : outcomes.map((one) => [...loops, ...one.loops]);
}

/** Ways by what they hold of a loop and of the time to the next. */
function kinds(ways: readonly Way[], at: number): readonly (readonly Way[])[] {
  const byText = new Map<string, Way[]>();
  for (const way of ways) {
    const next = way[at + 1];
    const text = ways.length === 1 ? "" : JSON.stringify([way[at], next?.t, next?.world]);
    byText.set(text, [...(byText.get(text) ?? []), way]);
  }
  return [...byText.values()];
}
