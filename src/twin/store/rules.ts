import { isList, isObject, sameJson } from "../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ResourceName, ResourceTypes } from "../../kube/resources.ts";
import type { ObjectRef, PatchType } from "../../kube/requests.ts";
import { Fault } from "../../fault/fault.ts";
import { keyOfObject, stored, type Stored, withFields, withMetadata } from "./objects.ts";
import { jsonPatch, mergePatch, strategicPatch } from "./patch.ts";

/** Groups whose resources exist only once their CustomResourceDefinition does. */
export const crdGroups: ReadonlySet<string> = new Set(["karpenter.sh", "karpenter.k8s.aws", "eks.amazonaws.com"]);

/** The object with a patch of one of the three types. */
export function patched(old: Stored, type: PatchType, body: Json): Json {
  if (type === "merge") return mergePatch(old, body);
  return type === "json" ? jsonPatch(old, body) : strategicPatch(old, body);
}

/** JSON that came out of a patch, as an object again; refused without a name. */
export function asObject(value: Json): Stored {
  const metadata = isObject(value) ? value["metadata"] : undefined;
  if (!isObject(value) || !isObject(metadata) || typeof metadata["name"] !== "string") {
    throw new Fault("kube.Invalid", "the patched object has no metadata.name");
  }
  // Checked just above: an object with metadata.name; apiVersion and kind came from the stored one.
  return value as Stored;
}

/** A write to the object itself never changes its status, and a write to its status changes nothing else. */
export function keepStatus(next: Stored, old: Stored): Stored {
  return withFields(next, { status: old["status"] });
}

// What counts for the generation.
function withoutHead(object: Stored): JsonObject {
  const { metadata: _, status: __, ...rest } = object;
  return rest;
}

/** How many seconds a pod may take to end. */
export function graceOf(pod: Stored): number {
  const spec = pod["spec"];
  const grace = isObject(spec) ? spec["terminationGracePeriodSeconds"] : undefined;
  return typeof grace === "number" ? grace : 30;
}

/** Somebody wrote it between our read and our write. */
export function conflict(ref: ObjectRef): Fault {
  return new Fault("kube.Conflict", `${ref.resource} "${ref.name}": the object has been modified`, {
    why: "somebody wrote it between our read and our write",
    retry: "now",
  });
}

/** Why the API server would not accept an object; undefined when it would. */
export function problemOf(resource: ResourceName, object: KubeObject): string | undefined {
  const { name } = object.metadata;
  if (!/^[a-z0-9]([-a-z0-9.:]*[a-z0-9])?$/.test(name) || name.length > 253) {
    const rule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'";
    return `metadata.name: Invalid value: "${name}": ${rule}`;
  }
  const { spec } = stored(object);
  if (resource === "pods" && (!isObject(spec) || !isList(spec["containers"]) || spec["containers"].length === 0)) {
    return "spec.containers: Required value";
  }
  const replicas = isObject(spec) ? spec["replicas"] : undefined;
  if (typeof replicas === "number" && replicas < 0)
    return `spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`;
  return undefined;
}

/** Stored objects as the type of their resource. */
export function typed<R extends ResourceName>(objects: readonly Stored[]): readonly ResourceTypes[R][] {
  // What is stored under a resource was written as that resource: the store is where JSON becomes its type again.
  return objects as unknown as readonly ResourceTypes[R][];
}

/** Lists come in the order of namespace and name. */
export function byKey(resource: ResourceName): (a: Stored, b: Stored) => number {
  return (a, b) => {
    const [x, y] = [keyOfObject(resource, a), keyOfObject(resource, b)];
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

/** What a write makes of an object: identity and times stay the old one's, the generation counts changes beside status and metadata. */
export function successor(old: Stored, next: Stored): Stored {
  const { uid, creationTimestamp, deletionTimestamp, generation = 1 } = old.metadata;
  const isSpecChanged = !sameJson(withoutHead(old), withoutHead(next));
  const metadata = {
    ...next.metadata,
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(old.metadata.resourceVersion === undefined ? {} : { resourceVersion: old.metadata.resourceVersion }),
    generation: isSpecChanged ? generation + 1 : generation,
  };
  return withMetadata(next, metadata);
}
