import { numberAt, objectAt, textAt } from "../kube/json.ts";
import type { ObjectRef, PatchType } from "../kube/requests.ts";
import { type ResourceName, resources } from "../kube/resources.ts";
import { type Stored, withMetadata } from "../twin/store/objects.ts";
import { asObject } from "../twin/store/rules.ts";
import { badRequest, noSuchObject, unsupportedMediaType } from "../twin/store/refusal.ts";
import type { Twin } from "../twin/world/twin.ts";
import { type ServedAnswer, type ApiRequest, json } from "./answer.ts";
import { bodyOf, requestValue } from "./body.ts";
import { withDefaults } from "./defaults.ts";
import { groupVersionOf } from "./discovery.ts";
import { orphan } from "./orphans.ts";
import type { ApiTarget } from "./path.ts";
import { type Shown, asServed } from "./read.ts";
import { mustBeWhole } from "./validate.ts";

/** Answers a write; undefined for a method that the path does not know. Throws `StatusRefusal`. */
export function writeAnswer(twin: Twin, target: ApiTarget, request: ApiRequest): ServedAnswer | undefined {
  const { name } = target;
  const ref = name === undefined ? undefined : objectAtPath(target, name);
  switch (request.method) {
    case "POST":
      return ref === undefined ? create(twin, target, request) : undefined;
    case "PUT":
      return ref === undefined ? undefined : replace(twin, target, { request, ref });
    case "PATCH":
      return ref === undefined ? undefined : patch(twin, target, { request, ref });
    case "DELETE":
      return ref === undefined ? removeAll(twin, target, request) : remove(twin, ref, request);
    default:
      return undefined;
  }
}

/** One object by its path. */
export function objectAtPath({ resource, namespace }: ApiTarget, name: string): ObjectRef {
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) };
}

function how(twin: Twin, { resource }: { readonly resource: ResourceName }, { shiftMs }: ApiRequest): Shown {
  return { resource, shiftMs, nowMs: twin.nowMs };
}

/** Whether nothing is to be written. */
export function isDryRun({ query }: ApiRequest): boolean {
  return query.get("dryRun") === "All";
}

interface OnObject {
  readonly request: ApiRequest;
  readonly ref: ObjectRef;
}

function create(twin: Twin, target: ApiTarget, request: ApiRequest): ServedAnswer {
  const { store } = twin;
  const { resource } = target;
  const actor = actorOf(request);
  const given = withDefaults(resource, named(objectIn(request, target), store.version));
  const tried = store.create(actor, resource, given, true);
  mustBeWhole(resource, tried);
  const made = isDryRun(request) ? tried : store.create(actor, resource, given);
  return json(asServed(how(twin, target, request), made), 201);
}

function replace(twin: Twin, target: ApiTarget, { request, ref }: OnObject): ServedAnswer {
  const { store } = twin;
  const object = objectIn(request, target);
  if (object.metadata.name !== ref.name)
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${ref.name})`,
    );
  const actor = actorOf(request);
  if (target.subresource === "status" || isDryRun(request)) {
    const body = target.subresource === "status" ? { status: object["status"] ?? {} } : object;
    const below = target.subresource === undefined ? {} : { subresource: target.subresource };
    return json(
      asServed(
        how(twin, target, request),
        store.patch(actor, ref, { type: "merge", body, isDryRun: isDryRun(request), ...below }),
      ),
    );
  }
  mustBeWhole(target.resource, object);
  return json(asServed(how(twin, target, request), store.replace(actor, ref, object)));
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
};

function patch(twin: Twin, target: ApiTarget, { request, ref }: OnObject): ServedAnswer {
  const { store } = twin;
  const kind = request.contentType.split(";")[0]?.trim() ?? "";
  const actor = actorOf(request);
  if (kind === "application/apply-patch+yaml") {
    const object = objectIn({ ...request, contentType: "application/yaml" }, target);
    const isNew = store.get(ref) === undefined;
    const options = { force: request.query.get("force") === "true", dryRun: isDryRun(request) };
    const given = isNew ? withDefaults(target.resource, object) : object;
    return json(
      asServed(how(twin, target, request), store.apply(actor, target.resource, given, options)),
      isNew ? 201 : 200,
    );
  }
  const type = patchTypes[kind];
  if (type === undefined) {
    const known = [...Object.keys(patchTypes), "application/apply-patch+yaml"].join(", ");
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${known}`,
    );
  }
  const below = target.subresource === undefined ? {} : { subresource: target.subresource };
  const body = requestValue(request);
  const change = (isDry: boolean): Stored => store.patch(actor, ref, { type, body, isDryRun: isDry, ...below });
  const tried = change(true);
  mustBeWhole(target.resource, tried);
  return json(asServed(how(twin, target, request), isDryRun(request) ? tried : change(false)));
}

