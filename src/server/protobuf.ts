import { isObject } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { messages } from "./protobuf-messages.ts";

/**
 * What kubectl's own `create` commands and reviews send as protobuf whatever the server speaks, as JSON. Undefined for kinds and
 * fields that are not known, and for what is no message: nothing is left out in silence.
 */
export function objectInProtobuf(body: Buffer): JsonObject | undefined {
  if (body.subarray(0, 4).toString("latin1") !== "k8s\0") return undefined;
  const envelope = fieldsOf(body.subarray(4));
  const type = fieldsOf(bytesOf(envelope, 1));
  const raw = bytesOf(envelope, 2);
  if (type === undefined || raw === undefined) return undefined;
  const [apiVersion, kind] = [textOf(type, 1), textOf(type, 2)];
  const object = readMessage(kind, raw);
  return object === undefined ? undefined : { apiVersion, kind, ...object };
}

/** One field as it stands: its number, and a number or bytes. */
interface Field {
  readonly number: number;
  readonly value: number | Buffer;
}

function readMessage(name: string, message: Buffer): JsonObject | undefined {
  const known = Object.hasOwn(messages, name) ? messages[name] : undefined;
  const fields = fieldsOf(message);
  if (known === undefined || fields === undefined) return undefined;
  const result: Record<string, Json> = {};
  for (const { number, value } of fields) {
    const [field, how] = known[number] ?? [undefined, ""];
    if (field === undefined) {
      if (value === 0 || (typeof value !== "number" && value.length === 0)) continue;
      return undefined;
    }
    if (how === "-") continue;
    const read = readField(how, value, result[field]);
    if (read === undefined) return undefined;
    if (read !== nothing) result[field] = read;
  }
  return result;
}

/** A value that is as good as absent. */
const nothing: JsonObject = {};

function readField(how: string, value: number | Buffer, before: Json | undefined): Json | undefined {
  if (typeof value === "number") {
    if (how === "b") return value === 1 ? true : nothing;
    if (how === "i?") return value;
    return how === "i" ? (value === 0 ? nothing : value) : undefined;
  }
  switch (how) {
    case "s":
      return value.length === 0 ? nothing : value.toString("utf8");
    case "s[]":
      return [...(Array.isArray(before) ? before : []), value.toString("utf8")];
    case "m":
    case "q":
      return mapWith(how, value, before);
    case "x":
      return numberOrText(value);
  }
  if (!how.endsWith("[]")) return readMessage(how, value);
  const one = readMessage(how.slice(0, -2), value);
  return one === undefined ? undefined : [...(Array.isArray(before) ? before : []), one];
}

// An entry of a map: its key, then its value; a quantity is a message with its text.
function mapWith(how: "m" | "q", entry: Buffer, before: Json | undefined): Json | undefined {
  const fields = fieldsOf(entry);
  const inner = how === "q" ? fieldsOf(bytesOf(fields, 2)) : fields;
  if (fields === undefined || inner === undefined) return undefined;
  const known = isObject(before) ? before : {};
  return { ...known, [textOf(fields, 1)]: textOf(inner, how === "q" ? 1 : 2) };
}

function numberOrText(value: Buffer): Json | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const numberOf = (number: number): number => {
    const found = fields.find((one) => one.number === number)?.value;
    return typeof found === "number" ? found : 0;
  };
  return numberOf(1) === 1 ? textOf(fields, 3) : numberOf(2);
}

function bytesOf(fields: readonly Field[] | undefined, number: number): Buffer | undefined {
  const value = fields?.findLast((one) => one.number === number)?.value;
  return typeof value === "number" ? undefined : value;
}

function textOf(fields: readonly Field[], number: number): string {
  return bytesOf(fields, number)?.toString("utf8") ?? "";
}

/** The fields of a message in their order; undefined when it cannot be read. */
function fieldsOf(message: Buffer | undefined): readonly Field[] | undefined {
  if (message === undefined) return undefined;
  const fields: Field[] = [];
  let at = 0;
  while (at < message.length) {
    const tag = varint(message, at);
    const head = tag === undefined ? undefined : varint(message, tag.next);
    if (tag === undefined || head === undefined) return undefined;
    const number = tag.value >> 3;
    const wire = tag.value & 7;
    at = wire === 2 ? head.next + head.value : head.next;
    if ((wire !== 0 && wire !== 2) || at > message.length) return undefined;
    fields.push({ number, value: wire === 0 ? head.value : message.subarray(head.next, at) });
  }
  return fields;
}

// Numbers of up to 2^53 without a sign: what is negative is ten bytes long and refused.
function varint(from: Buffer, start: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let at = start; at < Math.min(start + 7, from.length); at += 1) {
    const byte = from[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return undefined;
}
