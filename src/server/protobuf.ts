import type { JsonObject } from "../kube/objects.ts";

type Fields = ReadonlyMap<number, Buffer>;

/**
 * The reviews that kubectl sends as protobuf whatever the server speaks, as JSON. Undefined for every other message, and for what is no
 * message.
 */
export function reviewIn(body: Buffer): JsonObject | undefined {
  if (body.subarray(0, 4).toString("latin1") !== "k8s\0") return undefined;
  const envelope = fieldsOf(body.subarray(4));
  const type = fieldsOf(envelope?.get(1));
  const raw = fieldsOf(envelope?.get(2));
  if (type === undefined || raw === undefined) return undefined;
  const [apiVersion, kind] = [text(type, 1), text(type, 2)];
  const spec = fieldsOf(raw.get(2));
  switch (kind) {
    case "SelfSubjectReview":
      return { apiVersion, kind, metadata: {} };
    case "SelfSubjectRulesReview":
      return { apiVersion, kind, metadata: {}, spec: { namespace: text(spec, 1) } };
    case "SelfSubjectAccessReview":
      return { apiVersion, kind, metadata: {}, spec: accessSpec(spec) };
    default:
      return undefined;
  }
}

const ofResource = ["namespace", "verb", "group", "version", "resource", "subresource", "name"];

// authorization/v1/generated.proto
function accessSpec(spec: Fields | undefined): JsonObject {
  const resource = fieldsOf(spec?.get(1));
  if (resource !== undefined) {
    const named = ofResource.map((name, at) => [name, text(resource, at + 1)] as const);
    return { resourceAttributes: Object.fromEntries(named.filter(([, value]) => value !== "")) };
  }
  const path = fieldsOf(spec?.get(2));
  return { nonResourceAttributes: { path: text(path, 1), verb: text(path, 2) } };
}

function text(fields: Fields | undefined, number: number): string {
  return fields?.get(number)?.toString("utf8") ?? "";
}

/** Fields with a length by their number, the last of each; numbers are passed over. Undefined when it cannot be read. */
function fieldsOf(message: Buffer | undefined): Fields | undefined {
  if (message === undefined) return undefined;
  const fields = new Map<number, Buffer>();
  let at = 0;
  while (at < message.length) {
    const tag = varint(message, at);
    if (tag === undefined) return undefined;
    const value = varint(message, tag.next);
    if (value === undefined) return undefined;
    const wire = tag.value & 7;
    if (wire === 0) at = value.next;
    else if (wire === 2 && value.next + value.value <= message.length) {
      fields.set(tag.value >> 3, message.subarray(value.next, value.next + value.value));
      at = value.next + value.value;
    } else return undefined;
  }
  return fields;
}

function varint(from: Buffer, start: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let at = start; at < Math.min(start + 5, from.length); at += 1) {
    const byte = from[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return undefined;
}
