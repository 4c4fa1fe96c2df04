import { isList, isObject, textAt } from "../kube/json.ts";
import type { Json } from "../kube/objects.ts";

/** A policy document: URL-encoded as IAM answers it, plain as others do. Undefined when it is no JSON. */
export function documentOf(value: Json | undefined): Json | undefined {
  if (typeof value === "object") return value;
  const text = textAt(value) ?? "";
  try {
    const document: Json = JSON.parse(text.startsWith("%") ? decodeURIComponent(text) : text);
    return document;
  } catch {
    return undefined;
  }
}

/** Equal as AWS reads documents: the order of keys and of lists does not count, nor a single value against a list of one. */
export function sameDocument(a: Json | undefined, b: Json | undefined): boolean {
  return unordered(a) === unordered(b);
}

function unordered(value: Json | undefined): string {
  if (isList(value)) {
    if (value.length === 1) return unordered(value[0]);
    return `[${value.map(unordered).toSorted().join(",")}]`;
  }
  if (isObject(value)) {
    const keys = Object.keys(value).toSorted();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${unordered(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "";
}
