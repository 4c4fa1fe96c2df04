import type { StoredTypes } from "./stored-types.ts";
import { isList, isObject, sameJson } from "../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ObjectRef, PatchType } from "../../kube/requests.ts";
import { type ResourceName, resources } from "../../kube/resources.ts";
import { type Stored, withFields, withMetadata } from "./objects.ts";
import { jsonPatch, mergePatch, strategicPatch } from "./patch.ts";
import { badRequest } from "./refusal.ts";

/** Groups whose resources exist only once their CustomResourceDefinition does. */
const crdGroups: ReadonlySet<string> = new Set(["karpenter.sh", "karpenter.k8s.aws", "eks.amazonaws.com"]);

/** The name of the CustomResourceDefinition without which a resource is not served; undefined for Kubernetes' own. */
export function crdNameOf(resource: ResourceName): string | undefined {
  const { group } = resources[resource];
  return crdGroups.has(group) ? `${resource}.${group}` : undefined;
}

/** What stays until somebody in the world ends it: a kubelet, the namespace controller. */
export const endedByOthers: ReadonlySet<ResourceName> = new Set(["pods", "namespaces"]);

/** The object with a patch of one of the three types. Throws `StatusRefusal` when the patch cannot be read or fails. */
export function patched(old: Stored, type: PatchType, body: Json): Json {
  if (type === "merge") return mergePatch(old, body);
  return type === "json" ? jsonPatch(old, body) : strategicPatch(old, body);
}

/** JSON that came out of a patch, as an object again; throws `StatusRefusal` without a name. */
export function asObject(value: Json): Stored {
  if (isNamed(value)) return value;
  throw badRequest("the patched object has no metadata.name");
}

function isNamed(value: Json): value is Stored {
  const metadata = isObject(value) ? value["metadata"] : undefined;
  return isObject(metadata) && typeof metadata["name"] === "string";
}

/** A write to the object itself never changes its status, and a write to its status changes nothing else. */
export function keepStatus(next: Stored, old: Stored): Stored {
  return withFields(next, { status: old["status"] });
}

/** How many seconds a pod may take to end. */
export function graceOf(pod: Stored): number {
  const spec = pod["spec"];
  const grace = isObject(spec) ? spec["terminationGracePeriodSeconds"] : undefined;
  return typeof grace === "number" ? grace : 30;
}

const nameRule = /^[a-z0-9]([-a-z0-9.:]*[a-z0-9])?$/;

/** Why the API server would not accept an object, beginning with the field; undefined when it would. */
export function problemOf(resource: ResourceName, object: Stored): string | undefined {
  const { name } = object.metadata;
  if (!nameRule.test(name) || name.length > 253) {
    const rule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'";
    return `metadata.name: Invalid value: "${name}": ${rule}`;
  }
  const { spec } = object;
  if (resource === "pods" && (!isObject(spec) || !isList(spec["containers"]) || spec["containers"].length === 0)) {
    return "spec.containers: Required value";
  }
  const replicas = isObject(spec) ? spec["replicas"] : undefined;
  if (typeof replicas === "number" && replicas < 0)
    return `spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`;
  return undefined;
}

/** A stored object as the type of its resource. */
export function typed<R extends ResourceName>(object: Stored): StoredTypes[R];
/** Stored objects as the type of their resource. */
export function typed<R extends ResourceName>(objects: readonly Stored[]): readonly StoredTypes[R][];
/** The same, whatever was given. */
export function typed(objects: unknown): unknown {
  // What is stored under a resource was written as that resource: the store is where JSON becomes its type again.
  return objects;
}

/** Names an object in messages. */
export function refOf(resource: ResourceName, { metadata }: KubeObject): ObjectRef {
  const { name, namespace } = metadata;
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** What a write makes of an object: identity and times stay the old one's, the generation counts changes beside status and metadata. */
export function successor(old: Stored, next: Stored): Stored {
  const { uid, creationTimestamp, deletionTimestamp, resourceVersion, generation = 1 } = old.metadata;
  const metadata = {
    ...next.metadata,
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    generation: isSameSpec(old, next) ? generation : generation + 1,
  };
  return withMetadata(next, metadata);
}

// Everything but metadata and status counts for the generation.
function isSameSpec(old: JsonObject, next: JsonObject): boolean {
  for (const key in next) if (isCounted(key) && !sameJson(old[key], next[key])) return false;
  for (const key in old) if (isCounted(key) && next[key] === undefined && old[key] !== undefined) return false;
  return true;
}

function isCounted(key: string): boolean {
  return key !== "metadata" && key !== "status";
}
