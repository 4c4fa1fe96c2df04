import type { Account } from "../aws/account.ts";
import { isObject, listAt, objectAt, textAt } from "../kube/json.ts";
import type { JsonObject, KubeObject } from "../kube/objects.ts";
import { type ClusterObjects, type ResourceName, resources } from "../kube/resources.ts";
import { AwsCollector } from "./collect-aws.ts";
import { withoutNulls } from "./fields.ts";
import { shapeProblem } from "./shape.ts";
import type { Gap } from "./snapshot.ts";
import { Interner, slimObject } from "./slim.ts";

/** Sorts whatever a dump holds into a snapshot's lists. Secrets are dropped where they are met, before anything can keep them. */
export class Collector {
  readonly #interner = new Interner();
  readonly #lists = new Map<ResourceName, Map<string, KubeObject>>();
  readonly #aws = new AwsCollector();
  /** Kinds that no snapshot holds, with how often they were met. */
  readonly otherKinds = new Map<string, number>();
  /** Places whose content is no Kubernetes object and no AWS answer. */
  readonly unrecognised: string[] = [];
  /** Objects that lack what every reader relies on: left out, each with a gap. */
  readonly malformed: Gap[] = [];
  secretsDropped = 0;

  /** One document or item of a list. `origin` is its file. */
  add(value: unknown, origin: string): void {
    if (!isObject(value)) {
      this.unrecognised.push(origin);
      return;
    }
    const kind = textAt(value["kind"]);
    const apiVersion = textAt(value["apiVersion"]);
    if (kind === undefined || apiVersion === undefined) {
      if (!this.#aws.add(value)) this.unrecognised.push(origin);
      return;
    }
    if (kind.endsWith("List") && (value["items"] === undefined || Array.isArray(value["items"]))) {
      this.#addList(value, origin);
      return;
    }
    this.#addObject(value, kind, apiVersion);
  }

  /** An empty list in a file named after a resource says "none there". */
  seen(resource: ResourceName): void {
    if (!this.#lists.has(resource)) this.#lists.set(resource, new Map());
  }

  /** Everything sorted, by resource and name. A resource never met stays absent. */
  objects(): ClusterObjects {
    const names = (Object.keys(resources) as ResourceName[]).filter((name) => this.#lists.has(name));
    // Each list holds objects of its own kind only, by `#addObject`.
    return Object.fromEntries(
      names.map((name) => [name, [...(this.#lists.get(name)?.values() ?? [])].toSorted(byName)]),
    ) as ClusterObjects;
  }

  /** What `aws` command outputs said of the account; undefined without any. */
  account(): Account | undefined {
    return this.#aws.account();
  }

  /** Whether anything at all was recognised. */
  get isEmpty(): boolean {
    return this.#lists.size === 0 && this.#aws.account() === undefined;
  }

  #addList(list: JsonObject, origin: string): void {
    const kind = textAt(list["kind"]) ?? "";
    const apiVersion = textAt(list["apiVersion"]) ?? "v1";
    const itemKind = kind.slice(0, -4);
    const resource = itemKind === "" ? undefined : resourceOf(itemKind, apiVersion);
    if (resource !== undefined) this.seen(resource);
    for (const item of listAt(list["items"])) {
      const isBare = isObject(item) && item["kind"] === undefined && itemKind !== "";
      this.add(isBare ? { apiVersion, kind: itemKind, ...item } : item, origin);
    }
  }

  #addObject(given: JsonObject, kind: string, apiVersion: string): void {
    if (kind === "Secret") {
      this.secretsDropped += 1;
      return;
    }
    const value = objectAt(withoutNulls(given));
    const resource = resourceOf(kind, apiVersion);
    const metadata = value["metadata"];
    const name = isObject(metadata) ? textAt(metadata["name"]) : undefined;
    if (resource === undefined || !isObject(metadata) || name === undefined) {
      this.otherKinds.set(`${kind} (${apiVersion})`, (this.otherKinds.get(`${kind} (${apiVersion})`) ?? 0) + 1);
      return;
    }
    const namespace = textAt(metadata["namespace"]);
    // Manifests leave the namespace to kubectl, whose own default is this.
    const placed =
      resources[resource].namespaced && namespace === undefined
        ? { ...value, metadata: { ...metadata, namespace: "default" } }
        : value;
    this.seen(resource);
    const problem = shapeProblem(resource, value);
    if (problem !== undefined) {
      const scope = `${kind} ${resources[resource].namespaced ? `${namespace ?? "default"}/` : ""}${name}`;
      this.malformed.push({
        what: resource,
        reason: "malformed",
        detail: `${scope} ${problem} and is left out`,
        scope,
      });
      return;
    }
    const object = slimObject(placed as unknown as KubeObject, this.#interner);
    this.#lists.get(resource)?.set(`${object.metadata.namespace ?? ""}/${name}`, object);
  }
}

const legacyGroups: Readonly<Record<string, string>> = { extensions: "apps" };
const byKind = new Map(
  (Object.keys(resources) as ResourceName[]).map((name) => [`${resources[name].group}/${resources[name].kind}`, name]),
);

/** The resource of a kind in any version of its group; undefined for kinds that a snapshot does not hold. */
function resourceOf(kind: string, apiVersion: string): ResourceName | undefined {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return byKind.get(`${group}/${kind}`) ?? byKind.get(`${legacyGroups[group] ?? group}/${kind}`);
}

/** Short names that kubectl users give their files. */
const shortNames: Readonly<Record<string, ResourceName>> = {
  no: "nodes",
  po: "pods",
  ns: "namespaces",
  svc: "services",
  sa: "serviceaccounts",
  cm: "configmaps",
  pv: "persistentvolumes",
  pvc: "persistentvolumeclaims",
  rc: "replicationcontrollers",
  deploy: "deployments",
  rs: "replicasets",
  sts: "statefulsets",
  ds: "daemonsets",
  cj: "cronjobs",
  pdb: "poddisruptionbudgets",
  hpa: "horizontalpodautoscalers",
  pc: "priorityclasses",
  sc: "storageclasses",
  crd: "customresourcedefinitions",
};

/** The resource that a dump file is named after (`pods.json`, `pdb.yaml.gz`, `deployments.apps.yaml`); undefined when it is not. */
export function resourceOfFile(path: string): ResourceName | undefined {
  const stem = (path.split("/").at(-1) ?? "").toLowerCase().split(".")[0] ?? "";
  const all = Object.keys(resources) as ResourceName[];
  return (
    shortNames[stem] ??
    shortNames[stem.replace(/s$/, "")] ??
    all.find((name) => name === stem || resources[name].kind.toLowerCase() === stem)
  );
}

/** Order of objects in a snapshot: namespace, then name. */
export function byName(a: KubeObject, b: KubeObject): number {
  const [x, y] = [a.metadata.namespace ?? "", b.metadata.namespace ?? ""];
  if (x !== y) return x < y ? -1 : 1;
  if (a.metadata.name === b.metadata.name) return 0;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
