import { isList, isObject } from "./json.ts";
import type { Json } from "./objects.ts";

const escaped: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** JSON as Go's `encoding/json` prints a map: keys in byte order, no spaces, and the five characters that it escapes for HTML. */
export function goJson(value: Json): string {
  if (isList(value)) return `[${value.map(goJson).join(",")}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, one]) => `${quoted(key)}:${goJson(one ?? null)}`).join(",")}}`;
  }
  return quoted(value);
}

function quoted(value: string | number | boolean | null): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => escaped[char] ?? char);
}
