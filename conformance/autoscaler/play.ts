import { actuate, nextDueMs } from "../../src/autoscaler/engine/act/actuate.ts";
import type { RefusedCall } from "../../src/autoscaler/engine/act/calls.ts";
import type { MadeAct } from "../../src/autoscaler/engine/decision.ts";
import type { LoopStep } from "../../src/autoscaler/engine/step.ts";
import { type Engine, nextLoop } from "../../src/autoscaler/engine/loop.ts";
import type { Luck } from "../../src/autoscaler/engine/luck.ts";
import type { Memory } from "../../src/autoscaler/engine/memory.ts";
import type { RecordedAct, RecordedLoop } from "./recording.ts";
import { actTold, decisionTold, eventTold, type Told } from "./told.ts";
import { startMs, type World } from "./world.ts";

/** What our engine made of one recorded loop and the time up to the next. */
export interface Played {
  readonly told: Told;
  readonly acts: readonly (Told & { readonly t: number })[];
  readonly events: readonly (readonly unknown[])[];
  readonly memory: Memory;
}

/**
 * Plays one loop of ours in the recorded world, and what our deletions do until the next loop. The world follows the record, not
 * us; calls that
 * were refused to the real program are refused to us.
 */
export class Player {
  readonly #engine: Engine;
  readonly #world: World;
  #memory: Memory;
  #acts: (Told & { readonly t: number })[] = [];
  #events: (readonly unknown[])[] = [];
  #recorded: RecordedAct[] = [];
  /** Calls that come late, because the loop had to wait for a node. */
  #late: { readonly t: number; readonly act: MadeAct }[] = [];

  constructor(engine: Engine, world: World, memory: Memory) {
    this.#engine = engine;
    this.#world = world;
    this.#memory = memory;
  }

  /** The loop itself, judged by itself; `recorded` says what was refused. */
  loop(recorded: RecordedLoop, luck: Luck): Told {
    const { t } = recorded;
    this.#acts = [];
    this.#events = [];
    this.#recorded = [...(recorded.acts ?? [])];
    let told: Told = {};
    const view = this.#world.view(t);
    this.#step(t, (refused) => {
      const result = nextLoop(view, this.#memory, { engine: this.#engine, refused, luck });
      told = decisionTold(result.decision, result.memory);
      return result;
    });
    const made = this.#acts.length;
    this.#work(t);
    this.#follow(t);
    return this.#withDeleted(told, this.#acts.slice(made));
  }

  // What the record shows of the groups after a loop has in it what was deleted in the same instant.
  #withDeleted(told: Told, acts: readonly Told[]): Told {
    const groups = Object.entries(told["groups"] as Readonly<Record<string, { readonly target: number }>>);
    const gone = (name: string): number =>
      acts.reduce((sum, { act, group, nodes, ok }) => {
        const counts = act === "deleteNodes" && group === name && ok === true;
        return counts ? sum + (nodes as readonly string[]).length : sum;
      }, 0);
    return {
      ...told,
      groups: Object.fromEntries(
        groups.map(([name, group]) => [name, { ...group, target: group.target - gone(name) }]),
      ),
    };
  }

  /** The time up to the next loop, that instant included. */
  until(next: RecordedLoop): void {
    const changes = [...(next.world ?? [])];
    for (;;) {
      const due = [changes[0]?.t, this.#recorded[0]?.t, this.#late[0]?.t, this.#dueAt()].filter(
        (one) => one !== undefined,
      );
      const t = Math.min(...due);
      if (!(t <= next.t)) break;
      while (changes[0] !== undefined && changes[0].t <= t) {
        const change = changes.shift();
        if (change !== undefined) this.#world.apply(change);
      }
      this.#beLate(t);
      this.#work(t);
      this.#follow(t);
    }
  }

  /** What came of the loop and the time after it. */
  played(): Omit<Played, "told"> {
    return { acts: this.#acts, events: this.#events, memory: this.#memory };
  }

  #dueAt(): number | undefined {
    const dueMs = nextDueMs(this.#memory);
    return dueMs === undefined ? undefined : (dueMs - startMs) / 1000;
  }

  // A node that is gone by then gets no mark.
  #beLate(now: number): void {
    for (let first = this.#late[0]; first !== undefined && first.t <= now; first = this.#late[0]) {
      this.#late.shift();
      const { t, act } = first;
      if (act.act !== "taint" || this.#world.hasNode(act.node)) this.#acts.push({ t, ...actTold(act) });
    }
  }

  #work(t: number): void {
    for (let round = 0; round < 100 && (this.#dueAt() ?? Number.POSITIVE_INFINITY) <= t; round++) {
      const view = this.#world.view(t);
      this.#step(t, (refused) => actuate(view, this.#memory, { settings: this.#engine.settings, refused }));
    }
  }

  /** Runs a step as often as the record refuses one more of its calls. */
  #step(t: number, run: (refused: readonly RefusedCall[]) => LoopStep): void {
    const refused: RefusedCall[] = [];
    let step = run(refused);
    for (let at = 0; at < step.acts.length; at++) {
      const act = step.acts[at];
      if (act === undefined) break;
      const taken = act.afterMs === undefined ? this.#take(t, act) : this.#find(t + act.afterMs / 1000, act);
      if (act.ok && taken?.ok === false) {
        const status = taken.status === undefined ? {} : { status: taken.status };
        refused.push({ at, message: "refused", ...status });
        step = run(refused);
      }
    }
    for (const act of step.acts) {
      if (act.afterMs !== undefined) this.#late.push({ t: t + act.afterMs / 1000, act });
      else this.#acts.push({ t, ...actTold(act) });
    }
    for (const event of step.events) this.#events.push(eventTold(t, event));
    this.#memory = step.memory;
  }

  /** The same call of the real program, which then takes effect. */
  #take(t: number, act: MadeAct): RecordedAct | undefined {
    const found = this.#find(t, act);
    if (found === undefined) return undefined;
    this.#recorded.splice(this.#recorded.indexOf(found), 1);
    this.#world.act(found);
    return found;
  }

  #find(t: number, act: MadeAct): RecordedAct | undefined {
    const key = keyOf(actTold(act));
    return this.#recorded.find((one) => one.t === t && keyOf({ ...one }) === key);
  }

  /** Calls of the real program that we did not make take effect all the same. */
  #follow(t: number): void {
    while (this.#recorded[0] !== undefined && this.#recorded[0].t <= t) {
      const act = this.#recorded.shift();
      if (act !== undefined) this.#world.act(act);
    }
  }
}

function keyOf(act: Readonly<Record<string, unknown>>): string {
  const { act: kind, group, node, key, pod, nodes } = act;
  return JSON.stringify([kind, group, node, key, pod, Array.isArray(nodes) ? nodes.map(String).toSorted() : undefined]);
}
