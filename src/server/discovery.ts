import { keysOf } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import { type ResourceName, resources } from "../kube/resources.ts";
import type { Store } from "../twin/store/store.ts";

/** Short names and categories, as the real server lists them. */
const names: { readonly [R in ResourceName]?: { readonly short?: readonly string[]; readonly isInAll?: true } } = {
  nodes: { short: ["no"] },
  pods: { short: ["po"], isInAll: true },
  namespaces: { short: ["ns"] },
  services: { short: ["svc"], isInAll: true },
  serviceaccounts: { short: ["sa"] },
  configmaps: { short: ["cm"] },
  persistentvolumes: { short: ["pv"] },
  persistentvolumeclaims: { short: ["pvc"] },
  replicationcontrollers: { short: ["rc"], isInAll: true },
  events: { short: ["ev"] },
  limitranges: { short: ["limits"] },
  deployments: { short: ["deploy"], isInAll: true },
  replicasets: { short: ["rs"], isInAll: true },
  statefulsets: { short: ["sts"], isInAll: true },
  daemonsets: { short: ["ds"], isInAll: true },
  jobs: { isInAll: true },
  cronjobs: { short: ["cj"], isInAll: true },
  horizontalpodautoscalers: { short: ["hpa"], isInAll: true },
  poddisruptionbudgets: { short: ["pdb"] },
  priorityclasses: { short: ["pc"] },
  storageclasses: { short: ["sc"] },
  customresourcedefinitions: { short: ["crd", "crds"] },
  ec2nodeclasses: { short: ["ec2nc", "ec2ncs"] },
};

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** Resources that have a scale. */
export const scaled: ReadonlySet<ResourceName> = new Set([
  "deployments",
  "replicasets",
  "statefulsets",
  "replicationcontrollers",
]);

/** Reviews: asked by POST, never stored. */
const reviews: Readonly<Record<string, readonly (readonly [name: string, kind: string])[]>> = {
  "authorization.k8s.io/v1": [
    ["selfsubjectaccessreviews", "SelfSubjectAccessReview"],
    ["selfsubjectrulesreviews", "SelfSubjectRulesReview"],
  ],
  "authentication.k8s.io/v1": [["selfsubjectreviews", "SelfSubjectReview"]],
};

/** Group versions that the world serves now: `apps/v1`; the core's is `v1`. */
export function groupVersions(store: Store): readonly string[] {
  const all = servedResources(store).map(groupVersionOf);
  return [...new Set([...all, ...Object.keys(reviews)])].toSorted();
}

function servedResources(store: Store): readonly ResourceName[] {
  return keysOf(resources).filter((resource) => store.serves(resource));
}

/** What the world serves of a group version now. */
export function resourcesIn(store: Store, groupVersion: string): readonly ResourceName[] {
  return servedResources(store).filter((resource) => groupVersionOf(resource) === groupVersion);
}

/** `apps/v1`, `v1`. */
export function groupVersionOf(resource: ResourceName): string {
  const { group, version } = resources[resource];
  return group === "" ? version : `${group}/${version}`;
}

/** `GET /apis`: all groups but the core. */
export function groupList(store: Store): JsonObject {
  const groups = new Set(groupVersions(store).flatMap((one) => (one.includes("/") ? [one.split("/")[0] ?? ""] : [])));
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [...groups].map((name) => discoveredGroup(store, name)).filter((one) => one !== undefined),
  };
}

/** One group with its versions, newest first; undefined when the world serves none of it. */
export function discoveredGroup(store: Store, name: string): JsonObject | undefined {
  const served = groupVersions(store)
    .filter((one) => one.startsWith(`${name}/`))
    .toSorted((a, b) => rankOf(b) - rankOf(a))
    .map((groupVersion) => ({ groupVersion, version: groupVersion.slice(name.length + 1) }));
  const [preferredVersion] = served;
  return preferredVersion === undefined
    ? undefined
    : { kind: "APIGroup", apiVersion: "v1", name, versions: served, preferredVersion };
}

// Stable versions before betas before alphas.
function rankOf(groupVersion: string): number {
  return groupVersion.includes("alpha") ? 0 : groupVersion.includes("beta") ? 1 : 2;
}

/** `GET /api/v1`, `GET /apis/GROUP/VERSION`: its resources; undefined when there is no such version. */
export function resourceList(store: Store, groupVersion: string): JsonObject | undefined {
  const own = resourcesIn(store, groupVersion);
  const asked = reviews[groupVersion] ?? [];
  if (own.length === 0 && asked.length === 0) return undefined;
  const rows = [
    ...own.toSorted().flatMap(rowsOf),
    ...asked.map(([name, kind]) => ({ name, singularName: "", namespaced: false, kind, verbs: ["create"] })),
  ];
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: rows };
}

function rowsOf(resource: ResourceName): readonly JsonObject[] {
  const { kind, namespaced } = resources[resource];
  const { short, isInAll } = names[resource] ?? {};
  const row = {
    name: resource,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs,
    ...(short === undefined ? {} : { shortNames: short }),
    ...(isInAll === undefined ? {} : { categories: ["all"] }),
  };
  const below = (sub: string, more: JsonObject, can: readonly string[]): JsonObject => ({
    name: `${resource}/${sub}`,
    singularName: "",
    namespaced,
    kind,
    verbs: can,
    ...more,
  });
  const rows: JsonObject[] = [row, below("status", {}, ["get", "patch", "update"])];
  if (scaled.has(resource))
    rows.push(below("scale", { group: "autoscaling", version: "v1", kind: "Scale" }, ["get", "patch", "update"]));
  if (resource === "pods")
    rows.push(
      below("eviction", { group: "policy", version: "v1", kind: "Eviction" }, ["create"]),
      below("log", {}, ["get"]),
    );
  return rows;
}
