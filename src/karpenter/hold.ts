// Our own: the real program has no such file.
import { isObject, objectAt, parseJson, plainOf } from "../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";

/**
 * A NodePool (or a Provisioner of v1alpha5) that exists but does nothing: `install` applies pools held, the hand-over
 * releases them.
 *
 * Held means a CPU limit of 0, so that nothing is provisioned, and a disruption budget of "0", so that nothing is
 * disrupted either.
 */
export type Pool = KubeObject & { readonly spec: object };

/** Whether an object has what a pool is held by. */
export function isHoldable(object: KubeObject): object is Pool {
  return "spec" in object && typeof object.spec === "object" && object.spec !== null;
}

/**
 * What holding replaces, field by field; null where the field was absent. Goes into the journal and into an
 * annotation on the pool.
 */
export type HoldRecord = Readonly<Record<string, Json>>;

/** On a held pool: its record, so that it can be released even where no journal is left. */
export const heldAnnotation = "dovetail/held";

/** The fields that holding touches, as the record names them. */
export function recordOf(pool: Pool): HoldRecord {
  const spec = specOf(pool);
  const record: Record<string, Json> = {};
  if (isProvisioner(pool)) {
    for (const field of provisionerFields) record[field] = spec[field] ?? null;
    return record;
  }
  record["limits"] = spec["limits"] ?? null;
  record["budgets"] = objectAt(spec["disruption"])["budgets"] ?? null;
  return record;
}

/** The pool as it waits for the hand-over. Holding a held pool changes nothing. */
export function hold<P extends Pool>(pool: P): P {
  if (isHeld(pool)) return pool;
  const record = recordOf(pool);
  const spec = isProvisioner(pool) ? heldProvisioner(specOf(pool)) : heldNodePool(specOf(pool));
  const annotations = { ...pool.metadata.annotations, [heldAnnotation]: JSON.stringify(record) };
  return { ...pool, metadata: { ...pool.metadata, annotations }, spec };
}

/**
 * The pool as it was before it was held. Without a record the pool's own annotation is read; a pool that is not held
 * is returned as it is.
 */
export function release<P extends Pool>(pool: P, recorded?: HoldRecord): P {
  const record = recorded ?? annotatedRecord(pool);
  if (record === undefined) return pool;
  const { [heldAnnotation]: _, ...annotations } = pool.metadata.annotations ?? {};
  const { annotations: __, ...metadata } = pool.metadata;
  return {
    ...pool,
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations },
    spec: isProvisioner(pool) ? restored(specOf(pool), record) : releasedNodePool(specOf(pool), record),
  };
}

/** Whether Dovetail holds this pool. */
export function isHeld(pool: KubeObject): boolean {
  return pool.metadata.annotations?.[heldAnnotation] !== undefined;
}

/** JSON merge patch that releases the pool as it is in the cluster: keys that holding added are removed by null. */
export function releasePatch(pool: Pool, recorded?: HoldRecord): JsonObject {
  const released = release(pool, recorded);
  return {
    metadata: { annotations: { [heldAnnotation]: null } },
    spec: mergePatch(specOf(pool), specOf(released)),
  };
}

/** JSON merge patch that holds the pool as it is in the cluster. */
export function holdPatch(pool: Pool): JsonObject {
  const held = hold(pool);
  return {
    metadata: { annotations: { [heldAnnotation]: held.metadata.annotations?.[heldAnnotation] ?? null } },
    spec: mergePatch(specOf(pool), specOf(held)),
  };
}

const provisionerFields = ["limits", "consolidation", "ttlSecondsAfterEmpty", "ttlSecondsUntilExpired"] as const;

function heldNodePool(spec: JsonObject): JsonObject {
  return {
    ...spec,
    limits: { ...objectAt(spec["limits"]), cpu: "0" },
    disruption: { ...objectAt(spec["disruption"]), budgets: [{ nodes: "0" }] },
  };
}

function releasedNodePool(spec: JsonObject, record: HoldRecord): JsonObject {
  const { budgets: _, ...rest } = objectAt(spec["disruption"]);
  const budgets = record["budgets"];
  const disruption = budgets === null || budgets === undefined ? rest : { ...rest, budgets };
  const { disruption: __, ...others } = spec;
  const kept = Object.keys(disruption).length === 0 ? others : { ...others, disruption };
  return restored(kept, { limits: record["limits"] ?? null });
}

// v1alpha5 has no budgets: consolidation and both time-outs are taken away instead.
function heldProvisioner(spec: JsonObject): JsonObject {
  const rest = restored(spec, { consolidation: null, ttlSecondsAfterEmpty: null, ttlSecondsUntilExpired: null });
  const limits = objectAt(spec["limits"]);
  return { ...rest, limits: { ...limits, resources: { ...objectAt(limits["resources"]), cpu: "0" } } };
}

function restored(spec: JsonObject, record: HoldRecord): JsonObject {
  const result: Record<string, Json | undefined> = { ...spec };
  for (const [field, value] of Object.entries(record)) {
    if (value === null) delete result[field];
    else result[field] = value;
  }
  return result;
}

/** The record that an annotation holds. Throws a `SyntaxError` where its text is damaged. */
export function recordIn(annotation: string): HoldRecord {
  const members = Object.entries(objectAt(parseJson(annotation)));
  return Object.fromEntries(members.flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])));
}

function annotatedRecord(pool: Pool): HoldRecord | undefined {
  const text = pool.metadata.annotations?.[heldAnnotation];
  if (text === undefined) return undefined;
  try {
    return recordIn(text);
  } catch {
    return undefined;
  }
}

/** RFC 7386: what must be merged into `from` to make it `to`. */
function mergePatch(from: JsonObject, to: JsonObject): JsonObject {
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(from)) if (to[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const old = from[key];
    if (value === undefined || JSON.stringify(old) === JSON.stringify(value)) continue;
    patch[key] = isObject(old) && isObject(value) ? mergePatch(old, value) : value;
  }
  return patch;
}

function isProvisioner(pool: KubeObject): boolean {
  return pool.kind === "Provisioner";
}

function specOf(pool: Pool): JsonObject {
  return plainOf(pool.spec);
}
