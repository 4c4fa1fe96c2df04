import type { StoredTypes } from "../store/stored-types.ts";
import type { KubeObject, JsonObject } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { EvictionAnswer, ObjectRef } from "../../kube/requests.ts";
import type { AwsAccount } from "../account/account.ts";
import type { FaultInjector } from "../faults/faults.ts";
import { drawLatencyMs, type Latencies, type LatencyName } from "../latencies.ts";
import type { PatchRequest } from "../store/client-writes.ts";
import { eventObject, type ToldEvent } from "../store/events.ts";
import { evictPod } from "../store/eviction.ts";
import type { Stored } from "../store/objects.ts";
import type { Store } from "../store/store.ts";
import type { Random } from "../time/random.ts";
import type { ActorEvent } from "./actor-event.ts";
import type { Market } from "./market.ts";
import type { Programs } from "./programs.ts";

/** What the runner gives an actor beside the world itself. */
export interface Desk<Memory, Event> {
  readonly actor: string;
  readonly memory: Memory;
  readonly dice: Random;
  after(delayMs: number, event: Event): void;
  lookAgain(key: string, delayMs: number): void;
}

/** The world that all actors share. */
export interface Surroundings {
  readonly store: Store;
  readonly account: AwsAccount;
  readonly market: Market;
  readonly latencies: Latencies;
  readonly faults: FaultInjector;
  readonly programs: Programs;
  /** `major.minor.patch` of the control plane. */
  readonly kubernetesVersion: string;
  readonly nowMs: number;
  /** Notes in the audit log what no write says. */
  observe(entry: {
    readonly actor: string;
    readonly operation: string;
    readonly target: string;
    readonly detail?: JsonObject;
  }): void;
}

/** The world as one actor meets it: it reads everything, writes under its own name, draws from its own dice and keeps its own memory. */
export class Here<Memory = object, Event = ActorEvent> {
  readonly #world: Surroundings;
  readonly #desk: Desk<Memory, Event>;
  /** For reading; writes go through the methods here, which name the writer. */
  readonly store: Store;
  /** For reading; operations go through `call`. */
  readonly account: AwsAccount;

  constructor(world: Surroundings, desk: Desk<Memory, Event>) {
    this.#world = world;
    this.#desk = desk;
    this.store = world.store;
    this.account = world.account;
  }

  get nowMs(): number {
    return this.#world.nowMs;
  }

  /** The instant as Kubernetes writes it. */
  get timestamp(): string {
    return new Date(this.#world.nowMs).toISOString().replace(/\.\d{3}Z$/, "Z");
  }

  get memory(): Memory {
    return this.#desk.memory;
  }

  get dice(): Random {
    return this.#desk.dice;
  }

  get market(): Market {
    return this.#world.market;
  }

  get latencies(): Latencies {
    return this.#world.latencies;
  }

  get faults(): FaultInjector {
    return this.#world.faults;
  }

  get programs(): Programs {
    return this.#world.programs;
  }

  get kubernetesVersion(): string {
    return this.#world.kubernetesVersion;
  }

  /** How long something takes this time, in milliseconds: drawn from this actor's dice around the median of the table. */
  drawMs(latency: LatencyName): number {
    return drawLatencyMs(this.#world.latencies[latency], this.#desk.dice);
  }

  /** Tells this actor something later. */
  after(delayMs: number, event: Event): void {
    this.#desk.after(delayMs, event);
  }

  /** Looks at a key again after so long, unless it is to be looked at before. */
  lookAgain(key: string, delayMs: number): void {
    this.#desk.lookAgain(key, delayMs);
  }

  /** Makes an object; throws `StatusRefusal` when its name is taken, its namespace absent or itself invalid. */
  create<R extends ResourceName>(resource: R, object: StoredTypes[R] & KubeObject): Stored {
    return this.store.make(this.#desk.actor, resource, object);
  }

  /** Writes an object as it is to be, status included. Nothing happens when it is so already. */
  put<R extends ResourceName>(resource: R, object: StoredTypes[R]): Stored {
    return this.store.put(this.#desk.actor, resource, object);
  }

  /** Patches as a client does; throws `StatusRefusal`. */
  patch(ref: ObjectRef, patch: PatchRequest): Stored {
    return this.store.patch(this.#desk.actor, ref, patch);
  }

  /** Begins the deletion of an object; absent already counts as deleted. */
  delete(resource: ResourceName, object: KubeObject): void {
    const { name, namespace } = object.metadata;
    this.store.delete(this.#desk.actor, { resource, name, ...(namespace === undefined ? {} : { namespace }) });
  }

  /** Asks the Eviction API to let a pod go. */
  evict(pod: KubeObject, gracePeriodSeconds?: number): EvictionAnswer {
    const { name, namespace = "default" } = pod.metadata;
    const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
    return evictPod(this.store, { actor: this.#desk.actor, nowMs: this.nowMs, namespace, name, ...grace });
  }

  /** Takes an object away at once, whatever holds it. */
  remove(resource: ResourceName, object: KubeObject): void {
    this.store.remove(this.#desk.actor, resource, object);
  }

  /** Calls an operation of the account under this actor's name; throws the `aws.…` Fault that AWS would answer. */
  call(operation: string, input: JsonObject): JsonObject {
    return this.account.call(this.#desk.actor, operation, input);
  }

  /** Notes in the audit log what no write says. */
  observe(operation: string, target: string, detail: JsonObject): void {
    this.#world.observe({ actor: this.#desk.actor, operation, target, detail });
  }

  /** What happened, as `kubectl describe` and `kubectl get events` show it. */
  tell(about: KubeObject, told: ToldEvent): void {
    const from = told.from ?? this.#desk.actor;
    this.store.put(from, "events", eventObject(this.store, about, { ...told, from, timestamp: this.timestamp }));
  }
}
