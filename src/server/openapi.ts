import type { JsonObject } from "../kube/objects.ts";
import { type ResourceName, resources } from "../kube/resources.ts";
import type { Store } from "../twin/store/store.ts";
import { groupVersions, resourcesIn } from "./discovery.ts";

/** `GET /openapi/v3`: where the document of each group version is. */
export function openApiIndex(store: Store): JsonObject {
  const paths = groupVersions(store).map((one) => {
    const path = one.includes("/") ? `apis/${one}` : `api/${one}`;
    return [path, { serverRelativeURL: `/openapi/v3/${path}` }] as const;
  });
  return { paths: Object.fromEntries(paths) };
}

/**
 * The document of one group version, as far as kubectl needs it: which requests know `fieldValidation`, and what an object is made of at
 * its top. The fields below `spec` and `status` are not described. Undefined when there is no such version.
 */
export function openApiOf(store: Store, path: string): JsonObject | undefined {
  const groupVersion = path.replace(/^apis?\//, "");
  if (!groupVersions(store).includes(groupVersion)) return undefined;
  const own = resourcesIn(store, groupVersion);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "unversioned" },
    paths: Object.fromEntries(own.map((one) => [`/${path}${collectionOf(one)}/{name}`, pathItem(one)])),
    components: { schemas: Object.fromEntries(own.map((one) => [schemaName(one), schemaOf(one)])) },
  };
}

function collectionOf(resource: ResourceName): string {
  return resources[resource].namespaced ? `/namespaces/{namespace}/${resource}` : `/${resource}`;
}

function schemaName(resource: ResourceName): string {
  const { group, version, kind } = resources[resource];
  return `${group === "" ? "core" : group}.${version}.${kind}`;
}

function pathItem(resource: ResourceName): JsonObject {
  const { group, version, kind } = resources[resource];
  const operation = (action: string): JsonObject => ({
    operationId: `${action}${kind}`,
    responses: {
      "200": {
        description: "OK",
        content: { "application/json": { schema: { $ref: `#/components/schemas/${schemaName(resource)}` } } },
      },
    },
    parameters: ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
      name,
      in: "query",
      schema: { type: "string" },
    })),
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group, version, kind },
  });
  return { get: operation("get"), put: operation("put"), patch: operation("patch"), delete: operation("delete") };
}

function schemaOf(resource: ResourceName): JsonObject {
  const { group, version, kind } = resources[resource];
  const open = (description: string): JsonObject => ({
    description,
    type: "object",
    "x-kubernetes-preserve-unknown-fields": true,
  });
  return {
    description: `${kind} as the sandbox keeps it.`,
    type: "object",
    properties: {
      apiVersion: { description: "Group and version of the object.", type: "string" },
      kind: { description: "Kind of the object.", type: "string" },
      metadata: open("Name, namespace, labels, annotations and what the server keeps of the object."),
      spec: open("What is wanted."),
      status: open("What is so."),
    },
    "x-kubernetes-group-version-kind": [{ group, version, kind }],
  };
}
