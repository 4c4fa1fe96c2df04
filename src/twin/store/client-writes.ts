import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import type { ObjectRef, PatchType } from "../../kube/requests.ts";
import type { ResourceName } from "../../kube/resources.ts";
import { isObject } from "../../kube/json.ts";
import { type Stored, withFields } from "./objects.ts";
import { applyFields } from "./patch.ts";
import { conflict, invalid, modified, terminating, unsupportedMediaType } from "./refusal.ts";
import { asObject, crdNameOf, keepStatus, patched, problemOf, refOf } from "./rules.ts";

/** How a client changes an object without sending all of it. */
export interface PatchRequest {
  readonly type: PatchType;
  readonly body: Json;
  /** `status`, `scale`. */
  readonly subresource?: string;
  readonly isDryRun?: boolean;
}

/** The object after a patch. Throws `StatusRefusal`: conflict, a strategic patch of a custom resource, invalid. */
export function afterPatch(old: Stored, ref: ObjectRef, patch: PatchRequest): Stored {
  const { body } = patch;
  const version = isObject(body) && isObject(body["metadata"]) ? body["metadata"]["resourceVersion"] : undefined;
  if (version !== undefined && version !== old.metadata.resourceVersion) throw modified(ref);
  if (patch.type === "strategic" && crdNameOf(ref.resource) !== undefined) {
    const types = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${types}`,
    );
  }
  const changed = asObject(patched(old, patch.type, body));
  const next =
    patch.subresource === "status" ? withFields(old, { status: changed["status"] }) : keepStatus(changed, old);
  mustBeValid(ref.resource, next);
  return next;
}

/** The object after a manager applied its own. Throws `StatusRefusal`: fields of others without force, invalid. */
export function afterApply(
  old: Stored,
  resource: ResourceName,
  applied: {
    readonly wanted: Stored;
    readonly previous: JsonObject | undefined;
    /** What other managers last applied. */
    readonly theirs: readonly JsonObject[];
    readonly isForced: boolean;
  },
): Stored {
  const { result, conflicts } = applyFields(old, applied);
  if (conflicts.length > 0 && !applied.isForced) {
    const several = conflicts.length === 1 ? "conflict" : "conflicts";
    const fields = conflicts.join(", ");
    throw conflict(
      refOf(resource, applied.wanted),
      `Apply failed with ${conflicts.length} ${several}: another field manager wrote ${fields}; apply with force to take them over`,
    );
  }
  const next = keepStatus(asObject(result), old);
  mustBeValid(resource, next);
  return next;
}

/** The object after a client sent all of it. Throws `StatusRefusal`: written by somebody else meanwhile, invalid. */
export function afterReplace(old: Stored, ref: ObjectRef, object: Stored & KubeObject): Stored {
  const version = object.metadata.resourceVersion;
  if (version !== undefined && version !== old.metadata.resourceVersion) throw modified(ref);
  const next = keepStatus(object, old);
  mustBeValid(ref.resource, next);
  return next;
}

/** Throws `StatusRefusal` when the namespace, if there is one, is being deleted. */
export function mustBeOpen(ref: ObjectRef, namespace: KubeObject | undefined): void {
  if (namespace?.metadata.deletionTimestamp !== undefined) throw terminating(ref, namespace.metadata.name);
}

/** Throws `StatusRefusal` when the object breaks a rule of its kind. */
export function mustBeValid(resource: ResourceName, object: Stored): void {
  const problem = problemOf(resource, object);
  if (problem !== undefined) throw invalid(refOf(resource, object), problem);
}
