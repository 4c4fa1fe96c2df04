import type { Node, Pod } from "../kube/objects.ts";
import { type Attempt, begin, finish, giveBack, type Started } from "./attempt.ts";
import type { SchedulerAction } from "./actions.ts";
import type { SchedulerCluster } from "./cluster/cluster.ts";
import type { FactTypes } from "./cluster/facts.ts";
import { dropFact, dropNode, dropPod, forget, takeFact, takeNode, takePod } from "./intake.ts";
import { SchedulerMemory } from "./memory.ts";
import { cleared } from "./queue/nominator.ts";
import type { QueuedPod } from "./queue/queued-pod.ts";
import type { QueuePlace } from "./queue/scheduling-queue.ts";
import { restored, saved, type SchedulerState } from "./save.ts";
import { defaultSchedulerSettings, type SchedulerSettings } from "./settings.ts";

/** What a scheduler watches, by plural name. */
export interface Watched extends FactTypes {
  readonly nodes: Node;
  readonly pods: Pod;
}

/** Plural name of something a scheduler watches. */
export type WatchedKind = keyof Watched;

/**
 * The whole kube-scheduler: it is shown what a watch would show, and asked for attempts one by one. Each attempt names the calls to the API
 * server that it makes; whoever drives the scheduler makes them and shows it what came of them. It has no clock: times are milliseconds
 * since 1970, and must not run backwards.
 */
export class KubeScheduler {
  readonly #memory: SchedulerMemory;

  constructor(settings: SchedulerSettings = defaultSchedulerSettings(), state?: SchedulerState) {
    this.#memory = state === undefined ? new SchedulerMemory(settings) : restored(settings, state);
  }

  /** Everything it remembers, to go on from: `new KubeScheduler(settings, state)` does exactly what this one would do. */
  save(): SchedulerState {
    return saved(this.#memory);
  }

  /** Nodes and pods as the scheduler sees them, for reading. */
  get cluster(): SchedulerCluster {
    return this.#memory.cluster;
  }

  /** An object is new, or has changed. Objects must not be changed afterwards. */
  put<K extends WatchedKind>(kind: K, object: Watched[K], nowMs: number): void;
  put(...[kind, object, nowMs]: PutArguments): void {
    if (kind === "nodes") takeNode(this.#memory, object, nowMs);
    else if (kind === "pods") takePod(this.#memory, object, nowMs);
    else takeFact(this.#memory, kind, object, nowMs);
  }

  /** An object is gone, by `namespace/name`, or by name where there are no namespaces; whether it was known. */
  delete(kind: WatchedKind, name: string, nowMs: number): boolean {
    if (kind === "nodes") return dropNode(this.#memory, name, nowMs);
    if (kind === "pods") return dropPod(this.#memory, name, nowMs);
    return dropFact(this.#memory, kind, name, nowMs);
  }

  /** Whether an attempt could be made now. */
  get isReady(): boolean {
    return this.#memory.queue.isReady;
  }

  /** Makes the next attempt. Undefined when no pod is ready. */
  attempt(nowMs: number): Attempt | undefined {
    const started = begin(this.#memory, nowMs);
    if (started === undefined) return undefined;
    const attempt = finish(this.#memory, started, nowMs);
    return { ...attempt, actions: [...started.first, ...attempt.actions] };
  }

  /**
   * The first half of an attempt, for a driver in whose world attempts take time: the decision is made, and what is shown to the scheduler
   * until `finish` happens during the attempt. Undefined when no pod is ready.
   */
  begin(nowMs: number): Started | undefined {
    return begin(this.#memory, nowMs);
  }

  /** The second half. Its actions come on top of those named at the beginning. */
  finish(started: Started, nowMs: number): Attempt {
    return finish(this.#memory, started, nowMs);
  }

  /**
   * Tells that a pod could not be bound, or its volumes could not: it loses its node and waits out a back-off. Undefined when it was not
   * about to be bound.
   */
  bindingFailed(pod: string, why: string, nowMs: number): readonly SchedulerAction[] | undefined {
    const { assumed, cluster, pods } = this.#memory;
    const held = assumed.get(pod);
    if (held === undefined) return undefined;
    cluster.facts.forget(held.volumes, held.claims);
    forget(this.#memory, pods.get(pod) ?? held.queued.info.pod, nowMs);
    const condition = { type: "PodScheduled", status: "False", reason: "SchedulerError", message: why } as const;
    return giveBack(this.#memory, held.queued, { plugins: new Set(), nomination: cleared, condition, nowMs });
  }

  /** When the scheduler next does something by itself; undefined when never. */
  nextTimerMs(): number | undefined {
    return this.#memory.queue.nextTimerMs();
  }

  /** Lets time pass: the queue's timers act, each at its own whole second. */
  advance(nowMs: number): void {
    const { queue } = this.#memory;
    for (let due = queue.nextTimerMs(); due !== undefined && due <= nowMs; due = queue.nextTimerMs()) queue.tick(due);
  }

  /** Where a pod waits; undefined when it does not. */
  placeOf(pod: string): QueuePlace | undefined {
    return this.#memory.queue.placeOf(pod);
  }

  /** A waiting pod with its attempts and what keeps it; undefined when it does not wait. */
  waiting(pod: string): Readonly<QueuedPod> | undefined {
    return this.#memory.queue.get(pod);
  }

  /** Every pod that waits, and where. */
  places(): ReadonlyMap<string, QueuePlace> {
    const { active, refused, failed, waiting } = this.#memory.queue.lists();
    const places = new Map<string, QueuePlace>();
    for (const { name } of active) places.set(name, "active");
    for (const { name } of [...refused, ...failed]) places.set(name, "backoff");
    for (const { name } of waiting) places.set(name, "waiting");
    return places;
  }
}

type PutArguments = {
  readonly [K in WatchedKind]: readonly [kind: K, object: Watched[K], nowMs: number];
}[WatchedKind];
