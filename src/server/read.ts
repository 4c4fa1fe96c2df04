import { isObject } from "../kube/json.ts";
import type { KubeObject } from "../kube/objects.ts";
import { type ResourceName, resources } from "../kube/resources.ts";
import type { ListOptions } from "../kube/requests.ts";
import { asStored, type Stored, withFields } from "../twin/store/objects.ts";
import { noSuchObject } from "../twin/store/refusal.ts";
import type { Twin } from "../twin/world/twin.ts";
import { type ServedAnswer, type ApiRequest, json, denied } from "./answer.ts";
import { groupVersionOf, scaled } from "./discovery.ts";
import type { ApiTarget } from "./path.ts";
import { onClientsClock, withHeartbeats } from "./times.ts";
import { type TableForm, type TableHow, tableOf } from "./tables/table.ts";

const longestWatchSeconds = 1800;

/** Answers a GET: one object, a list or a watch, as objects or as a Table. */
export function getAnswer(twin: Twin, target: ApiTarget, request: ApiRequest): ServedAnswer {
  const { store } = twin;
  const { resource, name } = target;
  const form = formOf(request);
  const { nowMs } = twin;
  const how: Shown = { resource, shiftMs: request.shiftMs, nowMs };
  const rows = (rowForm: TableForm): TableHow => ({
    nowMs,
    form: rowForm,
    version: store.version,
    part: (one) => asServed(how, one),
  });
  if (name !== undefined && request.query.get("watch") !== "true") {
    const found = store.get({ resource, ...at(target.namespace), name });
    if (found === undefined) throw noSuchObject({ resource, name, ...at(target.namespace) });
    return form === undefined ? json(asServed(how, found)) : json(tableOf(resource, [found], rows(form)));
  }
  if (request.query.get("watch") === "true") return watchOf(target, request, form);
  const options: ListOptions = {
    ...at(target.namespace),
    labelSelector: request.query.get("labelSelector") ?? "",
    fieldSelector: request.query.get("fieldSelector") ?? "",
  };
  const items = store.list(resource, options);
  if (form !== undefined) return json(tableOf(resource, items, rows(form)));
  return json({
    kind: `${resources[resource].kind}List`,
    apiVersion: groupVersionOf(resource),
    metadata: { resourceVersion: `${store.version}` },
    items: items.map((one) => asServed(how, one)),
  });
}

/** On whose clock an object is shown. */
export interface Shown {
  readonly resource: ResourceName;
  /** How far the client's clock is ahead of the world's, in milliseconds. */
  readonly shiftMs: number;
  /** The world's time. */
  readonly nowMs: number;
}

/** An object as the API shows it: with its kind, the counts that the real server always fills in, and times on the client's clock. */
export function asServed({ resource, shiftMs, nowMs }: Shown, object: KubeObject): Stored {
  const kinded = withFields(asStored(object), { apiVersion: groupVersionOf(resource), kind: resources[resource].kind });
  return onClientsClock(filledIn(resource, kinded, nowMs), shiftMs);
}

function filledIn(resource: ResourceName, whole: Stored, nowMs: number): Stored {
  if (resource === "nodes") return withHeartbeats(whole, nowMs);
  if (!scaled.has(resource)) return whole;
  const { spec } = whole;
  if (!isObject(spec) || "replicas" in spec) return whole;
  return withFields(whole, { spec: { replicas: 1, ...spec } });
}

function at(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** How a client wants rows; undefined when it wants objects. */
function formOf({ accept, query }: ApiRequest): TableForm | undefined {
  const asksForTable = accept.split(",").some((one) => /as=Table/.test(one) && /g=meta\.k8s\.io/.test(one));
  if (!asksForTable) return undefined;
  const form = query.get("includeObject");
  return form === "Object" || form === "None" ? form : "Metadata";
}

function watchOf(target: ApiTarget, request: ApiRequest, form: TableForm | undefined): ServedAnswer {
  const { query } = request;
  const version = query.get("resourceVersion") ?? "";
  if (version !== "" && !/^\d+$/.test(version))
    return denied(400, "BadRequest", `invalid resource version ${JSON.stringify(version)}`);
  const sendsInitial = query.get("sendInitialEvents") === "true";
  const isFromNow = version === "" || version === "0" || sendsInitial;
  const byName = target.name === undefined ? undefined : `metadata.name=${target.name}`;
  const fields = [query.get("fieldSelector"), byName].filter((one) => one !== undefined && one !== "");
  const seconds = Number(query.get("timeoutSeconds") ?? longestWatchSeconds);
  return {
    kind: "watch",
    resource: target.resource,
    namespace: target.namespace,
    labelSelector: query.get("labelSelector"),
    fieldSelector: fields.length === 0 ? undefined : fields.join(","),
    after: isFromNow ? undefined : Number(version),
    form,
    sendsBookmarks: query.get("allowWatchBookmarks") === "true",
    endsInitial: sendsInitial,
    timeoutSeconds: seconds > 0 ? Math.min(seconds, longestWatchSeconds) : longestWatchSeconds,
  };
}
