import type { Json, JsonObject } from "../../kube/objects.ts";

/** SDK output as plain JSON: times as ISO strings, blobs as base64, absent members absent, no `$metadata`. */
export function plainJson(output: unknown): JsonObject {
  const plain = toJson(output);
  if (typeof plain !== "object" || plain === null || Array.isArray(plain)) return {};
  return plain as JsonObject;
}

function toJson(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return value.toString();
  // JSON within JSON comes as a text that could parse itself (pricing:GetProducts).
  if (value instanceof String) return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object") return null;
  const object: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined && key !== "$metadata") object[key] = toJson(member);
  }
  return object;
}
