import { asJson, isObject, sameJson } from "../../kube/json.ts";
import type { Json, KubeObject } from "../../kube/objects.ts";
import { type ResourceName, type ResourceTypes, resources } from "../../kube/resources.ts";
import type { ListOptions, ObjectRef, PatchType } from "../../kube/requests.ts";
import { Fault } from "../../fault/fault.ts";
import type { Random } from "../time/random.ts";
import type { Actor, SandboxState } from "../world/state.ts";
import { keyOf, keyOfObject, stored, type Stored, str, withFields, withMetadata } from "./objects.ts";
import { applyFields } from "./patch.ts";
import { admitPod } from "./admission.ts";
import { fieldTest, labelTest } from "./query.ts";
import {
  asObject,
  byKey,
  conflict,
  crdGroups,
  graceOf,
  keepStatus,
  patched,
  problemOf,
  successor,
  typed,
} from "./rules.ts";

/** Told after every write, with the object before and after it. */
type WriteListener = (write: Write) => void;

/** One write that took effect. */
export interface Write {
  readonly actor: Actor;
  readonly verb: string;
  readonly resource: ResourceName;
  readonly key: string;
  readonly before: Stored | undefined;
  readonly after: Stored | undefined;
}

interface Surroundings {
  readonly state: SandboxState;
  readonly random: Random;
  readonly nowMs: () => number;
  readonly onWrite: WriteListener;
}

/**
 * The storage half of an API server: objects with uid, resourceVersion and generation, optimistic concurrency, patches, finalizers and
 * graceful deletion. Synchronous; `cluster.ts` makes the port of it.
 */
export class ApiServer {
  readonly #world: Surroundings;
  /** Lists as they are until the next write of their resource. */
  readonly #lists = new Map<ResourceName, readonly Stored[]>();

  constructor(world: Surroundings) {
    this.#world = world;
  }

  list<R extends ResourceName>(resource: R, options: ListOptions = {}): readonly ResourceTypes[R][] {
    this.#mustServe(resource);
    const byLabel = labelTest(options.labelSelector);
    const byField = fieldTest(options.fieldSelector);
    const inNamespace = (object: Stored): boolean =>
      options.namespace === undefined || object.metadata.namespace === options.namespace;
    const found = this.#all(resource).filter((o) => inNamespace(o) && byLabel(o) && byField(o));
    return typed<R>(found.toSorted(byKey(resource)));
  }

