import { isObject, listAt, textAt } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { redacted } from "./redact-pod.ts";
import { withoutSecrets } from "./secret-text.ts";
import { isSecretKey } from "./secret-words.ts";

/** Texts of a map without those whose key is a secret's, the others by the rules for texts. */
export function withoutSecretValues(map: JsonObject, isOpen: (key: string) => boolean = () => false): JsonObject {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => {
      if (typeof value !== "string" || isOpen(key)) return [key, value];
      return [key, isSecret(key, value) ? redacted : withoutSecrets(value)];
    }),
  );
}

/** Tags as a map, or as AWS's list of keys and values. */
export function redactTags<T extends Json>(tags: T): Json {
  if (Array.isArray(tags)) return listAt(tags).map(redactTag);
  return isObject(tags) ? withoutSecretValues(tags) : tags;
}

function redactTag(tag: Json): Json {
  if (!isObject(tag)) return tag;
  const [key, value] = [textAt(tag, "Key") ?? "", textAt(tag, "Value")];
  if (value === undefined) return tag;
  return { ...tag, Value: isSecret(key, value) ? redacted : withoutSecrets(value) };
}

function isSecret(key: string, value: string): boolean {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return isSecretKey(name) && withoutSecrets(`${name}=${value}`) !== `${name}=${value}`;
}
