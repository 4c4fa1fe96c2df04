import type { Json, JsonObject } from "./objects.ts";

/** Whether a value is a JSON object: no list, no null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The list, or an empty one. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The objects of a list. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return listOf(value).filter(isObject);
}

/** The text, or undefined for anything else. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The number, or undefined for anything else. */
export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** What lies at a path of keys. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}

/** AWS's list form of tags as a map. */
export function tagsOf(value: Json | undefined): Readonly<Record<string, string>> {
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, tag]) => [key, textOf(tag) ?? ""]));
  return Object.fromEntries(objectsOf(value).map((tag) => [textOf(tag["Key"]) ?? "", textOf(tag["Value"]) ?? ""]));
}
