import type { JsonObject } from "../kube/objects.ts";
import type { Store } from "../twin/store/store.ts";
import { StatusRefusal } from "../twin/store/refusal.ts";
import type { Twin } from "../twin/world/twin.ts";
import { type ServedAnswer, type ApiRequest, json, nothingThere, denied, statusAnswer } from "./answer.ts";
import { groupList, discoveredGroup, resourceList } from "./discovery.ts";
import { openApiIndex, openApiOf } from "./openapi.ts";
import { pathTarget } from "./path.ts";
import { getAnswer } from "./read.ts";
import { reviewAnswer } from "./review.ts";
import { subresourceAnswer } from "./subresources.ts";
import { writeAnswer } from "./write.ts";

/**
 * The Kubernetes API over a twin: one request in, one answer out. Time does not pass in it. What the world refuses comes as the `Status`
 * that a real server sends; nothing is thrown.
 */
export function answer(twin: Twin, request: ApiRequest): ServedAnswer {
  try {
    return fixed(twin, request) ?? ofResource(twin, request);
  } catch (error) {
    if (error instanceof StatusRefusal) return statusAnswer(error.status);
    throw error;
  }
}

// What is no resource: discovery, health, version, reviews.
function fixed(twin: Twin, request: ApiRequest): ServedAnswer | undefined {
  const { path, method } = request;
  const { store } = twin;
  const review = method === "POST" ? reviewAnswer(path, request) : undefined;
  if (review !== undefined) return review;
  if (method !== "GET") return undefined;
  switch (path) {
    case "/version":
      return json(versionOf(twin.kubernetesVersion));
    case "/healthz":
    case "/livez":
    case "/readyz":
      return { kind: "text", code: 200, body: "ok" };
    case "/":
      return json({ paths: ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] });
    case "/api":
      return json({ kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] });
    case "/apis":
      return json(groupList(store));
    case "/openapi/v3":
      return json(openApiIndex(store));
    default:
      return documentAt(store, path);
  }
}

function documentAt(store: Store, path: string): ServedAnswer | undefined {
  const document = /^\/openapi\/v3\/(.+)$/.exec(path)?.[1];
  const group = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  const version = /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(path);
  let found: JsonObject | undefined;
  if (document !== undefined) found = openApiOf(store, document);
  else if (group !== undefined) found = discoveredGroup(store, group);
  else if (version !== null) found = resourceList(store, version[1] ?? version[2] ?? "");
  else return undefined;
  return found === undefined ? nothingThere() : json(found);
}

function versionOf(version: string): JsonObject {
  const [major = "1", minor = "0"] = version.split(".");
  const gitVersion = `v${version}-eks-5a1b2c3`;
  return { major, minor, gitVersion, gitCommit: "", gitTreeState: "clean", buildDate: "", platform: "linux/amd64" };
}

function ofResource(twin: Twin, request: ApiRequest): ServedAnswer {
  const target = pathTarget(request.path, twin.store);
  if (target === undefined) return nothingThere();
  if (target.subresource !== undefined && target.subresource !== "status")
    return subresourceAnswer(twin, target, request);
  if (request.method === "GET") return getAnswer(twin, target, request);
  const written = writeAnswer(twin, target, request);
  return written ?? denied(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
}
