import { isObject } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { AwsState } from "../account/state.ts";
import type { StoreState } from "../store/store.ts";
import { Random, type RandomState } from "../time/random.ts";
import type { TimelineState } from "../time/timeline.ts";
import type { ActorEvent } from "./actor-event.ts";

/** The form in which a world is kept between two commands. */
export const twinSchema = "dovetail.sandbox/5";

/** A world from the text that `JSON.stringify` made of it in this process. */
export function twinStateOf(text: string): TwinState {
  const state: unknown = JSON.parse(text);
  if (isTwinState(state)) return state;
  throw new TypeError(`no state of ${twinSchema}`);
}

/** Whether JSON is a world of this version: whatever bears its schema was written by this program. */
export function isTwinState(value: unknown): value is TwinState {
  return isObject(value) && value["schema"] === twinSchema;
}

/** Something that will happen: an actor's own event, its look at one key, or at all that has changed. */
export type WorldEvent =
  | { readonly actor: string; readonly event: ActorEvent }
  | { readonly actor: string; readonly key: string }
  | { readonly actor: string };

/** One write of somebody other than the cluster's own controllers, as the audit log keeps it. */
export interface AuditEntry {
  readonly atMs: number;
  /** `dovetail` through the ports, everybody else by the name of the program that would have done it. */
  readonly actor: string;
  /** `kube:evict pods/shop/cart-0` or `iam:CreateRole`. */
  readonly operation: string;
  readonly target: string;
  readonly detail?: JsonObject;
}

/** A Helm release and what it made. */
export interface ReleaseState {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly revision: number;
  readonly chart: string;
  readonly appVersion: string;
  readonly updated: string;
  readonly values: JsonObject;
  /** Objects the release made, as `resource namespace/name`. */
  readonly objects: readonly string[];
}

/** What one actor keeps: its memory, the state of its dice, and the keys that it is about to look at. */
export interface ActorState {
  readonly memory: object;
  readonly dice: RandomState;
  readonly work: readonly string[];
  /** Whether the timeline holds its look at them. */
  readonly isWorkPlanned: boolean;
  /** Keys that it is to look at again, with when. */
  readonly again: Readonly<Record<string, number>>;
}

/** Everything a world is. Plain JSON: saved after every command that wrote, and continued by the next. */
export interface TwinState {
  readonly schema: typeof twinSchema;
  readonly name: string;
  readonly seed: number;
  /** `major.minor.patch`. */
  readonly kubernetesVersion: string;
  /** Dice of the store and of the account. */
  readonly dice: { readonly store: RandomState; readonly account: RandomState };
  readonly timeline: TimelineState<WorldEvent>;
  readonly store: StoreState;
  readonly aws: AwsState;
  readonly releases: Record<string, ReleaseState>;
  readonly actors: Readonly<Record<string, ActorState>>;
  readonly audit: AuditEntry[];
}

/** The same world with other dice: what has happened stays, what chance does from here on follows from the seed alone. */
export function reseeded(state: TwinState, seed: number): TwinState {
  const dice = (name: string): RandomState => Random.of(`${state.name} from here ${seed} ${name}`).state;
  const actors = Object.entries(state.actors).map(([name, one]) => [name, { ...one, dice: dice(name) }] as const);
  return {
    ...state,
    seed,
    dice: { store: dice("store"), account: dice("account") },
    actors: Object.fromEntries(actors),
  };
}

/** A world of a name and a seed in which nothing is yet. */
export function emptyTwin(
  of: Pick<TwinState, "name" | "seed" | "kubernetesVersion" | "aws"> & {
    readonly bornMs: number;
    readonly dice: TwinState["dice"];
  },
): TwinState {
  const { bornMs, ...head } = of;
  return {
    schema: twinSchema,
    ...head,
    timeline: { nowMs: bornMs, inserted: 0, events: [] },
    store: { version: 1000, objects: {}, applied: {} },
    releases: {},
    actors: {},
    audit: [],
  };
}
