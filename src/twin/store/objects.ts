import { alsoPlain } from "../../kube/json.ts";
import type { Json, JsonObject, KubeObject, Metadata } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { resources } from "../../kube/resources.ts";

/** An object as the sandbox's API server keeps it. */
export type Stored = KubeObject & JsonObject;

/** `namespace/name`, or the name alone for cluster-scoped resources: the key within one resource. */
export function keyOf(resource: ResourceName, name: string, namespace: string | undefined): string {
  return resources[resource].namespaced ? `${namespace ?? "default"}/${name}` : name;
}

/** The key of an object within its resource. */
export function keyOfObject(resource: ResourceName, object: KubeObject): string {
  return keyOf(resource, object.metadata.name, object.metadata.namespace);
}

/** A deep copy of a typed object as plain JSON: what goes into the store must not be shared with the one who wrote it. */
export function stored(object: KubeObject): Stored {
  // The typed interfaces describe JSON; only their lack of an index signature stands between the two.
  return structuredClone(alsoPlain(object));
}

/** A typed object seen as what is stored, not copied. */
export function asStored(object: KubeObject): Stored {
  return alsoPlain(object);
}

/** The same object with other metadata. */
export function withMetadata(object: KubeObject, metadata: Metadata): Stored {
  return alsoPlain({ ...object, metadata });
}

/** The same object with some of its top-level fields replaced; an undefined one is left out. */
export function withFields(object: Stored, fields: JsonObject): Stored {
  const merged: Record<string, Json | undefined> = { ...object, ...fields };
  for (const key in fields) if (fields[key] === undefined) delete merged[key];
  return merged as Stored;
}

/** A scalar as text; anything else, and absence, as the empty string. */
export function str(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? `${value}` : "";
}
