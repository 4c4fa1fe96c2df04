import { isList, isObject, sameJson } from "../../kube/json.ts";
import { applyPatch } from "rfc6902";
import type { Json, JsonObject } from "../../kube/objects.ts";
import { badRequest } from "./refusal.ts";

/** JSON merge patch (RFC 7386): objects merge, `null` removes, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** JSON patch (RFC 6902). A failed `test` or a missing path makes the whole patch fail and changes nothing. */
export function jsonPatch(target: JsonObject, patch: Json): Json {
  if (!isList(patch)) throw badRequest("a JSON patch is a list of operations");
  const copy = structuredClone(target);
  const errors = applyPatch(copy, patch as unknown as Parameters<typeof applyPatch>[1]);
  const failed = errors.find((error) => error !== null);
  if (failed !== undefined) throw badRequest(`the server rejected our request: ${failed.message}`);
  return copy;
}

// The lists that kubectl and controllers merge by key; others are replaced whole, as Kubernetes does without a merge key.
const mergeKeys: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
  taints: "key",
  conditions: "type",
  addresses: "type",
  ownerReferences: "uid",
  ports: "containerPort",
  imagePullSecrets: "name",
  topologySpreadConstraints: "topologyKey",
};
const mergedSets = new Set(["finalizers"]);

/** Strategic merge patch: as a merge patch, but known lists merge by their key; `$patch: delete` removes an item. */
export function strategicPatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> =
    isObject(target) && patch["$patch"] !== "replace" ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      const list = key.slice("$deleteFromPrimitiveList/".length);
      result[list] = removeItems(result[list], value);
    } else if (key.startsWith("$")) continue;
    else if (value === null) delete result[key];
    else if (value !== undefined) result[key] = strategicValue(key, result[key], value);
  }
  return result;
}

function strategicValue(key: string, old: Json | undefined, value: Json): Json {
  if (!isList(value)) return isObject(value) ? strategicPatch(old, value) : value;
  if (mergedSets.has(key)) {
    const kept = isList(old) ? old : [];
    return [...kept, ...value.filter((item) => !kept.includes(item))];
  }
  const mergeKey = mergeKeys[key];
  return mergeKey === undefined ? value : mergeList(isList(old) ? old : [], value, mergeKey);
}

function mergeList(old: readonly Json[], patch: readonly Json[], key: string): readonly Json[] {
  if (patch.some((item) => isObject(item) && item["$patch"] === "replace")) {
    return patch.filter((item) => !(isObject(item) && item["$patch"] !== undefined));
  }
  const result = [...old];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const index = result.findIndex((other) => isObject(other) && sameJson(other[key], item[key]));
    if (item["$patch"] === "delete") {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) result[index] = strategicPatch(result[index], item);
    else result.push(item);
  }
  return result;
}

function removeItems(list: Json | undefined, gone: Json | undefined): Json {
  return isList(list) && isList(gone) ? list.filter((item) => !gone.includes(item)) : (list ?? []);
}

/** What one manager applied last, and what the others did, of a memory by manager. */
export function lastApplied(known: JsonObject, manager: string): Omit<Applying, "wanted"> {
  const { [manager]: last, ...others } = known;
  return { previous: isObject(last) ? last : undefined, theirs: Object.values(others).filter(isObject) };
}

/** What a field manager applies, and what it and the others applied last. */
export interface Applying {
  readonly wanted: JsonObject;
  readonly previous: JsonObject | undefined;
  readonly theirs: readonly JsonObject[];
}

/**
 * Server-side apply for one field manager: what it applied last and leaves out now is removed unless another one applied it too, what it
 * names is set.
 *
 * `conflicts` are fields that hold another value which this manager did not write.
 */
export function applyFields(
  live: JsonObject,
  { wanted, previous, theirs }: Applying,
): { readonly result: JsonObject; readonly conflicts: readonly string[] } {
  const conflicts: string[] = [];
  const result = mergeApplied({ live, wanted, previous, theirs, path: "", conflicts });
  return { result: isObject(result) ? result : {}, conflicts };
}

interface Applied {
  readonly live: Json | undefined;
  readonly wanted: Json;
  readonly previous: Json | undefined;
  readonly theirs: readonly (Json | undefined)[];
  readonly path: string;
  readonly conflicts: string[];
}

function mergeApplied({ live, wanted, previous, theirs, path, conflicts }: Applied): Json {
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (isObject(wanted)) {
    const result: Record<string, Json | undefined> = isObject(live) ? { ...live } : {};
    if (isObject(previous))
      for (const key of Object.keys(previous)) {
        if (wanted[key] !== undefined) continue;
        const left = withoutApplied(result[key], previous[key], within(theirs, key));
        if (left === undefined) delete result[key];
        else result[key] = left;
      }
    for (const [key, value] of Object.entries(wanted)) {
      if (value === undefined) continue;
      const inner = { live: result[key], wanted: value, previous: isObject(previous) ? previous[key] : undefined };
      result[key] = mergeApplied({ ...inner, theirs: within(theirs, key), path: `${path}.${key}`, conflicts });
    }
    return result;
  }
  const mergeKey = mergeKeys[name];
  if (isList(wanted) && mergeKey !== undefined) return mergeList(isList(live) ? live : [], wanted, mergeKey);
  if (live !== undefined && !sameJson(live, wanted) && !sameJson(live, previous)) conflicts.push(path);
  return wanted;
}

function within(all: readonly (Json | undefined)[], key: string): readonly (Json | undefined)[] {
  return all.map((one) => (isObject(one) ? one[key] : undefined));
}

/** What is left of a value that its manager applies no more; undefined for nothing. What others applied stays. */
function withoutApplied(
  live: Json | undefined,
  previous: Json | undefined,
  theirs: readonly (Json | undefined)[],
): Json | undefined {
  if (theirs.every((one) => one === undefined)) return undefined;
  if (!isObject(live) || !isObject(previous)) return live;
  const result: Record<string, Json | undefined> = { ...live };
  for (const key of Object.keys(previous)) {
    const left = withoutApplied(result[key], previous[key], within(theirs, key));
    if (left === undefined) delete result[key];
    else result[key] = left;
  }
  return result;
}
