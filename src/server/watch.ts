import type { JsonObject, KubeObject } from "../kube/objects.ts";
import type { Status } from "../kube/status.ts";
import { resources } from "../kube/resources.ts";
import type { StoreChange } from "../twin/store/change.ts";
import { asStored, type Stored, withMetadata } from "../twin/store/objects.ts";
import { fieldTest, labelTest } from "../twin/store/query.ts";
import { StatusRefusal } from "../twin/store/refusal.ts";
import type { Twin } from "../twin/world/twin.ts";
import type { WatchAnswer } from "./answer.ts";
import { groupVersionOf } from "./discovery.ts";
import { asServed } from "./read.ts";
import type { ClockShift } from "./times.ts";
import { tableOf } from "./tables/table.ts";

/** One line of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: JsonObject | Status;
}

/** A watch as it goes on: what it says first, and what it says of each change. Pure; whoever serves it writes the lines. */
export class Watching {
  readonly #twin: Twin;
  readonly #asked: WatchAnswer;
  readonly #shift: ClockShift;
  readonly #matches: (object: Stored) => boolean;
  #isFirst = true;
  /** The last version that was told of. */
  #version: number;

  /** Throws `StatusRefusal` for selectors that cannot be read. */
  constructor(twin: Twin, asked: WatchAnswer, shift: ClockShift) {
    this.#twin = twin;
    this.#shift = shift;
    this.#asked = asked;
    const byLabel = labelTest(asked.labelSelector);
    const byField = fieldTest(asked.fieldSelector);
    const { namespace } = asked;
    this.#matches = (one) =>
      (namespace === undefined || one.metadata.namespace === namespace) && byLabel(one) && byField(one);
    this.#version = asked.after ?? twin.store.version;
  }

  /** What is there, or what has changed since the version that was asked for. An error ends the watch. */
  begin(): readonly WatchEvent[] {
    const { store } = this.#twin;
    const { resource, after, endsInitial } = this.#asked;
    if (after === undefined) {
      const here = store.all(resource).filter((one) => this.#matches(asStored(one)));
      const added = here.map((one): WatchEvent => this.#event("ADDED", one));
      return endsInitial ? [...added, this.#bookmark({ "k8s.io/initial-events-end": "true" })] : added;
    }
    try {
      return store.changesAfter(after).flatMap((change) => this.told(change));
    } catch (error) {
      if (!(error instanceof StatusRefusal)) throw error;
      return [{ type: "ERROR", object: error.status }];
    }
  }

  /** What the watch says of a change: nothing, or one event. An object that leaves the selection is deleted for who watches. */
  told(change: StoreChange): readonly WatchEvent[] {
    if (change.resource !== this.#asked.resource) return [];
    this.#version = change.version;
    const was = change.before !== undefined && this.#matches(asStored(change.before));
    const is = change.after !== undefined && this.#matches(asStored(change.after));
    if (is) return [this.#event(was ? "MODIFIED" : "ADDED", change.after)];
    if (!was) return [];
    const last = change.before;
    return [this.#event("DELETED", withMetadata(last, { ...last.metadata, resourceVersion: `${change.version}` }))];
  }

  /** Tells how far the watch has come, when nothing else does. */
  bookmark(): WatchEvent {
    this.#version = Math.max(this.#version, this.#twin.store.version);
    return this.#bookmark({});
  }

  #bookmark(annotations: Readonly<Record<string, string>>): WatchEvent {
    const { resource } = this.#asked;
    const metadata = { resourceVersion: `${this.#version}`, creationTimestamp: null, annotations };
    return {
      type: "BOOKMARK",
      object: { kind: resources[resource].kind, apiVersion: groupVersionOf(resource), metadata },
    };
  }

  #event(type: WatchEvent["type"], object: KubeObject): WatchEvent {
    const { resource, form } = this.#asked;
    const { nowMs } = this.#twin;
    const part = (one: KubeObject): Stored => asServed({ resource, shiftMs: this.#shift(), nowMs }, one);
    if (form === undefined) return { type, object: part(object) };
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const version = Number(object.metadata.resourceVersion ?? this.#version);
    return { type, object: tableOf(resource, [object], { nowMs, form, version, isFirst, part }) };
  }
}
