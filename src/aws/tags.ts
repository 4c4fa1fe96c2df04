import { isObject, objectsAt, textAt } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";

/** AWS's two spellings of tags, a map and a list of `Key` and `Value`, as one map. A tag without a value has the empty text. */
export function tagsOf(value: Json | undefined): Readonly<Record<string, string>> {
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, tag]) => [key, textAt(tag) ?? ""]));
  return Object.fromEntries(objectsAt(value).map((tag) => [textAt(tag, "Key") ?? "", textAt(tag, "Value") ?? ""]));
}

/** A tag map in IAM's, EC2's and EventBridge's spelling. */
export function tagList(tags: Readonly<Record<string, string>>): readonly JsonObject[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
