import type { Json } from "../kube/objects.ts";

/** A value as it fits into a sentence. */
export function shortValue(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
