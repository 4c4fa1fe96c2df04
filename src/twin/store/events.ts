import { fnv1a } from "../../kube/text.ts";
import { numberAt, textAt } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { asStored, type Stored } from "./objects.ts";
import type { Store } from "./store.ts";

/** Something that happened to an object. */
export interface ToldEvent {
  /** `Warning`; absent: `Normal`. */
  readonly type?: string;
  readonly reason: string;
  readonly message: string;
  /** The component that says so; absent: the actor. */
  readonly from?: string;
}

/** The Event for it. Repeats are counted on one object, as real recorders do. */
export function eventObject(
  store: Store,
  about: KubeObject,
  told: ToldEvent & { readonly from: string; readonly timestamp: string },
): Stored & KubeObject {
  const { name, namespace = "default", uid } = about.metadata;
  const event = eventName(about, told);
  const found = store.find("events", event, namespace);
  const known = found === undefined ? undefined : asStored(found);
  const involved: JsonObject = {
    apiVersion: about.apiVersion,
    kind: about.kind,
    name,
    namespace: about.metadata.namespace,
    uid,
  };
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: event, namespace },
    involvedObject: involved,
    type: told.type ?? "Normal",
    reason: told.reason,
    message: told.message,
    source: { component: told.from },
    firstTimestamp: textAt(known, "firstTimestamp") ?? told.timestamp,
    lastTimestamp: told.timestamp,
    count: (numberAt(known, "count") ?? 0) + 1,
  };
}

function eventName(about: KubeObject, told: ToldEvent): string {
  const text = `${about.metadata.uid ?? about.metadata.name} ${told.reason} ${told.message}`;
  return `${about.metadata.name}.${fnv1a(text).toString(16).padStart(8, "0")}`;
}
