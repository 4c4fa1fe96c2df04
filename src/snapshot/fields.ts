import { isObject, isList } from "../kube/json.ts";
import {
  isApiVersion,
  isKindName,
  isLabelName,
  isLabelValue,
  isObjectName,
  isPathName,
  isQualifiedName,
} from "../kube/names.ts";
import type { Json, JsonObject } from "../kube/objects.ts";

/** A value without inner shape. An amount is a quantity, or a count that may be a percentage: text or number. */
type PlainShape = "text" | "integer" | "flag" | "amount" | "object" | "list" | NameShape;

/** Texts that an API server admits by rules only: names, keys and values of labels. */
type NameShape =
  | "name"
  | "label name"
  | "owner name"
  | "kind"
  | "version"
  | "label key"
  | "annotation key"
  | "label value";

/** What a field may hold. Fields that no shape names may hold anything: nothing decides on them. */
export type FieldShape =
  | PlainShape
  | { readonly listOf: FieldShape }
  | { readonly mapOf: FieldShape; readonly keys?: NameShape }
  | { readonly fields: Readonly<Record<string, FieldShape>>; readonly needs?: readonly string[] };

/** The first field of another type than its shape says: where, and what is there instead of what. */
export interface Misfit {
  /** `spec.containers[0].name`; empty for the value itself. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** Looks a value through; undefined when it fits. An absent field and one that is null fit, unless the shape needs it. */
export function misfitOf(value: Json | undefined, shape: FieldShape, path = ""): Misfit | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof shape === "string") {
    if (fitsPlain(value, shape)) return undefined;
    const expected = Object.hasOwn(admits, shape) && typeof value !== "string" ? words.text : words[shape];
    return { path, found: kindOf(value), expected };
  }
  if ("listOf" in shape) {
    if (!isList(value)) return { path, found: kindOf(value), expected: "a list" };
    return inList(value, shape.listOf, path);
  }
  if (!isObject(value)) return { path, found: kindOf(value), expected: "an object" };
  return "mapOf" in shape ? inMap(value, shape, path) : inFields(value, shape, path);
}

function inList(items: readonly Json[], shape: FieldShape, path: string): Misfit | undefined {
  for (const [i, item] of items.entries()) {
    const place = `${path}[${i}]`;
    // A list has no absent items: a null in it is an item of no type.
    const found =
      item === null ? { path: place, found: "null", expected: wordsOf(shape) } : misfitOf(item, shape, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inMap(
  map: JsonObject,
  shape: { readonly mapOf: FieldShape; readonly keys?: NameShape },
  path: string,
): Misfit | undefined {
  for (const key in map) {
    if (shape.keys !== undefined && !fitsPlain(key, shape.keys))
      return { path, found: kindOf(key), expected: words[shape.keys] };
    const found = misfitOf(map[key], shape.mapOf, join(path, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function inFields(
  object: JsonObject,
  shape: { readonly fields: Readonly<Record<string, FieldShape>>; readonly needs?: readonly string[] },
  path: string,
): Misfit | undefined {
  for (const key of shape.needs ?? []) {
    const isAbsent = object[key] === undefined || object[key] === null;
    if (isAbsent) return { path: join(path, key), found: "nothing", expected: wordsOf(shape.fields[key] ?? "object") };
  }
  for (const key in object) {
    const inner = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    const found = inner === undefined ? undefined : misfitOf(object[key], inner, join(path, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value without fields that are null: the API server drops them, hand-written manifests keep them. Itself where there are none. */
export function withoutNulls(value: Json): Json {
  if (isList(value)) {
    const kept = value.map(withoutNulls);
    return kept.every((item, i) => item === value[i]) ? value : kept;
  }
  if (!isObject(value)) return value;
  let changed: Record<string, Json | undefined> | undefined;
  for (const key in value) {
    const member = value[key];
    if (member === undefined) continue;
    const kept = member === null ? undefined : withoutNulls(member);
    if (kept === member) continue;
    changed ??= { ...value };
    if (kept === undefined) delete changed[key];
    else changed[key] = kept;
  }
  return changed ?? value;
}

function fitsPlain(value: Json, shape: PlainShape): boolean {
  switch (shape) {
    case "text":
      return typeof value === "string";
    case "integer":
      return Number.isSafeInteger(value);
    case "flag":
      return typeof value === "boolean";
    case "amount":
      return typeof value === "string" || typeof value === "number";
    case "object":
      return isObject(value);
    case "list":
      return Array.isArray(value);
    default:
      return typeof value === "string" && admits[shape](value);
  }
}

const admits: Readonly<Record<NameShape, (text: string) => boolean>> = {
  name: isObjectName,
  "label name": isLabelName,
  "owner name": isPathName,
  kind: isKindName,
  version: isApiVersion,
  "label key": isQualifiedName,
  "annotation key": (key) => isQualifiedName(key.toLowerCase()),
  "label value": isLabelValue,
};

const words: Readonly<Record<PlainShape, string>> = {
  name: "a name of small letters, digits, - and .",
  "label name": "a name of small letters, digits and -",
  "owner name": "a name of letters, digits and . : _ -",
  kind: "a kind",
  version: "a group and version",
  "label key": "a label's key",
  "annotation key": "an annotation's key",
  "label value": "a label's value",
  text: "a text",
  integer: "a whole number",
  flag: "true or false",
  amount: "a number or a text",
  object: "an object",
  list: "a list",
};

function wordsOf(shape: FieldShape): string {
  if (typeof shape === "string") return words[shape];
  return "listOf" in shape ? "a list" : "an object";
}

function kindOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

function join(path: string, key: string): string {
  const step = /^[\w-]+$/.test(key) ? key : `[${JSON.stringify(key)}]`;
  return path === "" || step.startsWith("[") ? `${path}${step}` : `${path}.${step}`;
}
