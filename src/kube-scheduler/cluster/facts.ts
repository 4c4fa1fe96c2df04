// Our own: the real program has no such file.
import { groupBy } from "../../kube/group-by.ts";
import type {
  CsiDriver,
  CsiNode,
  CsiStorageCapacity,
  KubeObject,
  Labels,
  PersistentVolume,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  ReplicationController,
  Service,
  StorageClass,
  VolumeAttachment,
  Workload,
} from "../../kube/objects.ts";
import { nameOf } from "../../kube/pod.ts";

/** What the scheduler looks up beside nodes and pods, by plural name. */
export interface FactTypes {
  readonly namespaces: KubeObject;
  readonly persistentvolumes: PersistentVolume;
  readonly persistentvolumeclaims: PersistentVolumeClaim;
  readonly storageclasses: StorageClass;
  readonly csinodes: CsiNode;
  readonly csidrivers: CsiDriver;
  readonly csistoragecapacities: CsiStorageCapacity;
  readonly volumeattachments: VolumeAttachment;
  readonly poddisruptionbudgets: PodDisruptionBudget;
  readonly services: Service;
  readonly replicationcontrollers: ReplicationController;
  readonly replicasets: Workload;
  readonly statefulsets: Workload;
}

/** Plural name of something looked up. */
export type FactKind = keyof FactTypes;

/** Objects to begin with; a list that is absent is empty. */
export type FactLists = { readonly [K in FactKind]?: readonly FactTypes[K][] };

/** Claims and volumes that the scheduler is about to write. */
export interface Assumptions {
  readonly assumedVolumes: readonly PersistentVolume[];
  readonly assumedClaims: readonly PersistentVolumeClaim[];
}

// Every kind there is.
const factKinds: readonly FactKind[] = [
  "namespaces",
  "persistentvolumes",
  "persistentvolumeclaims",
  "storageclasses",
  "csinodes",
  "csidrivers",
  "csistoragecapacities",
  "volumeattachments",
  "poddisruptionbudgets",
  "services",
  "replicationcontrollers",
  "replicasets",
  "statefulsets",
];

