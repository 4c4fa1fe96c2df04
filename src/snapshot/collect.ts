import type { Account } from "../aws/account.ts";
import { isObject, listAt, objectAt, plainOf, textAt, keysOf } from "../kube/json.ts";
import { type PodTemplateRow, madeBy, podTemplateRows } from "../kube/imagine/pod-templates.ts";
import type { CustomMaker, CustomObjects } from "../kube/imagine/pods.ts";
import { wasApplied } from "../kube/imagine/scalers.ts";
import { isApiVersion, isKindName, isObjectName } from "../kube/names.ts";
import type { JsonObject, KubeObject, PodTemplate } from "../kube/objects.ts";
import { nameOf } from "../kube/pod.ts";
import { type ClusterObjects, type ResourceName, resources } from "../kube/resources.ts";
import { templateIn } from "../yaml/templates.ts";
import { AwsCollector } from "./collect-aws.ts";
import { withoutNulls } from "./fields.ts";
import { redactObject } from "./redact.ts";
import { shapeProblem } from "./shape.ts";
import type { Gap } from "./snapshot.ts";
import { Interner, slimObject } from "./slim.ts";

/** What has pods of its own, that a manifest's reader imagines. */
const podMakers: ReadonlySet<ResourceName> = new Set([
  "deployments",
  "replicasets",
  "replicationcontrollers",
  "statefulsets",
  "daemonsets",
  "jobs",
]);

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
  readonly #rows: readonly PodTemplateRow[];
  readonly #makers = new Map<string, CustomMaker>();
  readonly #scalers: KubeObject[] = [];
  /** Where manifests of one name that differ stand, by what they are. */
  readonly #doubled = new Map<string, Set<string>>();
  readonly #origins = new Map<string, string>();

  /** `podTemplates` are kinds of custom resources that make pods, besides those that are known. */
  constructor(podTemplates: readonly PodTemplateRow[] = []) {
    this.#rows = [...podTemplateRows, ...podTemplates];
  }

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
    this.#addObject(value, { kind, apiVersion, origin });
  }

  /** An empty list in a file named after a resource says "none there". */
  seen(resource: ResourceName): void {
    if (!this.#lists.has(resource)) this.#lists.set(resource, new Map());
  }

  /** Everything sorted, by resource and name. A resource never met stays absent. */
  objects(): ClusterObjects {
    const names = keysOf(resources).filter((name) => this.#lists.has(name));
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
    return this.#lists.size === 0 && this.#makers.size === 0 && this.#aws.account() === undefined;
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

  /** Custom resources that decide about pods without being held by a snapshot. */
  custom(): CustomObjects {
    return { makers: [...this.#makers.values()], scalers: this.#scalers };
  }

  /** Manifests of one kind and name that differ: which of them is meant nobody can know. */
  doubled(): readonly Gap[] {
    return Array.from(this.#doubled, ([title, origins]): Gap => {
      const places =
        origins.size === 1 ? `more than once in ${[...origins].join("")}` : `in ${[...origins].join(" and ")}`;
      const detail = `${title} stands ${places}, each time differently: the last is taken, as \`kubectl apply\` would`;
      return { what: "files", reason: "limit", effect: "assumed", detail };
    });
  }

  #addObject(
    given: JsonObject,
    of: { readonly kind: string; readonly apiVersion: string; readonly origin: string },
  ): void {
    const { kind, apiVersion, origin } = of;
    if (kind === "Secret") {
      this.secretsDropped += 1;
      return;
    }
    const value = withName(objectAt(withoutNulls(given)));
    const resource = resourceOf(kind, apiVersion);
    const metadata = value["metadata"];
    const name = isObject(metadata) ? textAt(metadata["name"]) : undefined;
    if (!isObject(metadata) || name === undefined || resource === undefined) {
      this.#addOther(value, { ...of, name });
      return;
    }
    const { namespaced } = resources[resource];
    const namespace = textAt(metadata["namespace"]);
    // Manifests leave the namespace to kubectl, whose own default is this.
    const placed =
      namespaced && namespace === undefined ? { ...value, metadata: { ...metadata, namespace: "default" } } : value;
    this.seen(resource);
    const problem = shapeProblem(resource, value);
    if (problem !== undefined) {
      const scope = `${kind} ${namespaced ? `${shown(namespace ?? "default")}/` : ""}${shown(name)}`;
      const template = templateIn(problem);
      const why = template === undefined ? "" : `: it is ${template.name}, ${template.render}`;
      const detail = `${scope} in ${origin} ${problem} and is left out${why}`;
      const isMissed = podMakers.has(resource) && !(isNamedObject(placed) && wasApplied(placed));
      const effect = isMissed ? ({ effect: "missing-pods" } as const) : {};
      this.malformed.push({ what: resource, reason: "malformed", detail, scope, ...effect });
      return;
    }
    if (!isNamedObject(placed)) return;
    const object = slimObject(placed, this.#interner);
    this.#keep(resource, object, origin);
  }

  #keep(resource: ResourceName, object: KubeObject, origin: string): void {
    const key = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const list = this.#lists.get(resource);
    const known = list?.get(key);
    const title = `${object.kind} ${nameOf(object)}`;
    if (known !== undefined && !wasApplied(object) && !wasApplied(known) && !isSameSpec(known, object)) {
      const origins = this.#doubled.get(title) ?? new Set([this.#origins.get(title) ?? origin]);
      this.#doubled.set(title, origins.add(origin));
    }
    if (!wasApplied(object)) this.#origins.set(title, origin);
    list?.set(key, object);
  }

  #addOther(
    value: JsonObject,
    of: { readonly kind: string; readonly apiVersion: string; readonly name: string | undefined },
  ): void {
    const title = `${of.kind} (${of.apiVersion})`;
    const metadata = objectAt(value["metadata"]);
    const made = of.name === undefined ? { kind: "nothing" as const } : madeBy(value, this.#rows);
    const namespace = textAt(metadata["namespace"]) ?? "default";
    const { apiVersion, kind, name = "" } = of;
    const isSafe = isObjectName(name) && isObjectName(namespace) && isKindName(kind) && isApiVersion(apiVersion);
    const { uid, creationTimestamp } = metadata;
    const born = typeof creationTimestamp === "string" ? { creationTimestamp } : {};
    const object: KubeObject = {
      apiVersion,
      kind,
      metadata: { name, namespace, ...(typeof uid === "string" ? { uid } : {}), ...born },
    };
    if (isSafe && of.kind === "ScaledObject" && of.apiVersion.startsWith("keda.sh/"))
      this.#scalers.push({ ...value, ...object });
    if (isSafe && made.kind !== "nothing") {
      const cleaned = made.kind === "counted" ? { ...made, parts: made.parts.map(cleanPart) } : made;
      this.#makers.set(`${title} ${namespace}/${name}`, { object, made: cleaned });
      if (made.kind === "counted") return;
    }
    this.otherKinds.set(title, (this.otherKinds.get(title) ?? 0) + 1);
  }
}

// A template of a custom resource is kept as a Deployment's would be: without what a recording must not hold.
function cleanPart(part: { readonly template: PodTemplate; readonly pods: number }): typeof part {
  const metadata = { name: "template" };
  const object = { apiVersion: "v1", kind: "PodTemplate", metadata, spec: { template: part.template } };
  return { ...part, template: redactObject(object).spec.template };
}

/** `generateName` is completed by the API server; here by noughts. */
function withName(value: JsonObject): JsonObject {
  const metadata = value["metadata"];
  if (!isObject(metadata) || metadata["name"] !== undefined || typeof metadata["generateName"] !== "string")
    return value;
  return { ...value, metadata: { ...metadata, name: `${metadata["generateName"]}00000` } };
}

function isSameSpec(a: KubeObject, b: KubeObject): boolean {
  const spec = (one: KubeObject): string => JSON.stringify(plainOf(one)["spec"] ?? null);
  return spec(a) === spec(b);
}

/** A name as a message may show it. */
function shown(name: string): string {
  return isObjectName(name) ? name : JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}

const legacyGroups: Readonly<Record<string, string>> = { extensions: "apps" };
const byKind = new Map(keysOf(resources).map((name) => [`${resources[name].group}/${resources[name].kind}`, name]));

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
  const all = keysOf(resources);
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

// What `shapeProblem` and the check of the name let through.
function isNamedObject(object: JsonObject): object is JsonObject & KubeObject {
  return textAt(object, "kind") !== undefined && textAt(object, "metadata", "name") !== undefined;
}
