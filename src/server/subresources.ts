import { listAt, numberAt, textAt, valueAt } from "../kube/json.ts";
import type { JsonObject, KubeObject } from "../kube/objects.ts";
import { evictPod } from "../twin/store/eviction.ts";
import { asStored } from "../twin/store/objects.ts";
import { badRequest, noSuchObject } from "../twin/store/refusal.ts";
import type { Twin } from "../twin/world/twin.ts";
import { type ServedAnswer, type ApiRequest, json, nothingThere, denied } from "./answer.ts";
import { bodyOf, requestValue } from "./body.ts";
import { scaled } from "./discovery.ts";
import type { ApiTarget } from "./path.ts";
import { selectorText } from "./tables/cells.ts";
import { actorOf, isDryRun, objectAtPath } from "./write.ts";
import { mergePatch } from "../twin/store/patch.ts";

/** Answers what stands below an object: its scale, its eviction, its log. Throws `StatusRefusal`. */
export function subresourceAnswer(twin: Twin, target: ApiTarget, request: ApiRequest): ServedAnswer {
  const { resource, subresource, name = "" } = target;
  if (subresource === "scale" && scaled.has(resource)) return scaleAnswer(twin, { ...target, name }, request);
  if (resource !== "pods") return nothingThere();
  if (subresource === "eviction" && request.method === "POST") return evict(twin, { ...target, name }, request);
  if (subresource === "log" && request.method === "GET") return logAnswer(twin, { ...target, name }, request);
  const inside: readonly (string | undefined)[] = ["exec", "attach", "portforward", "proxy"];
  return inside.includes(subresource)
    ? denied(501, "NotImplemented", `nothing runs inside the containers of a sandbox: there is no ${subresource}`)
    : nothingThere();
}

type Named = ApiTarget & { readonly name: string };

function scaleAnswer({ store }: Twin, target: Named, request: ApiRequest): ServedAnswer {
  const ref = objectAtPath(target, target.name);
  const found = store.get(ref);
  if (found === undefined) throw noSuchObject(ref);
  const scale = scaleOf(found);
  if (request.method === "GET") return json(scale);
  if (request.method !== "PUT" && request.method !== "PATCH") return nothingThere();
  const wanted = request.method === "PUT" ? bodyOf(request) : mergePatch(scale, requestValue(request));
  const replicas = numberAt(wanted, "spec", "replicas") ?? 0;
  const version = textAt(wanted, "metadata", "resourceVersion");
  const metadata =
    version === undefined || request.method === "PATCH" ? {} : { metadata: { resourceVersion: version } };
  const body = { spec: { replicas }, ...metadata };
  return json(scaleOf(store.patch(actorOf(request), ref, { type: "merge", body, isDryRun: isDryRun(request) })));
}

function scaleOf(object: KubeObject): JsonObject {
  const stored = asStored(object);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(valueAt(stored, "spec", "selector"));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(stored, "spec", "replicas") ?? 1 },
    status: { replicas: numberAt(stored, "status", "replicas") ?? 0, selector },
  };
}

function evict(twin: Twin, target: Named, request: ApiRequest): ServedAnswer {
  const { name, namespace = "default" } = target;
  const options = bodyOf(request)["deleteOptions"];
  const uid = textAt(options, "preconditions", "uid");
  const grace = numberAt(options, "gracePeriodSeconds");
  const isDry = isDryRun(request) || listAt(options, "dryRun").includes("All");
  const answer = evictPod(twin.store, {
    actor: actorOf(request),
    nowMs: twin.nowMs,
    namespace,
    name,
    dryRun: isDry,
    ...(uid === undefined ? {} : { uid }),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
  });
  switch (answer.kind) {
    case "evicted":
      return json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, 201);
    case "gone":
      throw noSuchObject({ resource: "pods", name, namespace });
    case "impossible":
      return denied(500, "InternalError", answer.message);
    case "blocked": {
      // The sentence of the API, then that of the budget (eviction.go, `createTooManyRequestsError`).
      const [message = "", ...why] = answer.message.split(". ");
      const causes = [{ reason: "DisruptionBudget", message: why.join(". ") }];
      return denied(429, "TooManyRequests", `${message}.`, { causes });
    }
  }
}

function logAnswer(twin: Twin, target: Named, { query }: ApiRequest): ServedAnswer {
  const pod = twin.store.get({ resource: "pods", name: target.name, namespace: target.namespace ?? "default" });
  if (pod === undefined) throw noSuchObject(objectAtPath(target, target.name));
  const names = pod.spec.containers.map((one) => one.name);
  const container = query.get("container") ?? names[0] ?? "";
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${target.name}`);
  const state = pod.status?.containerStatuses?.find((one) => one.name === container);
  if (state === undefined)
    throw badRequest(`container "${container}" in pod "${target.name}" is waiting to start: ContainerCreating`);
  const lines = (twin.programs.logOf(pod) ?? "").split("\n");
  const last = query.get("tailLines");
  const shown = last === undefined ? lines : lines.slice(Math.max(0, lines.length - Number(last) - 1));
  return { kind: "text", code: 200, body: shown.join("\n") };
}
