import type { KubeObject, Pod } from "../../src/kube/objects.ts";
import { isBound, nameOf } from "../../src/kube/pod.ts";
import type { QueuePlace } from "../../src/kube-scheduler/queue/scheduling-queue.ts";
import { KubeScheduler } from "../../src/kube-scheduler/scheduler.ts";
import type { SchedulerSettings } from "../../src/kube-scheduler/settings.ts";
import type { Configuration } from "./config.ts";
import { type Detail, toldAttempt } from "./told.ts";
import { loadOrder, type ScenarioKind, World } from "./world.ts";

/** A scenario as the recorder's files have it (test/vectors/kube-scheduler/README.md). */
export interface SchedulerScenario {
  readonly options: {
    readonly config?: Configuration;
    readonly victims?: "gone" | "terminating";
    readonly detail?: "scores" | "best";
    readonly batching?: boolean;
    readonly featureGates?: Readonly<Record<string, boolean>>;
    readonly attemptMs?: number;
    readonly untilS?: number;
  };
  readonly objects: { readonly [K in ScenarioKind]?: readonly KubeObject[] };
  readonly ops?: readonly Op[];
}

interface Op {
  readonly atS: number;
  readonly do: "add" | "patch" | "delete";
  readonly kind: ScenarioKind;
  readonly key?: string;
  readonly object?: KubeObject;
  readonly patch?: unknown;
}

type Told = Record<string, unknown>;
type Places = ReadonlyMap<string, QueuePlace>;

const startMs = Date.UTC(2026, 0, 1);
const secondMs = 1000;
const mostAttempts = 200_000;

/** Plays a scenario as the recorder does and tells what happened in its words (`oracle/internal/judge`). */
export class Play {
  readonly #scenario: SchedulerScenario;
  readonly #scheduler: KubeScheduler;
  readonly #world: World;
  readonly #isBrief: boolean;
  readonly #seen = new Set<string>();
  readonly #attempts: Told[] = [];
  readonly #ops: Told[] = [];
  readonly #pods: Record<string, string> = {};

  constructor(scenario: SchedulerScenario, settings: SchedulerSettings) {
    this.#scenario = scenario;
    this.#scheduler = new KubeScheduler(settings);
    this.#world = new World(this.#scheduler, startMs, scenario.options.victims === "terminating");
    this.#isBrief = scenario.options.detail === "best";
  }

  run(): Told {
    this.#load();
    this.#drain();
    this.#playOps();
    return this.#end();
  }

