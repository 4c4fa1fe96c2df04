// Our own: the real program has no such file.
import { type BoundPort, boundPortsOf } from "../../kube/host-ports.ts";
import {
  compileNodeRequirement,
  compileNodeTerm,
  isEmptyTerm,
  type NodeRequirement,
  type NodeTerm,
} from "../../kube/node-selector.ts";
import type {
  Container,
  Labels,
  OwnerReference,
  Pod,
  Toleration,
  TopologySpreadConstraint,
  Volume,
} from "../../kube/objects.ts";
import { controllerOf } from "../../kube/pod.ts";
import type { PluginRefusal } from "../refusal.ts";
import { type PodRequests, countRequests } from "./requests.ts";
import { readTerm, type Term, type WeightedTerm } from "./terms.ts";

/**
 * Everything about a pod that decides where it may run, save its name and its times. Pods of one template have one shape: it is read
 * once, and what nodes say to it is remembered by it (the equivalence class).
 */
export interface Shape {
  /** Dense number among the shapes of one registry. */
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly priority: number;
  readonly neverPreempts: boolean;
  readonly requests: PodRequests;
  readonly ports: readonly BoundPort[];
  readonly tolerations: readonly Toleration[];
  readonly requirement: NodeRequirement | undefined;
  /** Equal for shapes with equal requirements; empty for none. */
  readonly requirementKey: string;
  /** What required terms by `metadata.name` leave: the only nodes worth looking at, or a contradiction. */
  readonly namedNodes: ReadonlySet<string> | "conflict" | undefined;
  readonly preferences: readonly { readonly term: NodeTerm; readonly weight: number }[] | undefined;
  readonly affinity: readonly Term[];
  readonly antiAffinity: readonly Term[];
  readonly preferredAffinity: readonly WeightedTerm[];
  readonly preferredAntiAffinity: readonly WeightedTerm[];
  /** Has a podAffinity or podAntiAffinity of any kind. */
  readonly hasPodAffinity: boolean;
  readonly spreadConstraints: readonly TopologySpreadConstraint[];
  readonly controller: OwnerReference | undefined;
  readonly volumes: readonly Volume[];
  /** Normalised names of its containers' images, init containers first. */
  readonly images: readonly string[];
  /** The same of its image volumes. */
  readonly volumeImages: readonly string[];
  /** Refusals of NodeResourcesFit by which amounts are short, so that they are written once. */
  readonly shortages: Map<number, PluginRefusal>;
}

/** What of a pod makes its shape, as one text. Equal texts are equal shapes. */
export function shapeKey(pod: Pod): string {
  const { spec, status, metadata } = pod;
  // Most pods have little of this; a plain pod's key is put together by hand, as thousands are read at once.
  const plain = plainKey(pod);
  if (plain !== undefined) return plain;
  return JSON.stringify([
    metadata.namespace,
    metadata.labels,
    controllerOf(pod),
    spec.priority,
    spec.preemptionPolicy,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    spec.containers.map(partOf),
    spec.initContainers?.map(partOf),
    spec.resources?.requests,
    spec.overhead,
    spec.volumes?.filter(isCounted),
    resizing(status?.containerStatuses),
    resizing(status?.initContainerStatuses),
    status?.conditions?.find((one) => one.type === "PodResizePending")?.reason,
  ]);
}

// Undefined for a pod with anything beyond labels, tolerations and the requests of its containers.
function plainKey(pod: Pod): string | undefined {
  const { spec, status, metadata } = pod;
  const isRich =
    spec.nodeSelector !== undefined ||
    spec.affinity !== undefined ||
    spec.topologySpreadConstraints !== undefined ||
    spec.initContainers !== undefined ||
    spec.resources !== undefined ||
    spec.overhead !== undefined ||
    spec.volumes !== undefined ||
    spec.preemptionPolicy !== undefined ||
    status?.containerStatuses !== undefined ||
    status?.initContainerStatuses !== undefined;
  if (isRich || status?.conditions?.some((one) => one.type === "PodResizePending") === true) return undefined;
  const owner = controllerOf(pod);
  const { apiVersion = "", kind = "", name: ownerName = "", uid = "" } = owner ?? {};
  let key = `${metadata.namespace ?? ""}\n${spec.priority ?? ""}\n${apiVersion}/${kind}/${ownerName}/${uid}`;
  for (const name in metadata.labels) key += `\n${name}=${metadata.labels[name]}`;
  if (spec.tolerations !== undefined) key += JSON.stringify(spec.tolerations);
  for (const { name, image, restartPolicy, ports, resources } of spec.containers) {
    if (ports !== undefined) return undefined;
    key += `\n\n${name}\n${image ?? ""}\n${restartPolicy ?? ""}`;
    for (const resource in resources?.requests) key += `\n${resource}=${resources.requests[resource]}`;
  }
  return key;
}

