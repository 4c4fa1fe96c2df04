import { isList, isObject, plainOf } from "../kube/json.ts";
import type { Json, KubeObject } from "../kube/objects.ts";
import { redacted } from "./redact-pod.ts";
import { redactObject } from "./redact.ts";

/** Marks that stand where text was taken out or could not be read. */
const marks = [redacted, "<binary user data"];

/** Paths of an object whose text is masked: nothing that has one may be applied. */
export function maskedIn(object: KubeObject): readonly string[] {
  return placesOf(plainOf(object), (text) => marks.some((mark) => text.includes(mark)));
}

/** Paths of an object whose text looks like a secret. */
export function secretsIn(object: KubeObject): readonly string[] {
  return maskedIn(redactObject(object)).filter((path) => path.startsWith("spec"));
}

function placesOf(value: Json | undefined, isFound: (text: string) => boolean, path = ""): readonly string[] {
  if (typeof value === "string") return isFound(value) ? [path] : [];
  if (isList(value)) return value.flatMap((item, i) => placesOf(item, isFound, `${path}[${i}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    placesOf(member, isFound, path === "" ? key : `${path}.${key}`),
  );
}
