import { isObject, listAt, objectAt, plainOf } from "../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import { redactObject } from "./redact.ts";

/**
 * Shares equal parts of many objects. Pods of one workload have the same containers, tolerations and labels; in a cluster of a hundred
 * thousand pods this is the difference between gigabytes and hundreds of megabytes.
 */
export class Interner {
  readonly #known = new Map<string, Json>();

  /** The first value seen that equals this one. */
  share<T extends Json | undefined>(value: T): T {
    if (typeof value !== "object" || value === null) return value;
    const text = JSON.stringify(value);
    const known = this.#known.get(text);
    if (known !== undefined) return known as T;
    this.#known.set(text, value);
    return value;
  }
}

const sharedInSpec = [
  "containers",
  "initContainers",
  "volumes",
  "tolerations",
  "affinity",
  "topologySpreadConstraints",
  "nodeSelector",
  "securityContext",
  "imagePullSecrets",
  "readinessGates",
];
const sharedInMetadata = ["labels", "annotations", "ownerReferences"];

/** Redacts an object and drops what no decision reads: per-container run state and the projected token volume every pod has. */
export function slimObject<T extends KubeObject>(object: T, interner: Interner): T {
  const redacted = redactObject(object);
  const clean = plainOf(redacted);
  const slim: Record<string, Json | undefined> = {
    metadata: sharing(objectAt(clean["metadata"]), sharedInMetadata, interner),
  };
  if (object.kind === "Pod") {
    slim["spec"] = sharing(withoutTokenVolume(objectAt(clean["spec"])), sharedInSpec, interner);
    slim["status"] = slimPodStatus(objectAt(clean["status"]), interner);
  } else if (object.kind === "Node" && isObject(clean["status"])) {
    slim["status"] = slimNodeStatus(objectAt(clean["status"]), interner);
  }
  return { ...redacted, ...slim };
}

/** Shares parts of an object that a snapshot file holds: redacted and slim already. */
export function shareObject<T extends KubeObject>(object: T, interner: Interner): T {
  const plain = plainOf(object);
  const shared: JsonObject = {
    metadata: sharing(objectAt(plain["metadata"]), sharedInMetadata, interner),
    ...(object.kind === "Pod" ? { spec: sharing(objectAt(plain["spec"]), sharedInSpec, interner) } : {}),
  };
  return { ...object, ...shared };
}

function sharing(object: JsonObject, keys: readonly string[], interner: Interner): JsonObject {
  const shared: Record<string, Json | undefined> = { ...object };
  for (const key of keys) if (object[key] !== undefined) shared[key] = interner.share(object[key]);
  return shared;
}

// Named differently in every pod (kube-api-access-x7k2p), and the same for all.
function withoutTokenVolume(spec: JsonObject): JsonObject {
  const isToken = (volume: Json): boolean =>
    isObject(volume) && typeof volume["name"] === "string" && volume["name"].startsWith("kube-api-access-");
  const drop = (container: Json): Json => {
    if (!isObject(container)) return container;
    const { volumeMounts: _, ...rest } = container;
    return rest;
  };
  return {
    ...spec,
    ...(spec["volumes"] === undefined ? {} : { volumes: listAt(spec["volumes"]).filter((one) => !isToken(one)) }),
    ...(spec["containers"] === undefined ? {} : { containers: listAt(spec["containers"]).map(drop) }),
    ...(spec["initContainers"] === undefined ? {} : { initContainers: listAt(spec["initContainers"]).map(drop) }),
  };
}

function slimPodStatus(status: JsonObject, interner: Interner): JsonObject {
  const slim: Record<string, Json | undefined> = { ...status };
  for (const key of ["containerStatuses", "initContainerStatuses"]) {
    if (status[key] !== undefined) slim[key] = interner.share(listAt(status[key]).map(slimContainerStatus));
  }
  delete slim["ephemeralContainerStatuses"];
  delete slim["podIPs"];
  delete slim["hostIPs"];
  slim["conditions"] = listAt(status["conditions"]).map((condition) => {
    if (!isObject(condition)) return condition;
    const { lastProbeTime: _, observedGeneration: __, ...rest } = condition;
    return rest;
  });
  return slim;
}

function slimContainerStatus(status: Json): Json {
  if (!isObject(status)) return status;
  const { lastState: _, containerID: __, imageID: ___, volumeMounts: ____, user: _____, ...rest } = status;
  // Start times differ in every pod; which state it is in does not.
  const state = Object.fromEntries(
    Object.entries(objectAt(status["state"])).map(([name, value]) => {
      const { startedAt: _a, finishedAt: _b, containerID: _c, message: _d, ...kept } = objectAt(value);
      return [name, kept];
    }),
  );
  return { ...rest, state };
}

function slimNodeStatus(status: JsonObject, interner: Interner): JsonObject {
  const { images: _, ...rest } = status;
  return sharing(rest, ["capacity", "allocatable", "nodeInfo"], interner);
}
