import type { Pod } from "../../kube/objects.ts";
import type { Framework } from "../framework.ts";
import { isHeard, isRegistered, mayHelp } from "../hints/hints.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { PluginName } from "../refusal.ts";
import { BackoffQueue, type BackoffRules } from "./backoff.ts";
import { type ClusterEvent, podChanges } from "./events.ts";
import { NamedHeap } from "./heap.ts";
import { asInStatus, Nominator } from "./nominator.ts";
import { comesBefore, newQueuedPod, type QueuedPod } from "./queued-pod.ts";

/** What the queue has to know of the scheduler around it. */
export interface QueueInput extends BackoffRules {
  /** The profile that is responsible for a pod. */
  readonly frameworkOf: (pod: Pod) => Framework | undefined;
  /** The pod as it was last seen; undefined when it is gone. */
  readonly latest: (name: string) => Pod | undefined;
  /** Whether pods are still to be preempted for this one, so that it is kept out. */
  readonly isPreempting: (name: string) => boolean;
}

/** Where a pod waits: `waiting` are those that only an event, or five minutes, brings back, and those behind a gate. */
export type QueuePlace = "active" | "backoff" | "waiting";

/** What an event, or the end of an attempt, does with a pod. */
type Strategy = "stay" | "after-backoff";

const secondMs = 1000;
const leftoverTimerMs = 30 * secondMs;
const leftoverAgeMs = 300 * secondMs;

/** The scheduling queue (backend/queue/scheduling_queue.go). It has no clock: whoever calls says what time it is. */
export class SchedulingQueue {
  readonly nominator: Nominator;
  readonly #input: QueueInput;
  readonly #active = new NamedHeap<QueuedPod>(comesBefore);
  readonly #backoff: BackoffQueue;
  readonly #waiting = new Map<string, QueuedPod>();
  /** The pod that is being tried, with what happened meanwhile. */
  #inFlight: { readonly name: string; readonly events: ClusterEvent[] } | undefined;
  /** Pods taken out so far (`SchedulingCycle`). */
  cycle = 0;

  constructor(input: QueueInput) {
    this.#input = input;
    this.#backoff = new BackoffQueue(input);
    this.nominator = new Nominator(input.latest);
  }

  /** Whether a pod could be taken out now. */
  get isReady(): boolean {
    return this.#active.size > 0 || this.#backoff.canPop;
  }

  /** A pod has arrived. */
  add(info: PodInfo, nowMs: number): void {
    this.#enterActive(newQueuedPod(info, nowMs), false, true);
  }