/** Whether two objects hold the very same parts, so that their shapes are one. False says nothing. */
export function isReadAlike(a: Pod, b: Pod): boolean {
  if (a.metadata.namespace !== b.metadata.namespace || a.metadata.labels !== b.metadata.labels) return false;
  if (a.metadata.ownerReferences !== b.metadata.ownerReferences) return false;
  const [mine, theirs] = [a.spec, b.spec];
  if (mine !== theirs && !specParts.every((part) => mine[part] === theirs[part])) return false;
  return (
    a.status?.containerStatuses === b.status?.containerStatuses &&
    a.status?.initContainerStatuses === b.status?.initContainerStatuses &&
    a.status?.conditions === b.status?.conditions
  );
}

const specParts = [
  "priority",
  "preemptionPolicy",
  "nodeSelector",
  "affinity",
  "tolerations",
  "topologySpreadConstraints",
  "containers",
  "initContainers",
  "resources",
  "overhead",
  "volumes",
] as const;

/** Reads a pod's shape. */
export function readShape(pod: Pod, id: number): Shape {
  const { spec, metadata } = pod;
  const namespace = metadata.namespace ?? "";
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const read = (list: typeof podAffinity): Term[] =>
    (list?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => readTerm(term, namespace));
  const weigh = (list: typeof podAffinity): WeightedTerm[] =>
    (list?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      term: readTerm(podAffinityTerm, namespace),
      weight,
    }));
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const requirement = compileNodeRequirement(spec);
  return {
    id,
    namespace,
    labels: metadata.labels ?? {},
    priority: spec.priority ?? 0,
    neverPreempts: spec.preemptionPolicy === "Never",
    requests: countRequests(pod),
    ports: boundPortsOf(pod),
    tolerations: spec.tolerations ?? [],
    requirement,
    requirementKey: requirement === undefined ? "" : JSON.stringify([spec.nodeSelector ?? {}, required ?? null]),
    namedNodes: namedNodesOf(pod),
    preferences: nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
      ?.filter(({ weight, preference }) => weight !== 0 && !isEmptyTerm(preference))
      .map(({ weight, preference }) => ({ weight, term: compileNodeTerm(preference) })),
    affinity: read(podAffinity),
    antiAffinity: read(podAntiAffinity),
    preferredAffinity: weigh(podAffinity),
    preferredAntiAffinity: weigh(podAntiAffinity),
    hasPodAffinity: podAffinity !== undefined || podAntiAffinity !== undefined,
    spreadConstraints: spec.topologySpreadConstraints ?? [],
    controller: controllerOf(pod),
    volumes: (spec.volumes ?? []).filter(isCounted),
    images: [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => normalisedImage(image ?? "")),
    volumeImages: (spec.volumes ?? []).flatMap(({ image }) =>
      image === undefined ? [] : [normalisedImage(image.reference ?? "")],
    ),
    shortages: new Map(),
  };
}

// The name under which a node lists an image: `:latest` is added where no tag follows the last slash (image_locality.go).
function normalisedImage(name: string): string {
  return name.lastIndexOf(":") <= name.lastIndexOf("/") ? `${name}:latest` : name;
}

// Where every term names nodes by `metadata.name In`, only those can match (nodeaffinity.go, PreFilter).
function namedNodesOf(pod: Pod): ReadonlySet<string> | "conflict" | undefined {
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    const lists = (term.matchFields ?? []).filter(({ key, operator }) => key === "metadata.name" && operator === "In");
    const [first, ...others] = lists.map(({ values }) => values ?? []);
    if (first === undefined) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) names.add(name);
  }
  return names.size === 0 ? "conflict" : names;
}

function partOf({ resources, ports, image, restartPolicy, name }: Container): unknown {
  return [name, resources?.requests, ports, image, restartPolicy];
}

function resizing(statuses: NonNullable<Pod["status"]>["containerStatuses"]): unknown {
  const told = statuses?.filter(({ resources }) => resources !== undefined);
  return told === undefined || told.length === 0
    ? undefined
    : told.map(({ name, resources, allocatedResources }) => [name, resources?.requests, allocatedResources]);
}

// Projected tokens and config maps have names of their own in every pod, and no say in where it runs.
function isCounted(volume: Volume): boolean {
  return (
    volume.persistentVolumeClaim !== undefined ||
    volume.ephemeral !== undefined ||
    volume.csi !== undefined ||
    volume.image !== undefined ||
    inTreeKinds.some((kind) => volume[kind] !== undefined)
  );
}

const inTreeKinds = [
  "awsElasticBlockStore",
  "gcePersistentDisk",
  "azureDisk",
  "cinder",
  "portworxVolume",
  "iscsi",
  "rbd",
] as const;
