import type { StoredTypes } from "./stored-types.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ListOptions, ObjectRef } from "../../kube/requests.ts";
import { isResourceName, type ResourceName, resources } from "../../kube/resources.ts";
import type { Random } from "../time/random.ts";
import { admitPod, type PodAdmission } from "./admission.ts";
import { type StoreChange, ChangeLog } from "./change.ts";
import { afterApply, afterPatch, afterReplace, mustBeOpen, mustBeValid, type PatchRequest } from "./client-writes.ts";
import type { Index } from "./indexes.ts";
import { isObject, sameJson } from "../../kube/json.ts";
import { asStored, keyOf, keyOfObject, type Stored, stored, withMetadata } from "./objects.ts";
import { lastApplied } from "./patch.ts";
import { fieldTest, labelTest } from "./query.ts";
import { absentApi, alreadyExists, conflict, expired, noSuchObject } from "./refusal.ts";
import { crdNameOf, endedByOthers, graceOf, refOf, successor, typed } from "./rules.ts";
import { Table } from "./table.ts";

/** Everything a store is, as plain data: objects in the order of their creation. */
export interface StoreState {
  readonly version: number;
  readonly objects: { readonly [R in ResourceName]?: readonly Stored[] };
  /** What each field manager last applied, by `resource key`: server-side apply's memory. */
  readonly applied: Readonly<Record<string, JsonObject>>;
}

interface Surroundings {
  readonly random: Random;
  readonly nowMs: () => number;
  readonly onChange: (change: StoreChange) => void;
  readonly admission: PodAdmission;
}

interface Writing {
  readonly actor: string;
  readonly verb: string;
  readonly resource: ResourceName;
  readonly old: Stored;
  readonly next: Stored;
  readonly isDryRun: boolean;
}

type Told = { readonly key: string } & { readonly [K in "before" | "after"]: Stored | undefined };

/**
 * The storage half of an API server: objects with uid, resourceVersion and generation, optimistic concurrency, patches, finalizers,
 * graceful deletion, indexes and a watch log. Synchronous. It says no by throwing `StatusRefusal`, which holds Kubernetes' own `Status`.
 *
 * Stored objects never change: whoever holds one holds it as it was.
 */
export class Store {
  readonly #world: Surroundings;
  readonly #tables = new Map<ResourceName, Table>();
  readonly #applied: Map<string, JsonObject>;
  readonly #log: ChangeLog;
  #version: number;

  constructor(state: StoreState, world: Surroundings) {
    this.#world = world;
    this.#version = state.version;
    this.#applied = new Map(Object.entries(state.applied));
    this.#log = new ChangeLog(state.version);
    for (const resource of Object.keys(state.objects).filter(isResourceName)) {
      const table = this.#table(resource);
      for (const object of state.objects[resource] ?? []) table.set(keyOfObject(resource, object), object);
    }
  }

