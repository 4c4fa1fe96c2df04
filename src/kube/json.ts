/**
 * The one reader of untyped JSON: answers of AWS, objects of Kubernetes, parameters of steps.
 *
 * A missing value has one meaning here. A scalar that is absent, null, of another type or an empty text is `undefined`: nobody said
 * anything, and unknown is neither zero nor "". A list or an object that is absent is empty, because AWS and Kubernetes leave empty ones
 * out. Whether a whole list was read at all is not JSON's word but the snapshot's: there a missing list is unknown. Who must tell absent
 * from empty asks `valueAt`.
 */
import type { Json, JsonObject } from "./objects.ts";

/** Keys of objects and places in lists, from the outside in. */
export type JsonPath = readonly (string | number)[];

/** Whether a value is a JSON object: no list, no null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whatever lies at a path; undefined when nothing does. */
export function valueAt(value: Json | undefined, ...path: JsonPath): Json | undefined {
  let found = value;
  for (const key of path) {
    if (typeof key === "number") found = isList(found) ? found[key] : undefined;
    else found = isObject(found) ? found[key] : undefined;
  }
  return found;
}

/** The text at a path; undefined when there is none, or an empty one: AWS and Kubernetes write "" for "not set". */
export function textAt(value: Json | undefined, ...path: JsonPath): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** The number at a path, also where it is written as text (quotas, tags); undefined when there is none. */
export function numberAt(value: Json | undefined, ...path: JsonPath): number | undefined {
  const found = valueAt(value, ...path);
  if (typeof found === "number") return found;
  return typeof found === "string" && /^-?\d+(\.\d+)?$/.test(found) ? Number(found) : undefined;
}

/** The boolean at a path; undefined when there is none. */
export function flagAt(value: Json | undefined, ...path: JsonPath): boolean | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "boolean" ? found : undefined;
}

/** A text, number or boolean at a path, as text; undefined when there is none. */
export function scalarAt(value: Json | undefined, ...path: JsonPath): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" || typeof found === "boolean" ? String(found) : textAt(found);
}

/** The object at a path; an empty one when there is none. */
export function objectAt(value: Json | undefined, ...path: JsonPath): JsonObject {
  const found = valueAt(value, ...path);
  return isObject(found) ? found : {};
}

/** The list at a path; an empty one when there is none. */
export function listAt(value: Json | undefined, ...path: JsonPath): readonly Json[] {
  const found = valueAt(value, ...path);
  return isList(found) ? found : [];
}

/** The objects of the list at a path. */
export function objectsAt(value: Json | undefined, ...path: JsonPath): readonly JsonObject[] {
  return listAt(value, ...path).filter(isObject);
}

/** The texts of the list at a path. */
export function textsAt(value: Json | undefined, ...path: JsonPath): readonly string[] {
  return listAt(value, ...path).filter((item) => typeof item === "string");
}

/** An object of a typed list as the plain JSON that it is; of anything else an empty one. */
export function plainOf(value: object | undefined): JsonObject {
  const plain: unknown = value;
  return isObject(plain) ? plain : {};
}

/** An object without its undefined members: to a type, an absent member and an undefined one are not the same. */
export function defined<const T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** The same members; those that might be undefined may be absent instead. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** A typed object that may be read as the JSON that it is, too: only its lack of an index signature stood between the two. */
export function alsoPlain<T extends object>(object: T): T & JsonObject {
  if (isPlain(object)) return object;
  throw new TypeError("a list is no object");
}

function isPlain<T extends object>(object: T): object is T & JsonObject {
  return isObject(object);
}

/** The keys of a table whose keys are known: there are no others, because a table is written where it is declared. */
export function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table).filter((key): key is K => Object.hasOwn(table, key));
}

/** Whether a text is one of a table's keys. */
export function isKeyOf<K extends string>(table: Readonly<Record<K, unknown>>, text: string): text is K {
  return Object.hasOwn(table, text);
}

/** A text as JSON. Throws a `SyntaxError` where it is none: for texts of our own and behind a `try`. */
export function parseJson(text: string): Json {
  const value: unknown = JSON.parse(text);
  if (isParsed(value)) return value;
  throw new SyntaxError("no JSON");
}

// What `JSON.parse` gives is JSON throughout.
function isParsed(value: unknown): value is Json {
  return value !== undefined;
}

/** Whether two values are equal; the order of an object's keys does not matter, undefined members do not count. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!sameJson(a[i], b[i])) return false;
    return true;
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key in a) if (!sameJson(a[key], b[key])) return false;
  for (const key in b) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

/** Text that is equal for equal JSON whatever the order of keys. */
export function canonical(value: Json | undefined): string {
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

/** A value as people read it: texts bare, everything else as JSON. */
export function printed(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
