import { usage } from "../../fault/fault.ts";
import { isObject, listAt, numberAt, objectsAt, textAt, textsAt } from "../../kube/json.ts";
import type { PodTemplateRow, TemplatePlace } from "../../kube/imagine/pod-templates.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import { documentsOf } from "../../yaml/documents.ts";
import { DiskFiles } from "./files.ts";

const known = new Set(["each", "template", "replicas", "otherwise", "times", "atLeast"]);

/** The rows of a file; none without one. Throws `usage.pod-templates` for what is no list of kinds with places. */
export async function podTemplatesOf(path: string | undefined): Promise<readonly PodTemplateRow[]> {
  if (path === undefined) return [];
  const text = new TextDecoder().decode(await new DiskFiles().read(path));
  const [list] = documentsOf(path, text);
  if (!Array.isArray(list)) throw refused(path, "it holds no list");
  return list.map((row: Json, i) => rowOf(row, `${path}, entry ${i + 1}`));
}

function rowOf(row: Json, place: string): PodTemplateRow {
  const [kind, pods] = [textAt(row, "kind"), objectsAt(row, "pods")];
  if (!isObject(row) || kind === undefined) throw refused(place, "it names no kind");
  if (pods.length === 0) throw refused(place, "it has no pods");
  return { group: textAt(row, "group") ?? "", kind, pods: pods.map((one) => placeOf(one, place)) };
}

function placeOf(one: JsonObject, place: string): TemplatePlace {
  const strange = Object.keys(one).find((key) => !known.has(key));
  if (strange !== undefined) throw refused(place, `${strange} is not known`);
  const template = textAt(one, "template");
  if (template === undefined) throw refused(place, "it says of no template");
  const [each, replicas, atLeast] = ["each", "replicas", "atLeast"].map((key) => textAt(one, key));
  const otherwise = numberAt(one, "otherwise");
  return {
    template,
    ...(each === undefined ? {} : { each }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(listAt(one, "times").length === 0 ? {} : { times: textsAt(one, "times") }),
  };
}

function refused(place: string, what: string): Error {
  return usage(
    "pod-templates",
    `${place}: ${what}`,
    "write {group, kind, pods: [{each, template, replicas}]} for each kind",
  );
}
