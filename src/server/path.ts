import { isResourceName, type ResourceName, resources } from "../kube/resources.ts";
import type { Store } from "../twin/store/store.ts";

/** What a path names. */
export interface ApiTarget {
  readonly resource: ResourceName;
  readonly namespace: string | undefined;
  /** Undefined: the collection. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Reads the path of a resource, a collection or a subresource; undefined when the API has no such path. */
export function pathTarget(path: string, store: Store): ApiTarget | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const isCore = parts[0] === "api";
  if (!isCore && parts[0] !== "apis") return undefined;
  const [group, version] = isCore ? ["", parts[1]] : [parts[1], parts[2]];
  let rest = parts.slice(isCore ? 2 : 3).map(decoded);
  let namespace: string | undefined;
  const isBelowNamespace = rest[0] === "namespaces" && rest[2] !== undefined && !ofNamespace.has(rest[2]);
  if (isBelowNamespace) {
    namespace = rest[1];
    rest = rest.slice(2);
  }
  const [resource = "", name, subresource, ...more] = rest;
  if (!isResourceName(resource) || more.length > 0) return undefined;
  const info = resources[resource];
  if (info.group !== group || info.version !== version || !store.serves(resource)) return undefined;
  if (isBelowNamespace && !info.namespaced) return undefined;
  return { resource, namespace, name, subresource };
}

/** What stands after a namespace's name and is its own. */
const ofNamespace: ReadonlySet<string> = new Set(["status", "finalize"]);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