  #load(): void {
    for (const kind of loadOrder) {
      const later: KubeObject[] = [];
      for (const object of this.#scenario.objects[kind] ?? []) {
        if (kind === "pods") this.#seen.add(nameOf(object));
        if (kind === "pods" && !isBound(object as Pod)) later.push(object);
        else this.#world.put(kind, object);
      }
      for (const object of later) {
        this.#world.nowMs += 1;
        this.#world.put(kind, object);
      }
    }
  }

  #drain(): void {
    const { attemptMs = 1 } = this.#scenario.options;
    while (this.#scheduler.isReady) {
      if (this.#attempts.length > mostAttempts) throw new Error("the queue is never empty");
      const before = this.#places();
      this.#attemptOne(before);
      this.#advance(this.#world.nowMs + Math.max(1, attemptMs));
    }
  }

  #attemptOne(before: Places | undefined): void {
    const { nowMs } = this.#world;
    const started = this.#scheduler.begin(nowMs);
    if (started === undefined) return;
    for (const action of started.first) this.#world.perform(action);
    const nodes = this.#world.count("nodes");
    const attempt = this.#scheduler.finish(started, nowMs);
    const detail: Detail = { isBrief: this.#isBrief, nodes, startMs };
    const told = toldAttempt(attempt, detail);
    for (const action of attempt.actions) this.#world.perform(action);
    if (attempt.nodeName !== undefined) this.#pods[attempt.pod] = attempt.nodeName;
    this.#attempts.push(told);
    if (before === undefined) return;
    const after = this.#scheduler.places();
    const woke = moved(before, after) ?? {};
    const own = after.get(attempt.pod);
    if (own !== undefined && own !== "waiting") woke[attempt.pod] = own;
    if (Object.keys(woke).length > 0) told["woke"] = woke;
  }

  #advance(toMs: number): void {
    for (let next = nextSecond(this.#world.nowMs); next <= toMs; next = nextSecond(this.#world.nowMs)) {
      this.#world.nowMs = next;
      this.#scheduler.advance(next);
    }
    this.#world.nowMs = Math.max(this.#world.nowMs, toMs);
  }

  #playOps(): void {
    const { ops = [], options } = this.#scenario;
    for (const [at, op] of ops.entries()) {
      this.#passTo(momentOf(op.atS));
      const before = this.#places();
      const isThere = this.#apply(op);
      const woken = before === undefined ? undefined : moved(before, this.#scheduler.places());
      this.#ops.push({
        op: at,
        atS: op.atS,
        ...(isThere ? {} : { gone: true }),
        ...(woken === undefined ? {} : { woken }),
      });
      const next = ops[at + 1];
      if (next === undefined || next.atS > op.atS) this.#drain();
    }
    if ((options.untilS ?? 0) > 0) this.#passTo(momentOf(options.untilS ?? 0));
  }

  #passTo(toMs: number): void {
    while (this.#world.nowMs < toMs) {
      const next = Math.min(nextSecond(this.#world.nowMs), toMs);
      const before = this.#places();
      this.#advance(next);
      const woken = before === undefined ? undefined : moved(before, this.#scheduler.places());
      if (woken !== undefined) this.#ops.push({ op: -1, atS: (this.#world.nowMs - startMs) / secondMs, woken });
      this.#drain();
    }
  }

  #apply({ do: verb, kind, key = "", object, patch }: Op): boolean {
    if (verb === "patch") return this.#world.patch(kind, key, patch);
    if (verb === "delete") return this.#world.delete(kind, key);
    if (object === undefined) return false;
    if (kind === "pods") {
      this.#seen.add(nameOf(object));
      this.#world.nowMs += 1;
    }
    this.#world.put(kind, object);
    return true;
  }

  #places(): Places | undefined {
    return this.#isBrief ? undefined : this.#scheduler.places();
  }

  #end(): Told {
    const gone: string[] = [];
    const pending: Record<string, Told> = {};
    for (const name of this.#seen) {
      const pod = this.#world.get<Pod>("pods", name);
      if (pod === undefined) {
        gone.push(name);
        delete this.#pods[name];
      } else if (!isBound(pod)) pending[name] = this.#toldPending(name, pod);
    }
    return {
      attempts: this.#attempts,
      ...(this.#ops.length === 0 ? {} : { ops: this.#ops }),
      pods: this.#pods,
      ...(Object.keys(pending).length === 0 ? {} : { pending }),
      ...(gone.length === 0 ? {} : { gone: gone.sort() }),
    };
  }

  #toldPending(name: string, pod: Pod): Told {
    const queued = this.#scheduler.waiting(name);
    const nominated = pod.status?.nominatedNodeName ?? "";
    return {
      queue: this.#scheduler.placeOf(name) ?? "",
      attempts: queued?.attempts ?? 0,
      ...(queued === undefined || queued.plugins.size === 0 ? {} : { plugins: [...queued.plugins].sort() }),
      ...(queued?.gate === undefined ? {} : { gate: queued.gate }),
      ...(nominated === "" ? {} : { nominated }),
    };
  }
}

function moved(before: Places, after: Places): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [pod, place] of after) if (before.get(pod) === "waiting" && place !== "waiting") found[pod] = place;
  return Object.keys(found).length === 0 ? undefined : found;
}

function nextSecond(nowMs: number): number {
  return Math.floor(nowMs / secondMs) * secondMs + secondMs;
}

function momentOf(seconds: number): number {
  return startMs + Math.round(seconds * secondMs);
}
