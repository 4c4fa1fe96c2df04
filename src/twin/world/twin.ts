import type { JsonObject } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { AwsAccount, type CapacityOffer } from "../account/account.ts";
import { addOperations } from "../account/operations.ts";
import type { AwsTable } from "../account/state.ts";
import { FaultInjector } from "../faults/faults.ts";
import { defaultLatencies, type Latencies } from "../latencies.ts";
import type { PriceBook } from "../../money/price-book.ts";
import type { StoreChange, StoreChangeOf } from "../store/change.ts";
import { keyOfObject } from "../store/objects.ts";
import { Store } from "../store/store.ts";
import { podAdmission } from "../kubernetes/pod-admission.ts";
import { Random } from "../time/random.ts";
import { Timeline } from "../time/timeline.ts";
import type { Actor } from "./actor.ts";
import { Desktop } from "./desktop.ts";
import type { Surroundings } from "./here.ts";
import type { Market } from "./market.ts";
import { Programs } from "./programs.ts";
import type { AuditEntry, TwinState, WorldEvent } from "./state.ts";

/** What a world is opened with besides its state. */
export interface TwinParts {
  readonly actors: readonly Actor[];
  readonly market: Market;
  /** Absent: `defaultLatencies`. */
  readonly latencies?: Latencies;
}

/** Most events that one advance may handle per second of virtual time, beyond an allowance: an endless exchange is our bug. */
const eventsPerSecond = 200;

/**
 * A cluster and an account in virtual time. Time moves in `advance` only; until then writes change objects and nobody reacts.
 *
 * Events happen in the order of their instants, those of one instant in the order in which they were planned. The same state and the
 * same calls give the same world, byte for byte.
 */
export class Twin implements Surroundings {
  readonly #state: TwinState;
  readonly #timeline: Timeline<WorldEvent>;
  readonly #dice: { readonly store: Random; readonly account: Random };
  readonly #desks = new Map<string, Desktop>();
  readonly #byResource = new Map<ResourceName, ((change: StoreChange) => void)[]>();
  readonly #byTable = new Map<AwsTable, ((key: string) => void)[]>();
  readonly #listeners: ((change: StoreChange) => void)[] = [];
  readonly #rowListeners: ((table: AwsTable, key: string) => void)[] = [];
  #writes = 0;
  readonly store: Store;
  readonly account: AwsAccount;
  readonly market: Market;
  readonly latencies: Latencies;
  readonly faults = new FaultInjector();
  readonly programs = new Programs();

