import type { Json, JsonObject, KubeObject } from "../../src/kube/objects.ts";
import type { ResourceName, ResourceTypes } from "../../src/kube/resources.ts";
import type { Cluster } from "../../src/ports/cluster.ts";
import type { EvictionAnswer, ListOptions, ObjectRef, PatchType } from "../../src/kube/requests.ts";
import { Fault } from "../../src/fault/fault.ts";

/** Kubernetes objects by resource with versions and optimistic locking, and nothing that acts on them. */
export class ObjectStore implements Cluster {
  readonly where = { context: "store", server: "https://store.test" };
  readonly #objects = new Map<string, KubeObject>();
  #version = 0;

  version(): Promise<{ readonly minor: string; readonly gitVersion: string }> {
    return Promise.resolve({ minor: "1.35", gitVersion: "v1.35.4" });
  }

  list<R extends ResourceName>(resource: R, options: ListOptions = {}): Promise<readonly ResourceTypes[R][]> {
    const wanted = (options.labelSelector ?? "").split(",").filter((term) => term !== "");
    const found = [...this.#objects]
      .filter(([key]) => key.startsWith(`${resource}/`))
      .map(([, object]) => object)
      .filter((object) => options.namespace === undefined || object.metadata.namespace === options.namespace)
      .filter((object) =>
        wanted.every((term) => {
          const [key = "", value] = term.split("=");
          return object.metadata.labels?.[key] === value;
        }),
      );
    return Promise.resolve(structuredClone(found) as ResourceTypes[R][]);
  }

  get<R extends ResourceName>(ref: ObjectRef & { readonly resource: R }): Promise<ResourceTypes[R] | undefined> {
    return Promise.resolve(structuredClone(this.#objects.get(keyOf(ref))) as ResourceTypes[R] | undefined);
  }

  create(resource: ResourceName, object: KubeObject & JsonObject): Promise<KubeObject> {
    const key = keyOf({ resource, ...object.metadata });
    if (this.#objects.has(key)) return Promise.reject(new Fault("kube.Conflict", `${key} exists`));
    return Promise.resolve(this.#store(key, object));
  }

  apply(resource: ResourceName, object: KubeObject & JsonObject): Promise<KubeObject> {
    return Promise.resolve(this.#store(keyOf({ resource, ...object.metadata }), object));
  }

  patch(ref: ObjectRef, type: PatchType, body: Json): Promise<KubeObject> {
    const old = this.#objects.get(keyOf(ref));
    if (old === undefined) return Promise.reject(new Fault("kube.NotFound", `${keyOf(ref)} not found`));
    if (type !== "merge") return Promise.reject(new Error("this store merges only"));
    return Promise.resolve(this.#store(keyOf(ref), merged(old as unknown as Json, body) as unknown as KubeObject));
  }

  replace(ref: ObjectRef, object: KubeObject & JsonObject): Promise<KubeObject> {
    const old = this.#objects.get(keyOf(ref));
    if (old === undefined) return Promise.reject(new Fault("kube.NotFound", `${keyOf(ref)} not found`));
    const version = object.metadata.resourceVersion;
    if (version !== undefined && version !== old.metadata.resourceVersion) {
      return Promise.reject(new Fault("kube.Conflict", `${keyOf(ref)} moved`));
    }
    return Promise.resolve(this.#store(keyOf(ref), object));
  }

  delete(ref: ObjectRef): Promise<void> {
    this.#objects.delete(keyOf(ref));
    return Promise.resolve();
  }

  evict(): Promise<EvictionAnswer> {
    return Promise.reject(new Error("this store evicts nothing"));
  }

  logs(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  user(): Promise<string | undefined> {
    return Promise.resolve("admin");
  }

  can(): Promise<boolean> {
    return Promise.resolve(true);
  }

  #store(key: string, object: KubeObject): KubeObject {
    const uid = this.#objects.get(key)?.metadata.uid ?? `uid-${++this.#version}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(++this.#version) };
    const stored = structuredClone({ ...object, metadata });
    this.#objects.set(key, stored);
    return structuredClone(stored);
  }
}

function keyOf(ref: { readonly resource: ResourceName; readonly name: string; readonly namespace?: string }): string {
  return `${ref.resource}/${ref.namespace ?? ""}/${ref.name}`;
}

/** RFC 7386. */
function merged(old: Json, patch: Json): Json {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base = typeof old === "object" && old !== null && !Array.isArray(old) ? (old as JsonObject) : {};
  const result: Record<string, Json | undefined> = { ...base };
  for (const [key, value] of Object.entries(patch as JsonObject)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = merged(result[key] ?? null, value);
  }
  return result as JsonObject;
}