/** The scheduler's listers: objects by kind and `namespace/name`. */
export class Facts {
  readonly #lists: { readonly [K in FactKind]: Map<string, FactTypes[K]> } = {
    namespaces: new Map(),
    persistentvolumes: new Map(),
    persistentvolumeclaims: new Map(),
    storageclasses: new Map(),
    csinodes: new Map(),
    csidrivers: new Map(),
    csistoragecapacities: new Map(),
    volumeattachments: new Map(),
    poddisruptionbudgets: new Map(),
    services: new Map(),
    replicationcontrollers: new Map(),
    replicasets: new Map(),
    statefulsets: new Map(),
  };
  /** Changes with every change of what a pod's default spread follows from: services, sets and controllers. */
  selectorsEpoch = 0;
  #servicesByNamespace: Map<string, Service[]> | undefined;
  /** Claims and volumes as the scheduler means to write them, until the API server shows newer ones (passive_assume_cache.go). */
  readonly #assumedClaims = new Map<string, PersistentVolumeClaim>();
  readonly #assumedVolumes = new Map<string, PersistentVolume>();

  constructor(given: FactLists = {}) {
    for (const kind of factKinds) this.#fill(kind, given);
  }

  #fill<K extends FactKind>(kind: K, given: FactLists): void {
    for (const object of given[kind] ?? []) this.#lists[kind].set(nameOf(object), object);
  }

  /** One object by `namespace/name`, or by name where there are no namespaces. */
  get<K extends FactKind>(kind: K, name: string): FactTypes[K] | undefined {
    return this.#lists[kind].get(name);
  }

  /** All objects of a kind, in order of arrival. */
  all<K extends FactKind>(kind: K): Iterable<FactTypes[K]> {
    return this.#lists[kind].values();
  }

  /** Adds or replaces an object. */
  put<K extends FactKind>(kind: K, object: FactTypes[K]): void {
    const name = nameOf(object);
    const before = this.#lists[kind].get(name);
    this.#lists[kind].set(name, object);
    // Sets are written at every change of their status; what selects pods hardly ever changes.
    if (selectorKinds.has(kind) && selectorText(before) !== selectorText(object)) this.selectorsEpoch += 1;
    this.#note(kind, name);
  }

  /** Takes an object away; whether it was there. */
  delete(kind: FactKind, name: string): boolean {
    if (selectorKinds.has(kind)) this.selectorsEpoch += 1;
    this.#note(kind, name);
    return this.#lists[kind].delete(name);
  }

  /** Labels of a namespace; undefined when there is no such namespace. */
  namespaceLabels(namespace: string): Labels | undefined {
    const found = this.#lists.namespaces.get(namespace);
    return found === undefined ? undefined : (found.metadata.labels ?? {});
  }

  /** Services of one namespace. */
  servicesIn(namespace: string): readonly Service[] {
    this.#servicesByNamespace ??= groupBy([...this.#lists.services.values()], (one) => one.metadata.namespace ?? "");
    return this.#servicesByNamespace.get(namespace) ?? [];
  }

  /** A claim as the volume binder sees it. */
  claim(name: string): PersistentVolumeClaim | undefined {
    return this.#assumedClaims.get(name) ?? this.#lists.persistentvolumeclaims.get(name);
  }

  /** A volume as the volume binder sees it. */
  volume(name: string): PersistentVolume | undefined {
    return this.#assumedVolumes.get(name) ?? this.#lists.persistentvolumes.get(name);
  }

  /** All volumes of a class as the volume binder sees them. */
  volumesOfClass(storageClass: string): readonly PersistentVolume[] {
    return [...this.#lists.persistentvolumes.values()]
      .filter((one) => classOfVolume(one) === storageClass)
      .map((one) => this.#assumedVolumes.get(one.metadata.name) ?? one);
  }

  /** Takes objects for written that are about to be. */
  assume(volumes: readonly PersistentVolume[], claims: readonly PersistentVolumeClaim[]): void {
    for (const volume of volumes) this.#assumedVolumes.set(volume.metadata.name, volume);
    for (const claim of claims) this.#assumedClaims.set(nameOf(claim), claim);
  }

  /** What is taken for written. */
  assumed(): Assumptions {
    return { assumedVolumes: [...this.#assumedVolumes.values()], assumedClaims: [...this.#assumedClaims.values()] };
  }

  /** Everything the API server has shown. */
  lists(): FactLists {
    return Object.fromEntries(factKinds.map((kind) => [kind, [...this.#lists[kind].values()]]));
  }

  /** Goes back to what the API server shows. */
  forget(volumes: readonly PersistentVolume[], claims: readonly PersistentVolumeClaim[]): void {
    for (const volume of volumes) this.#assumedVolumes.delete(volume.metadata.name);
    for (const claim of claims) this.#assumedClaims.delete(nameOf(claim));
  }

  #note(kind: FactKind, name: string): void {
    if (kind === "persistentvolumeclaims") this.#assumedClaims.delete(name);
    if (kind === "persistentvolumes") this.#assumedVolumes.delete(name);
    if (kind === "services") this.#servicesByNamespace = undefined;
  }
}

/** Kinds from whose selectors a pod's default spread follows. */
const selectorKinds: ReadonlySet<FactKind> = new Set([
  "services",
  "replicasets",
  "statefulsets",
  "replicationcontrollers",
]);

function selectorText(object: FactTypes[FactKind] | undefined): string | undefined {
  if (object === undefined || !("spec" in object)) return undefined;
  const { spec } = object;
  return spec !== undefined && "selector" in spec ? JSON.stringify(spec.selector) : undefined;
}

const betaClass = "volume.beta.kubernetes.io/storage-class";

/** The storage class of a claim: the old annotation, then the field; empty for none. */
export function classOfClaim(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.[betaClass] ?? claim.spec.storageClassName ?? "";
}

/** The storage class of a volume. */
export function classOfVolume(volume: PersistentVolume): string {
  return volume.metadata.annotations?.[betaClass] ?? volume.spec.storageClassName ?? "";
}