function remove(twin: Twin, ref: ObjectRef, request: ApiRequest): ServedAnswer {
  const { store } = twin;
  const options = request.body === "" ? {} : bodyOf(request);
  const found = store.get(ref);
  if (found === undefined) throw noSuchObject(ref);
  const { resource } = ref;
  if (!isDryRun(request)) {
    const actor = actorOf(request);
    const policy = textAt(options, "propagationPolicy") ?? request.query.get("propagationPolicy");
    if (policy === "Orphan") orphan(store, actor, found);
    const uid = textAt(options, "preconditions", "uid");
    const grace = numberAt(options, "gracePeriodSeconds") ?? numberOf(request.query.get("gracePeriodSeconds"));
    store.delete(actor, ref, {
      ...(uid === undefined ? {} : { uid }),
      ...(grace === undefined ? {} : { graceSeconds: grace }),
    });
  }
  const left = store.get(ref);
  if (left !== undefined) return json(asServed(how(twin, ref, request), left));
  const { group, kind } = resources[resource];
  const details = { name: ref.name, ...(group === "" ? {} : { group }), kind, uid: found.metadata.uid };
  return json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}

function removeAll(twin: Twin, target: ApiTarget, request: ApiRequest): ServedAnswer {
  const { resource, namespace } = target;
  const [labelSelector, fieldSelector] = [request.query.get("labelSelector"), request.query.get("fieldSelector")];
  const found = twin.store.list(resource, {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  });
  for (const { metadata } of found)
    remove(twin, objectAtPath({ ...target, namespace: metadata.namespace ?? namespace }, metadata.name), request);
  const kind = `${resources[resource].kind}List`;
  const metadata = { resourceVersion: `${twin.store.version}` };
  return json({
    kind,
    apiVersion: groupVersionOf(resource),
    metadata,
    items: found.map((one) => asServed(how(twin, target, request), one)),
  });
}

/** Who writes: the field manager that the client names, or the client. */
export function actorOf({ query, actor }: ApiRequest): string {
  return query.get("fieldManager") ?? actor;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function objectIn(request: ApiRequest, { resource, namespace, name }: ApiTarget): Stored {
  const body = bodyOf(request);
  const { kind } = resources[resource];
  const apiVersion = groupVersionOf(resource);
  const told = `${textAt(body, "apiVersion") ?? apiVersion} ${textAt(body, "kind") ?? kind}`;
  if (told !== `${apiVersion} ${kind}`)
    throw badRequest(`the object provided (${told}) is not of the kind of the URL (${apiVersion} ${kind})`);
  const metadata = objectAt(body, "metadata");
  const own = textAt(metadata, "namespace");
  if (own !== undefined && namespace !== undefined && own !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  const { managedFields: _, ...rest } = metadata;
  const place = namespace === undefined ? {} : { namespace };
  const given = textAt(metadata, "name") ?? name ?? "";
  return asObject({ ...body, apiVersion, kind, metadata: { ...rest, ...place, name: given } });
}

const letters = "bcdfghjklmnpqrstvwxz2456789";

// A name from its prefix, different for every version of the store.
function named(object: Stored, version: number): Stored {
  const generateName = textAt(object, "metadata", "generateName");
  if (object.metadata.name !== "" || generateName === undefined) return object;
  let rest = Math.imul(version, 2_654_435_761) >>> 0;
  let suffix = "";
  for (let at = 0; at < 5; at += 1) {
    suffix += letters[rest % letters.length] ?? "";
    rest = Math.floor(rest / letters.length);
  }
  return withMetadata(object, { ...object.metadata, name: `${generateName}${suffix}` });
}