  constructor(state: TwinState, parts: TwinParts) {
    this.#state = state;
    this.market = parts.market;
    this.latencies = parts.latencies ?? defaultLatencies;
    this.#timeline = new Timeline(state.timeline);
    this.#dice = { store: new Random(state.dice.store), account: new Random(state.dice.account) };
    const nowMs = (): number => this.#timeline.nowMs;
    this.store = new Store(state.store, {
      random: this.#dice.store,
      nowMs,
      onChange: (change) => this.#onChange(change),
      admission: podAdmission({ store: () => this.store, account: () => this.account }),
    });
    this.account = new AwsAccount({
      state: state.aws,
      random: this.#dice.account,
      nowMs,
      onChange: (table, key) => this.#onRow(table, key),
      onWrite: (actor, operation, input) => this.#note({ actor, operation, target: operation, detail: input }),
      hasCapacity: (offer) => this.faults.hasCapacity(offer),
      priceUsdPerHour: (offer) => priceIn(this.market.prices, offer),
    });
    addOperations(this.account);
    for (const actor of parts.actors) this.#seat(actor);
    for (const desk of this.#desks.values()) desk.open();
  }

  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  get name(): string {
    return this.#state.name;
  }

  get seed(): number {
    return this.#state.seed;
  }

  get kubernetesVersion(): string {
    return this.#state.kubernetesVersion;
  }

  get releases(): TwinState["releases"] {
    return this.#state.releases;
  }

  get audit(): readonly AuditEntry[] {
    return this.#state.audit;
  }

  /** Grows with every write: tells whether there is something to save. */
  get writes(): number {
    return this.#writes;
  }

  /** Tells a listener of every change from now on, before any actor acts on it. Answers how to end it. */
  subscribe(listener: (change: StoreChange) => void): () => void {
    this.#listeners.push(listener);
    return () => void this.#listeners.splice(this.#listeners.indexOf(listener), 1);
  }

  /** Tells a listener of every row of the account that changes from now on, before any actor acts on it. Answers how to end it. */
  subscribeRows(listener: (table: AwsTable, key: string) => void): () => void {
    this.#rowListeners.push(listener);
    return () => void this.#rowListeners.splice(this.#rowListeners.indexOf(listener), 1);
  }

  /** What an actor remembers; throws when it is not in this world. */
  memoryOf<M extends object>(actor: Actor<M, never>): M {
    const desk = this.#desks.get(actor.name);
    if (desk === undefined) throw new Error(`nobody of the name ${actor.name} is in this world`);
    // An actor's memory began as what its own `start` gave.
    return desk.state.memory as M;
  }

  /** Lets the world act until that much time has passed. */
  advance(ms: number): void {
    const until = this.#timeline.nowMs + ms;
    const most = 5000 + (ms / 1000) * eventsPerSecond + this.store.version;
    for (let handled = 0; ; handled++) {
      const event = this.#timeline.next(until);
      if (event === undefined) break;
      if (handled > most)
        throw new Error(`the world does not settle: ${handled} events in ${ms} ms, last of ${event.actor}`);
      this.#desk(event.actor)?.handle(event, this.#timeline.nowMs);
    }
    this.#timeline.moveTo(until);
    this.#writes += 1;
  }

  /** Everything as plain data, to be continued by another process. */
  save(): TwinState {
    const { store, account } = this.#dice;
    return {
      ...this.#state,
      dice: { store: store.state, account: account.state },
      timeline: this.#timeline.state,
      store: this.store.state,
      actors: {
        ...this.#state.actors,
        ...Object.fromEntries(Array.from(this.#desks, ([name, desk]) => [name, desk.state])),
      },
    };
  }

  /** Notes in the audit log what no write says. */
  observe(entry: Omit<AuditEntry, "atMs">): void {
    this.#state.audit.push({ atMs: this.#timeline.nowMs, ...entry });
  }

  #seat(actor: Actor): void {
    const known = this.#state.actors[actor.name];
    const desk = new Desktop(actor, this, {
      dice:
        known === undefined
          ? Random.of(`${this.#state.name} ${this.#state.seed} ${actor.name}`)
          : new Random(known.dice),
      memory: known?.memory ?? actor.start(),
      work: known?.work ?? [],
      isWorkPlanned: known?.isWorkPlanned ?? false,
      again: known?.again ?? {},
      plan: (atMs, event) => this.#timeline.at(atMs, event),
    });
    this.#desks.set(actor.name, desk);
    for (const one of actor.watches) {
      if ("table" in one) {
        const { keys } = one;
        push(this.#byTable, one.table, (key) => desk.wake(keys(key)));
        if (known === undefined) for (const key of Object.keys(this.account.table(one.table))) desk.wake(keys(key));
      } else {
        const { resource } = one;
        // Changes are told apart by their resource at the only place where they are handed out.
        const keys = one.keys as (change: StoreChangeOf<ResourceName>, store: Store) => readonly string[];
        push(this.#byResource, resource, (change) => desk.wake(keys(change, this.store)));
        if (known === undefined) for (const change of this.#asIfNew(resource)) desk.wake(keys(change, this.store));
      }
    }
  }

  /** What is there already, as an actor that has just started lists it. */
  #asIfNew(resource: ResourceName): readonly StoreChangeOf<ResourceName>[] {
    const { version } = this.store;
    return this.store.all(resource).map((after) => {
      const key = keyOfObject(resource, after);
      return { resource, key, verb: "list", actor: "", atMs: this.nowMs, version, before: undefined, after };
    });
  }

  #desk(name: string): Desktop | undefined {
    return this.#desks.get(name);
  }

  #onChange(change: StoreChange): void {
    this.#writes += 1;
    if (!quiet.has(change.actor) && !silent.has(change.resource)) {
      const operation = `kube:${change.verb} ${change.resource}`;
      this.#state.audit.push({ atMs: change.atMs, actor: change.actor, operation, target: change.key });
    }
    for (const listener of this.#listeners) listener(change);
    for (const tell of this.#byResource.get(change.resource) ?? []) tell(change);
  }

  #onRow(table: AwsTable, key: string): void {
    this.#writes += 1;
    for (const listener of this.#rowListeners) listener(table, key);
    for (const tell of this.#byTable.get(table) ?? []) tell(key);
  }

  #note(entry: {
    readonly actor: string;
    readonly operation: string;
    readonly target: string;
    readonly detail: JsonObject;
  }): void {
    this.#writes += 1;
    this.#state.audit.push({ atMs: this.#timeline.nowMs, ...entry });
  }
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function priceIn(prices: PriceBook, { instanceType, zone, capacityType }: CapacityOffer): number | undefined {
  if (capacityType !== "spot") return prices.onDemandUsdPerHour.get(instanceType);
  return prices.spotUsdPerHour.get(instanceType)?.get(zone)?.usual;
}

/** Resources whose writes are news rather than changes. */
const silent: ReadonlySet<ResourceName> = new Set(["events", "leases"]);

/** What controllers do all the time would drown what a reader of the audit log looks for. */
const quiet: ReadonlySet<string> = new Set([
  "kubelet",
  "kube-scheduler",
  "deployment",
  "replicaset",
  "statefulset",
  "daemonset",
  "job",
  "cronjob",
  "horizontal-pod-autoscaler",
  "disruption",
  "garbage-collector",
  "namespace",
  "node-lifecycle",
  "volumes",
]);