  /** Without the check that the API is served: for controllers, which see nothing where nothing is. */
  peek<R extends ResourceName>(resource: R): readonly ResourceTypes[R][] {
    return typed<R>(this.#all(resource));
  }

  get<R extends ResourceName>(ref: ObjectRef & { readonly resource: R }): ResourceTypes[R] | undefined {
    this.#mustServe(ref.resource);
    return this.find(ref.resource, ref.name, ref.namespace);
  }

  find<R extends ResourceName>(resource: R, name: string, namespace?: string): ResourceTypes[R] | undefined {
    const found = this.#table(resource)[keyOf(resource, name, namespace)];
    return found === undefined ? undefined : typed<R>([found])[0];
  }

  create(actor: Actor, resource: ResourceName, object: KubeObject, isDryRun = false): Stored {
    this.#mustServe(resource);
    this.#mustBeValid(resource, object);
    const key = keyOfObject(resource, object);
    if (this.#table(resource)[key] !== undefined) {
      throw new Fault("kube.Conflict", `${resource} "${object.metadata.name}" already exists`, {
        why: "AlreadyExists",
      });
    }
    const { namespace } = object.metadata;
    if (namespace !== undefined && resource !== "namespaces" && this.find("namespaces", namespace) === undefined) {
      throw new Fault("kube.NotFound", `namespaces "${namespace}" not found`);
    }
    const copy = resource === "pods" ? admitPod(stored(object)) : stored(object);
    const made = withMetadata(withFields(copy, { kind: resources[resource].kind }), {
      ...copy.metadata,
      ...(resources[resource].namespaced && namespace === undefined ? { namespace: "default" } : {}),
      uid: this.#world.random.uuid(),
      creationTimestamp: new Date(this.#world.nowMs()).toISOString(),
      generation: 1,
    });
    return isDryRun ? made : this.#write(actor, "create", resource, made);
  }

  /** Creates or replaces without asking for a version: how controllers and the kubelet write. */
  put<R extends ResourceName>(actor: Actor, resource: R, object: ResourceTypes[R]): Stored {
    const old = this.#table(resource)[keyOfObject(resource, object)];
    if (old === undefined) return this.create(actor, resource, object);
    if (sameJson(old, asJson(object))) return old;
    return this.#update({ actor, verb: "update", resource, old, next: stored(object), isDryRun: false });
  }

  replace(actor: Actor, ref: ObjectRef, object: KubeObject): Stored {
    const old = this.#mustFind(ref);
    const version = object.metadata.resourceVersion;
    if (version !== undefined && version !== old.metadata.resourceVersion) throw conflict(ref);
    this.#mustBeValid(ref.resource, object);
    const next = keepStatus(stored(object), old);
    return this.#update({ actor, verb: "replace", resource: ref.resource, old, next, isDryRun: false });
  }

  patch(
    actor: Actor,
    ref: ObjectRef,
    patch: {
      readonly type: PatchType;
      readonly body: Json;
      readonly subresource?: string;
      readonly isDryRun?: boolean;
    },
  ): Stored {
    const old = this.#mustFind(ref);
    const version =
      isObject(patch.body) && isObject(patch.body["metadata"]) ? patch.body["metadata"]["resourceVersion"] : undefined;
    if (version !== undefined && version !== old.metadata.resourceVersion) throw conflict(ref);
    if (patch.type === "strategic" && crdGroups.has(resources[ref.resource].group)) {
      throw new Fault(
        "kube.Invalid",
        "the body of the request was in an unknown format: strategic merge patch is not for custom resources",
      );
    }
    const changed = asObject(patched(old, patch.type, patch.body));
    const next =
      patch.subresource === "status" ? withFields(old, { status: changed["status"] }) : keepStatus(changed, old);
    this.#mustBeValid(ref.resource, next);
    const isDryRun = patch.isDryRun === true;
    const verb = patch.subresource === undefined ? "patch" : `patch ${patch.subresource} of`;
    return this.#update({ actor, verb, resource: ref.resource, old, next, isDryRun });
  }

  apply(
    actor: Actor,
    resource: ResourceName,
    object: KubeObject,
    options: { readonly force?: boolean; readonly dryRun?: boolean } = {},
  ): Stored {
    this.#mustServe(resource);
    const wanted = stored(object);
    const key = keyOfObject(resource, object);
    const memory = `${resource} ${key}`;
    const old = this.#table(resource)[key];
    if (old === undefined) {
      const made = this.create(actor, resource, object, options.dryRun);
      if (options.dryRun !== true) this.#world.state.applied[memory] = wanted;
      return made;
    }
    const { result, conflicts } = applyFields(old, wanted, this.#world.state.applied[memory]);
    if (conflicts.length > 0 && options.force !== true) {
      throw new Fault("kube.Conflict", `apply failed with ${conflicts.length} conflicts: ${conflicts.join(", ")}`, {
        hint: "another field manager wrote these fields: apply with force to take them over",
      });
    }
    const next = keepStatus(asObject(result), old);
    this.#mustBeValid(resource, next);
    if (options.dryRun !== true) this.#world.state.applied[memory] = wanted;
    return this.#update({ actor, verb: "apply", resource, old, next, isDryRun: options.dryRun === true });
  }

  /** Starts the deletion; what has finalizers, or a pod that runs, goes when these are done. Absent already counts as deleted. */
  delete(
    actor: Actor,
    ref: ObjectRef,
    options: { readonly uid?: string; readonly graceSeconds?: number; readonly verb?: "evict" } = {},
  ): void {
    this.#mustServe(ref.resource);
    const old = this.#table(ref.resource)[keyOf(ref.resource, ref.name, ref.namespace)];
    if (old === undefined) return;
    if (options.uid !== undefined && options.uid !== old.metadata.uid) {
      throw new Fault("kube.Conflict", `${ref.resource} "${ref.name}": the uid in the precondition does not match`);
    }
    if (old.metadata.deletionTimestamp !== undefined) return;
    const isRunning = ref.resource === "pods" && isObject(old["spec"]) && old["spec"]["nodeName"] !== undefined;
    const phase = isObject(old["status"]) ? old["status"]["phase"] : undefined;
    const grace = isRunning && phase !== "Succeeded" && phase !== "Failed" ? (options.graceSeconds ?? graceOf(old)) : 0;
    if (grace === 0 && (old.metadata.finalizers ?? []).length === 0)
      return this.remove(actor, ref.resource, old, options.verb);
    const deletionTimestamp = new Date(this.#world.nowMs() + grace * 1000).toISOString();
    this.#write(
      actor,
      options.verb ?? "delete",
      ref.resource,
      withMetadata(old, { ...old.metadata, deletionTimestamp }),
    );
  }

  /** Takes an object out of the store at once. */
  remove(actor: Actor, resource: ResourceName, object: KubeObject, verb = "remove"): void {
    const key = keyOfObject(resource, object);
    const table = this.#table(resource);
    const before = table[key];
    if (before === undefined) return;
    delete table[key];
    this.#lists.delete(resource);
    delete this.#world.state.applied[`${resource} ${key}`];
    this.#world.state.resourceVersion += 1;
    this.#world.onWrite({ actor, verb, resource, key, before, after: undefined });
  }

  #update(change: Change): Stored {
    const { actor, verb, resource, old, next, isDryRun } = change;
    const result = successor(old, next);
    const { deletionTimestamp, finalizers = [] } = result.metadata;
    if (isDryRun || sameJson(old, result)) return result;
    if (deletionTimestamp !== undefined && finalizers.length === 0 && resource !== "pods") {
      this.remove(actor, resource, result);
      return result;
    }
    return this.#write(actor, verb, resource, result);
  }

  #write(actor: Actor, verb: string, resource: ResourceName, object: Stored): Stored {
    const { state } = this.#world;
    state.resourceVersion += 1;
    const key = keyOfObject(resource, object);
    const table = this.#table(resource);
    const before = table[key];
    const after = withMetadata(object, { ...object.metadata, resourceVersion: str(state.resourceVersion) });
    table[key] = after;
    this.#lists.delete(resource);
    this.#world.onWrite({ actor, verb, resource, key, before, after });
    return after;
  }

  #all(resource: ResourceName): readonly Stored[] {
    const known = this.#lists.get(resource);
    if (known !== undefined) return known;
    const list = Object.values(this.#table(resource));
    this.#lists.set(resource, list);
    return list;
  }

  #table(resource: ResourceName): Record<string, Stored> {
    return (this.#world.state.objects[resource] ??= {});
  }

  #mustFind(ref: ObjectRef): Stored {
    this.#mustServe(ref.resource);
    const old = this.#table(ref.resource)[keyOf(ref.resource, ref.name, ref.namespace)];
    if (old === undefined) throw new Fault("kube.NotFound", `${ref.resource} "${ref.name}" not found`);
    return old;
  }

  #mustServe(resource: ResourceName): void {
    const { group } = resources[resource];
    if (!crdGroups.has(group) && group !== "karpenter.k8s.aws") return;
    if (this.#table("customresourcedefinitions")[`${resource}.${group}`] !== undefined) return;
    throw new Fault("kube.AbsentApi", `the server does not have a resource type "${resource}"`);
  }

  #mustBeValid(resource: ResourceName, object: KubeObject): void {
    const problem = problemOf(resource, object);
    if (problem !== undefined) {
      throw new Fault("kube.Invalid", `${resources[resource].kind} "${object.metadata.name}" is invalid: ${problem}`);
    }
  }
}

interface Change {
  readonly actor: Actor;
  readonly verb: string;
  readonly resource: ResourceName;
  readonly old: Stored;
  readonly next: Stored;
  readonly isDryRun: boolean;
}