  /** The object of a pod without a node has changed. */
  update(before: Pod, info: PodInfo, nowMs: number): void {
    const events = podChanges(before, info.pod).map(
      (action): ClusterEvent => ({ resource: "Pod", action, before, after: info.pod }),
    );
    if (this.#inFlight?.name === info.name) {
      this.#inFlight.events.push(...events);
      return;
    }
    const queued = this.#active.get(info.name) ?? this.#backoff.get(info.name) ?? this.#waiting.get(info.name);
    if (queued === undefined) {
      this.#enterActive(newQueuedPod(info, nowMs), false, true);
      return;
    }
    queued.info = info;
    if (this.#active.get(info.name) === queued) this.#active.put(queued);
    this.#backoff.renew(queued);
    this.nominator.update(before, info.name, info.pod);
    if (this.#waiting.get(info.name) !== queued) return;
    for (const event of events) if (this.#requeue(queued, this.#strategyFor(queued, event), nowMs) !== "waiting") break;
  }

  /** A pod is gone, or bound. */
  delete(name: string): void {
    this.nominator.delete(name);
    if (!this.#active.delete(name) && !this.#backoff.delete(name)) this.#waiting.delete(name);
  }

  /** Takes out the next pod to be tried: it is in flight until it comes back, or is `done`. Undefined when nobody is ready. */
  pop(): QueuedPod | undefined {
    const next = this.#active.pop() ?? (this.#backoff.canPop ? this.#backoff.pop() : undefined);
    if (next === undefined) return undefined;
    next.attempts += 1;
    this.#inFlight = { name: next.name, events: [] };
    this.cycle += 1;
    next.plugins = new Set();
    next.gate = undefined;
    return next;
  }

  /** The pod in flight does not come back. */
  done(name: string): void {
    if (this.#inFlight?.name === name) this.#inFlight = undefined;
  }

  /**
   * A pod comes back that has not been scheduled, with the plugins that refused it; without any it failed for another reason. Events during
   * its attempt may take it on at once (`AddUnschedulableIfNotPresent`).
   */
  addUnschedulable(queued: QueuedPod, nowMs: number): void {
    const { name } = queued;
    const events = this.#inFlight?.name === name ? this.#inFlight.events : [];
    this.done(name);
    if (this.placeOf(name) !== undefined) return;
    if (queued.plugins.size === 0) queued.consecutiveErrors += 1;
    else {
      queued.unschedulableCount += 1;
      queued.consecutiveErrors = 0;
    }
    queued.timestampMs = nowMs;
    queued.backoffEndMs = undefined;
    const isWorthIt =
      queued.plugins.size === 0 || events.some((event) => this.#strategyFor(queued, event) === "after-backoff");
    this.#requeue(queued, isWorthIt ? "after-backoff" : "stay", nowMs);
  }

  /** Something happened: pods that it may help leave the waiting room. `isMeant` leaves some of them out. */
  move(event: ClusterEvent, nowMs: number, isMeant?: (info: PodInfo) => boolean): void {
    if (!isHeard(event)) return;
    const pods = [...this.#waiting.values()];
    this.#moveThese(isMeant === undefined ? pods : pods.filter(({ info }) => isMeant(info)), event, nowMs);
  }

  /** When the queue's own timers next have something to do; undefined when nothing. */
  nextTimerMs(): number | undefined {
    const times: number[] = [];
    const completion = this.#backoff.nextCompletionMs();
    if (completion !== undefined) times.push(completion);
    for (const { timestampMs, gate } of this.#waiting.values())
      if (gate === undefined)
        times.push((Math.floor((timestampMs + leftoverAgeMs) / leftoverTimerMs) + 1) * leftoverTimerMs);
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  /** Lets the timers act at a whole second: ended back-offs each second, pods that have waited for five minutes each half minute. */
  tick(nowMs: number): void {
    for (const queued of this.#backoff.popCompleted(nowMs)) this.#enterActive(queued, true, false);
    if (nowMs % leftoverTimerMs !== 0) return;
    const old = [...this.#waiting.values()].filter(({ timestampMs }) => nowMs - timestampMs > leftoverAgeMs);
    if (old.length > 0) this.#moveThese(old, { resource: "*", action: "Update" }, nowMs);
  }

  /** Where a pod waits; undefined when it is not here. */
  placeOf(name: string): QueuePlace | undefined {
    if (this.#active.get(name) !== undefined) return "active";
    if (this.#backoff.get(name) !== undefined) return "backoff";
    return this.#waiting.has(name) ? "waiting" : undefined;
  }

  /** A pod in any of the queues; undefined when it is not here. */
  get(name: string): QueuedPod | undefined {
    return this.#active.get(name) ?? this.#backoff.get(name) ?? this.#waiting.get(name);
  }

  /** All pods by where they wait, in the order in which they are held. */
  lists(): QueueLists {
    return { active: this.#active.items(), ...this.#backoff.lists(), waiting: [...this.#waiting.values()] };
  }

  /** Takes over pods of `lists`, in the order in which they were held. */
  restore({ active, refused, failed, waiting }: QueueLists): void {
    this.#active.load(active);
    this.#backoff.load({ refused, failed });
    for (const queued of waiting) this.#waiting.set(queued.name, queued);
  }

  #moveThese(pods: readonly QueuedPod[], event: ClusterEvent, nowMs: number): void {
    for (const queued of pods) {
      if (queued.gate !== undefined && !isRegistered(queued.gate, event)) continue;
      const strategy = this.#strategyFor(queued, event);
      if (strategy === "stay") continue;
      this.#waiting.delete(queued.name);
      this.#requeue(queued, strategy, nowMs);
    }
    this.#inFlight?.events.push(event);
  }

  // isPodWorthRequeuing: whether one of the plugins that refused the pod says that the event may help.
  #strategyFor(queued: QueuedPod, event: ClusterEvent): Strategy {
    if (queued.plugins.size === 0 || event.resource === "*") return "after-backoff";
    const framework = this.#input.frameworkOf(queued.info.pod);
    if (framework === undefined) return "after-backoff";
    for (const plugin of queued.plugins) if (mayHelp(plugin, queued.info, event, framework)) return "after-backoff";
    return "stay";
  }

  #requeue(queued: QueuedPod, strategy: Strategy, nowMs: number): QueuePlace {
    if (strategy === "stay") {
      this.#waiting.set(queued.name, queued);
      return "waiting";
    }
    if (this.#backoff.isBackingOff(queued, nowMs)) return this.#enterBackoff(queued) ? "backoff" : "waiting";
    return this.#enterActive(queued, false, false) ? "active" : "waiting";
  }

  // moveToActiveQ: a pod behind a gate waits. One that comes out of back-off was asked when it went in.
  #enterActive(queued: QueuedPod, isFromBackoff: boolean, isNew: boolean): boolean {
    const { name } = queued;
    if (!(isFromBackoff && this.#input.popsFromBackoff)) this.#askGates(queued);
    if (queued.gate !== undefined) {
      if (this.placeOf(name) === undefined) this.#waiting.set(name, queued);
      return false;
    }
    this.#waiting.delete(name);
    this.#backoff.delete(name);
    this.#active.put(queued);
    if (isNew) this.nominator.add(name, queued.info.pod.status, asInStatus);
    return true;
  }

  #enterBackoff(queued: QueuedPod): boolean {
    if (this.#input.popsFromBackoff) {
      this.#askGates(queued);
      if (queued.gate !== undefined) {
        if (!this.#waiting.has(queued.name)) this.#waiting.set(queued.name, queued);
        return false;
      }
    }
    this.#waiting.delete(queued.name);
    this.#backoff.put(queued);
    return true;
  }

  // runPreEnqueuePlugins: the gate it stands behind first, then all others.
  #askGates(queued: QueuedPod): void {
    const gates = this.#input.frameworkOf(queued.info.pod)?.profile.preEnqueues ?? [];
    const current = queued.gate;
    const order = current === undefined ? gates : [current, ...gates.filter((gate) => gate !== current)];
    const shut = order.find((gate) => this.#isShut(gate, queued));
    if (shut !== undefined) queued.plugins.add(shut);
    queued.gate = shut;
  }

  #isShut(gate: PluginName, { name, info }: QueuedPod): boolean {
    if (gate === "SchedulingGates") return (info.pod.spec.schedulingGates ?? []).length > 0;
    return gate === "DefaultPreemption" && this.#input.isPreempting(name);
  }
}

/** Pods by where they wait. */
export interface QueueLists {
  readonly active: readonly QueuedPod[];
  /** In back-off after a refusal. */
  readonly refused: readonly QueuedPod[];
  /** In back-off without a plugin to blame. */
  readonly failed: readonly QueuedPod[];
  readonly waiting: readonly QueuedPod[];
}
