import type { StoredTypes } from "./stored-types.ts";
import type { ResourceName } from "../../kube/resources.ts";

/** One write that took effect: who did what, and the object before and after it. */
export type StoreChange = { readonly [R in ResourceName]: StoreChangeOf<R> }[ResourceName];

/** A write to an object of one resource. */
export interface StoreChangeOf<R extends ResourceName> {
  readonly resource: R;
  /** `namespace/name`, or the name alone. */
  readonly key: string;
  /** `create`, `update`, `replace`, `patch`, `apply`, `delete` (begun or done), `evict`, `remove`. */
  readonly verb: string;
  /** The program or person that wrote. */
  readonly actor: string;
  readonly atMs: number;
  /** The store's counter after the write: what a watch goes on from. */
  readonly version: number;
  readonly before: StoredTypes[R] | undefined;
  /** Undefined: the object is gone. */
  readonly after: StoredTypes[R] | undefined;
}

/** How many changes are kept for watches that come back. */
const kept = 8192;

/** The last changes in order, for whoever was away: a ring that forgets the oldest. */
export class ChangeLog {
  readonly #ring: StoreChange[] = [];
  #start = 0;
  /** The version after which everything is here. */
  #since: number;

  constructor(since: number) {
    this.#since = since;
  }

  add(change: StoreChange): void {
    if (this.#ring.length < kept) {
      this.#ring.push(change);
      return;
    }
    this.#since = this.#ring[this.#start]?.version ?? this.#since;
    this.#ring[this.#start] = change;
    this.#start = (this.#start + 1) % kept;
  }

  /** The oldest version that a watch can go on from. */
  get oldest(): number {
    return this.#since;
  }

  /** Changes after a version, oldest first; undefined when some of them are forgotten. */
  after(version: number): readonly StoreChange[] | undefined {
    if (version < this.#since) return undefined;
    const ordered = [...this.#ring.slice(this.#start), ...this.#ring.slice(0, this.#start)];
    const first = ordered.findIndex((change) => change.version > version);
    return first < 0 ? [] : ordered.slice(first);
  }
}