  /** Everything as plain data. */
  get state(): StoreState {
    const objects = Array.from(this.#tables, ([resource, table]) => [resource, table.all()] as const);
    return {
      version: this.#version,
      objects: Object.fromEntries(objects.filter(([, list]) => list.length > 0)),
      applied: Object.fromEntries(this.#applied),
    };
  }

  /** The counter of all writes: what a list was read at, and a watch goes on from. */
  get version(): number {
    return this.#version;
  }

  /** Counts the writes to a resource since the store was opened. */
  revisionOf(resource: ResourceName): number {
    return this.#table(resource).revision;
  }

  /** Changes since a version, oldest first. Throws `StatusRefusal` (Expired) when some are forgotten. */
  changesAfter(version: number): readonly StoreChange[] {
    const changes = this.#log.after(version);
    if (changes === undefined) throw expired(version, this.#log.oldest);
    return changes;
  }

  /** As a client lists: by namespace and selectors, in the order of keys. Throws `StatusRefusal` where no such API is served. */
  list<R extends ResourceName>(resource: R, options: ListOptions = {}): readonly StoredTypes[R][] {
    this.#mustServe(resource);
    const { namespace } = options;
    const all = this.#table(resource).sorted();
    if (namespace === undefined && options.labelSelector === undefined && options.fieldSelector === undefined)
      return typed<R>(all);
    const [byLabel, byField] = [labelTest(options.labelSelector), fieldTest(options.fieldSelector)];
    return typed<R>(
      all.filter((o) => (namespace === undefined || o.metadata.namespace === namespace) && byLabel(o) && byField(o)),
    );
  }

  /** All objects in the order of their creation, without the check that the API is served: for controllers. */
  all<R extends ResourceName>(resource: R): readonly StoredTypes[R][] {
    return typed<R>(this.#table(resource).all());
  }

  /** What an index has under a key, in the order of creation. */
  by<R extends ResourceName>(index: Index<R>, key: string): readonly StoredTypes[R][] {
    return typed<R>(this.#table(index.resource).by(index.keysOf, key));
  }

  /** As a client gets: undefined when there is none. Throws `StatusRefusal` where no such API is served. */
  get<R extends ResourceName>(ref: ObjectRef & { readonly resource: R }): StoredTypes[R] | undefined {
    this.#mustServe(ref.resource);
    return this.find(ref.resource, ref.name, ref.namespace);
  }

  /** One object by name; undefined when there is none. */
  find<R extends ResourceName>(resource: R, name: string, namespace?: string): StoredTypes[R] | undefined {
    return this.at(resource, keyOf(resource, name, namespace));
  }

  /** One object by its key within the resource; undefined when there is none. */
  at<R extends ResourceName>(resource: R, key: string): StoredTypes[R] | undefined {
    const found = this.#table(resource).get(key);
    return found === undefined ? undefined : typed<R>(found);
  }

  /** As a client creates. Throws `StatusRefusal`: taken name, no such namespace, invalid. Answers what was, or would be, stored. */
  create(actor: string, resource: ResourceName, object: KubeObject, isDryRun = false): Stored {
    this.#mustServe(resource);
    mustBeOpen(refOf(resource, object), this.find("namespaces", object.metadata.namespace ?? ""));
    return this.make(actor, resource, stored(object), isDryRun);
  }

  /** The same for a controller, whose objects are not shared with anybody who changes them: nothing is copied. */
  make(actor: string, resource: ResourceName, given: KubeObject, isDryRun = false): Stored {
    const object = asStored(given);
    const ref = refOf(resource, object);
    mustBeValid(resource, object);
    if (this.#table(resource).get(keyOfObject(resource, object)) !== undefined) throw alreadyExists(ref);
    const { namespace } = object.metadata;
    if (namespace !== undefined && resource !== "namespaces" && this.find("namespaces", namespace) === undefined)
      throw noSuchObject({ resource: "namespaces", name: namespace });
    const admitted = resource === "pods" ? admitPod(typed<"pods">(object), this.#world.admission) : object;
    const { kind, namespaced } = resources[resource];
    const metadata = {
      ...admitted.metadata,
      ...(namespaced && namespace === undefined ? { namespace: "default" } : {}),
      uid: this.#world.random.uuid(),
      creationTimestamp: new Date(this.#world.nowMs()).toISOString(),
      generation: 1,
    };
    const made = withMetadata({ ...admitted, kind }, metadata);
    return isDryRun ? made : this.#write(actor, "create", resource, made);
  }

  /** Creates or replaces without asking for a version, status included: how controllers and kubelets write. */
  put<R extends ResourceName>(actor: string, resource: R, object: StoredTypes[R]): Stored {
    const next = asStored(object);
    const old = this.#table(resource).get(keyOfObject(resource, object));
    if (old === undefined) return this.make(actor, resource, next);
    if (sameJson(old, next)) return old;
    return this.#update({ actor, verb: "update", resource, old, next, isDryRun: false });
  }

  /** As a client replaces. Throws `StatusRefusal`: gone, written by somebody else meanwhile, invalid. */
  replace(actor: string, ref: ObjectRef, object: KubeObject): Stored {
    const old = this.#mustFind(ref);
    const next = afterReplace(old, ref, stored(object));
    return this.#update({ actor, verb: "replace", resource: ref.resource, old, next, isDryRun: false });
  }

  /** As a client patches. Throws `StatusRefusal`: gone, conflict, invalid, a strategic patch of a custom resource. */
  patch(actor: string, ref: ObjectRef, patch: PatchRequest): Stored {
    const old = this.#mustFind(ref);
    const next = afterPatch(old, ref, patch);
    const verb = patch.subresource === undefined ? "patch" : `patch ${patch.subresource} of`;
    return this.#update({ actor, verb, resource: ref.resource, old, next, isDryRun: patch.isDryRun === true });
  }

  /** Server-side apply of one field manager. Throws `StatusRefusal`: fields of others without force, invalid. */
  apply(
    actor: string,
    resource: ResourceName,
    object: KubeObject,
    options: { readonly force?: boolean; readonly dryRun?: boolean } = {},
  ): Stored {
    this.#mustServe(resource);
    const wanted = stored(object);
    const key = keyOfObject(resource, object);
    const memory = `${resource} ${key}`;
    const isDryRun = options.dryRun === true;
    const old = this.#table(resource).get(key);
    if (old === undefined) {
      const made = this.create(actor, resource, object, isDryRun);
      if (!isDryRun) this.#applied.set(memory, { [actor]: wanted });
      return made;
    }
    const known = this.#applied.get(memory) ?? {};
    const next = afterApply(old, resource, { wanted, ...lastApplied(known, actor), isForced: options.force === true });
    if (!isDryRun) this.#applied.set(memory, { ...known, [actor]: wanted });
    return this.#update({ actor, verb: "apply", resource, old, next, isDryRun });
  }

  /** Starts the deletion; what has finalizers, or a pod that runs, goes when these are done. Absent already counts as deleted. */
  delete(
    actor: string,
    ref: ObjectRef,
    options: { readonly uid?: string; readonly graceSeconds?: number; readonly verb?: "evict" } = {},
  ): void {
    const { resource } = ref;
    this.#mustServe(resource);
    const old = this.#table(resource).get(keyOf(resource, ref.name, ref.namespace));
    if (old === undefined) return;
    const { uid, deletionTimestamp: since, finalizers = [] } = old.metadata;
    if (options.uid !== undefined && options.uid !== uid) {
      throw conflict(ref, `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid ?? ""}`);
    }
    if (since !== undefined) return;
    const isRunning = resource === "pods" && isObject(old["spec"]) && old["spec"]["nodeName"] !== undefined;
    const phase = isObject(old["status"]) ? old["status"]["phase"] : undefined;
    const grace = isRunning && phase !== "Succeeded" && phase !== "Failed" ? (options.graceSeconds ?? graceOf(old)) : 0;
    if (grace === 0 && finalizers.length === 0 && resource !== "namespaces")
      return this.remove(actor, resource, old, options.verb);
    const deletionTimestamp = new Date(this.#world.nowMs() + grace * 1000).toISOString();
    this.#write(actor, options.verb ?? "delete", resource, withMetadata(old, { ...old.metadata, deletionTimestamp }));
  }

  /** Takes an object out of the store at once. */
  remove(actor: string, resource: ResourceName, object: KubeObject, verb = "remove"): void {
    const key = keyOfObject(resource, object);
    const before = this.#table(resource).delete(key);
    if (before === undefined) return;
    this.#applied.delete(`${resource} ${key}`);
    this.#version += 1;
    this.#tell({ actor, verb, resource, key, before, after: undefined });
  }

  #update(writing: Writing): Stored {
    const { actor, verb, resource, old, isDryRun } = writing;
    const result = successor(old, writing.next);
    const { deletionTimestamp, finalizers = [] } = result.metadata;
    if (isDryRun || sameJson(old, result)) return result;
    if (deletionTimestamp !== undefined && finalizers.length === 0 && !endedByOthers.has(resource)) {
      this.remove(actor, resource, result);
      return result;
    }
    return this.#write(actor, verb, resource, result);
  }

  #write(actor: string, verb: string, resource: ResourceName, object: Stored): Stored {
    this.#version += 1;
    const key = keyOfObject(resource, object);
    const after = withMetadata(object, { ...object.metadata, resourceVersion: `${this.#version}` });
    const before = this.#table(resource).set(key, after);
    this.#tell({ actor, verb, resource, key, before, after });
    return after;
  }

  #tell(change: Omit<Writing, "old" | "next" | "isDryRun"> & Told): void {
    // Stored under its resource: the same as in `typed`.
    const told = { ...change, atMs: this.#world.nowMs(), version: this.#version } as unknown as StoreChange;
    this.#log.add(told);
    this.#world.onChange(told);
  }

  #table(resource: ResourceName): Table {
    let table = this.#tables.get(resource);
    if (table === undefined) {
      table = new Table();
      this.#tables.set(resource, table);
    }
    return table;
  }

  #mustFind(ref: ObjectRef): Stored {
    this.#mustServe(ref.resource);
    const old = this.#table(ref.resource).get(keyOf(ref.resource, ref.name, ref.namespace));
    if (old === undefined) throw noSuchObject(ref);
    return old;
  }

  /** Whether the API of a resource is served now: Karpenter's and AWS's need their CustomResourceDefinition. */
  serves(resource: ResourceName): boolean {
    const crd = crdNameOf(resource);
    return crd === undefined || this.at("customresourcedefinitions", crd) !== undefined;
  }

  #mustServe(resource: ResourceName): void {
    if (!this.serves(resource)) throw absentApi();
  }
}
