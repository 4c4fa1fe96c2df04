import type { Random } from "../time/random.ts";
import type { Actor } from "./actor.ts";
import type { ActorEvent } from "./actor-event.ts";
import { Here, type Surroundings } from "./here.ts";
import type { ActorState, WorldEvent } from "./state.ts";

/** What an actor is given when it takes its seat. */
interface Seat extends Omit<ActorState, "dice"> {
  readonly dice: Random;
  readonly plan: (atMs: number, event: WorldEvent) => void;
}

/** Where one actor sits: what it is to look at, when, and with what. */
export class Desktop {
  readonly #actor: Actor;
  readonly #world: Surroundings;
  readonly #seat: Seat;
  readonly #here: Here;
  /** Keys to be looked at, in the order in which they came. */
  #work: Set<string>;
  #isWorkPlanned: boolean;
  /** Keys to be looked at again, with when. */
  readonly #again: Map<string, number>;

  constructor(actor: Actor, world: Surroundings, seat: Seat) {
    this.#actor = actor;
    this.#world = world;
    this.#seat = seat;
    this.#work = new Set(seat.work);
    this.#isWorkPlanned = seat.isWorkPlanned;
    this.#again = new Map(Object.entries(seat.again));
    this.#here = new Here(world, {
      actor: actor.name,
      memory: seat.memory,
      dice: seat.dice,
      after: (delayMs, event) => seat.plan(world.nowMs + delayMs, { actor: actor.name, event }),
      lookAgain: (key, delayMs) => this.#lookAgain(key, delayMs),
    });
  }

  get state(): ActorState {
    this.#actor.save?.(this.#here);
    return {
      memory: this.#seat.memory,
      dice: this.#seat.dice.state,
      work: [...this.#work],
      isWorkPlanned: this.#isWorkPlanned,
      again: Object.fromEntries(this.#again),
    };
  }

  open(): void {
    this.#actor.open?.(this.#here);
  }

  /** These keys are to be looked at soon. */
  wake(keys: readonly string[]): void {
    if (keys.length === 0) return;
    for (const key of keys) this.#work.add(key);
    this.#planWork();
  }

  handle(event: WorldEvent, nowMs: number): void {
    if ("event" in event) return this.#on(event.event);
    if ("key" in event) {
      // An earlier look has taken its place.
      if (this.#again.get(event.key) !== nowMs) return;
      this.#again.delete(event.key);
      this.#work.add(event.key);
    } else this.#isWorkPlanned = false;
    this.#lookAtAll();
  }

  #on(event: ActorEvent): void {
    this.#actor.on?.(event, this.#here);
  }

  #lookAtAll(): void {
    const keys = this.#work;
    this.#work = new Set();
    for (const key of keys) {
      this.#again.delete(key);
      this.#actor.look?.(key, this.#here);
    }
    this.#actor.settle?.(this.#here);
  }

  #planWork(): void {
    if (this.#isWorkPlanned) return;
    this.#isWorkPlanned = true;
    const reactMs = this.#actor.reactMs ?? this.#world.latencies.controllerReaction.medianMs;
    this.#seat.plan(this.#world.nowMs + reactMs, { actor: this.#actor.name });
  }

  #lookAgain(key: string, delayMs: number): void {
    const atMs = this.#world.nowMs + Math.max(0, Math.ceil(delayMs));
    const known = this.#again.get(key);
    if (known !== undefined && known <= atMs) return;
    this.#again.set(key, atMs);
    this.#seat.plan(atMs, { actor: this.#actor.name, key });
  }
}
