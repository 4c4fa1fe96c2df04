import type { ResourceName } from "../../kube/resources.ts";
import type { AwsTable } from "../account/state.ts";
import type { StoreChangeOf } from "../store/change.ts";
import type { Store } from "../store/store.ts";
import type { ActorEvent } from "./actor-event.ts";
import type { Here } from "./here.ts";

/** What wakes an actor: which keys of its own it must look at again after a change. */
export type Watch =
  | { readonly [R in ResourceName]: ResourceWatch<R> }[ResourceName]
  | {
      readonly table: AwsTable;
      /** For a row by its key. */
      readonly keys: (key: string) => readonly string[];
    };

interface ResourceWatch<R extends ResourceName> {
  readonly resource: R;
  readonly keys: (change: StoreChangeOf<R>, store: Store) => readonly string[];
}

/** Watches one resource; the keys default to that of the object itself. */
export function watch<R extends ResourceName>(
  resource: R,
  keys: (change: StoreChangeOf<R>, store: Store) => readonly string[] = (change) => [change.key],
): Watch {
  // The pair of a resource and its keys is a member of the union; only the compiler cannot see it.
  return { resource, keys } as unknown as Watch;
}

/** Watches one table of the account; the keys default to that of the row. */
export function watchTable(table: AwsTable, keys: (key: string) => readonly string[] = (key) => [key]): Watch {
  return { table, keys };
}

/**
 * One program in the world, or somebody who acts on it. It meets the others only in the store and in the account.
 *
 * Changes that it watches become keys; it looks at each key once, a moment after the first change, however many there were. Whatever else
 * it keeps for speed must follow from the store and its memory alone, since a saved world begins without it.
 */
export interface Actor<Memory extends object = object, Event extends ActorEvent = ActorEvent> {
  /** Its folder's name. It names its memory and its dice. */
  readonly name: string;
  /** What it remembers when it has never acted: plain JSON, which it changes in place. */
  start(): Memory;
  readonly watches: readonly Watch[];
  /** From a change to the look at it, in milliseconds. */
  readonly reactMs?: number;
  /** Looks at one key: brings what it is responsible for nearer to what is wanted. Doing it twice does no harm. */
  look?(key: string, here: Here<Memory, Event>): void;
  /** After all keys of a moment were looked at. */
  settle?(here: Here<Memory, Event>): void;
  /** An event of its own is due. */
  on?(event: Event, here: Here<Memory, Event>): void;
  /** When a world is opened, new or saved, before anything happens. */
  open?(here: Here<Memory, Event>): void;
  /** Before the world is saved: puts into its memory what it keeps beside it for speed. */
  save?(here: Here<Memory, Event>): void;
}
