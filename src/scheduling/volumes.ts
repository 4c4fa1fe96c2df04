// Mirrors pkg/controllers/provisioning/scheduling/volumetopology.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../karpenter/behaviour.ts";
import type { RequirementSpec } from "../karpenter/instance-type.ts";
import type { LabelFamily } from "../karpenter/labels.ts";
import type { Requirement } from "../karpenter/requirement.ts";
import { fromSpecs, intersects, type Requirements, together } from "../karpenter/requirements.ts";
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, Volume } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";

/** Storage objects by name. */
export interface Storage {
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly volumes: ReadonlyMap<string, PersistentVolume>;
  readonly classes: ReadonlyMap<string, StorageClass>;
}

/** A lookup that failed, in Karpenter's sense: the object is not there. */
export interface StorageProblem {
  readonly problem: string;
}

/** Claims mounted, by storage driver. */
export type MountedClaims = ReadonlyMap<string, readonly string[]>;

/** Of a pod without volumes. */
const noClaims: MountedClaims = new Map();
const anywhere: readonly Requirements[] = [];

/** The cluster's storage objects. */
export function storageOf(objects: ClusterObjects): Storage {
  return {
    claims: new Map(
      (objects.persistentvolumeclaims ?? []).map((one) => [
        `${one.metadata.namespace ?? ""}/${one.metadata.name}`,
        one,
      ]),
    ),
    volumes: new Map((objects.persistentvolumes ?? []).map((one) => [one.metadata.name, one])),
    classes: new Map((objects.storageclasses ?? []).map((one) => [one.metadata.name, one])),
  };
}

/** Key of the claim behind a pod's volume; undefined for volumes without one. */
function claimKeyOf(pod: Pod, volume: Volume): string | undefined {
  const namespace = pod.metadata.namespace ?? "";
  if (volume.persistentVolumeClaim !== undefined) return `${namespace}/${volume.persistentVolumeClaim.claimName}`;
  return volume.ephemeral === undefined ? undefined : `${namespace}/${pod.metadata.name}-${volume.name}`;
}

/**
 * Where the pod's volumes can be, as alternatives of requirements; empty when they can be anywhere (Karpenter's `volumetopology.go`). The
 * alternatives of several volumes are multiplied; pairs that contradict are dropped unless all do. Before v1.12 only the first term of each
 * volume counted, and the terms of all made one set.
 */
export function volumeAlternatives(
  pod: Pod,
  storage: Storage,
  { family, terms }: { readonly family: LabelFamily; readonly terms: KarpenterBehaviour["volumeTerms"] },
): readonly Requirements[] | StorageProblem {
  if (pod.spec.volumes === undefined) return anywhere;
  let alternatives: readonly (Requirements | undefined)[] = [undefined];
  const first: RequirementSpec[] = [];
  for (const volume of pod.spec.volumes) {
    const places = placesOf(pod, volume, storage);
    if ("problem" in places) return places;
    first.push(...(places[0]?.expressions ?? []));
    const counted = places.filter(({ isPlace }) => isPlace).map(({ expressions }) => fromSpecs(expressions, family));
    if (counted.length > 0) alternatives = multiplied(alternatives, counted);
  }
  if (terms === "first") return first.length === 0 ? anywhere : [fromSpecs(first, family)];
  return alternatives.filter((one) => one !== undefined);
}

/** One of the places a volume can be in: what must hold together. */
interface Term {
  readonly expressions: readonly RequirementSpec[];
  /** False of a term that names nothing: it is no alternative. */
  readonly isPlace: boolean;
}

function placesOf(pod: Pod, volume: Volume, storage: Storage): readonly Term[] | StorageProblem {
  const key = claimKeyOf(pod, volume);
  if (key === undefined) return [];
  const claim = storage.claims.get(key);
  if (claim === undefined) return { problem: `persistentvolumeclaim ${key} not found` };
  const { volumeName = "", storageClassName = "" } = claim.spec;
  if (volumeName !== "") {
    const bound = storage.volumes.get(volumeName);
    return bound === undefined ? { problem: `persistentvolume ${volumeName} not found` } : placesOfVolume(bound);
  }
  if (storageClassName === "") return [];
  const storageClass = storage.classes.get(storageClassName);
  return storageClass === undefined
    ? { problem: `storageclass ${storageClassName} not found` }
    : placesOfClass(storageClass);
}

function placesOfVolume({ spec }: PersistentVolume): readonly Term[] {
  const isOnNode = spec.local !== undefined || spec.hostPath !== undefined;
  return (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).map(({ matchExpressions = [] }) => ({
    // A local volume names its host; a new node will have another one, so the host does not count.
    expressions: isOnNode ? matchExpressions.filter(({ key }) => key !== "kubernetes.io/hostname") : matchExpressions,
    isPlace: matchExpressions.length > 0,
  }));
}

function placesOfClass({ allowedTopologies = [] }: StorageClass): readonly Term[] {
  return allowedTopologies.map(({ matchLabelExpressions = [] }) => ({
    expressions: matchLabelExpressions.map(({ key, values }) => ({ key, operator: "In", values })),
    isPlace: matchLabelExpressions.length > 0,
  }));
}

function multiplied(
  existing: readonly (Requirements | undefined)[],
  added: readonly Requirements[],
): Map<string, Requirement>[] {
  const pairs = existing.flatMap((one) =>
    added.map((other) => ({ one: one ?? new Map<string, Requirement>(), other })),
  );
  const possible = pairs.filter(({ one, other }) => intersects(one, other));
  return (possible.length > 0 ? possible : pairs).map(({ one, other }) => together(one, other));
}

/** The pod's claims by storage driver. A claim that is gone is left out; a bound volume that is gone is a problem. */
export function mountedClaims(pod: Pod, storage: Storage): MountedClaims | StorageProblem {
  if (pod.spec.volumes === undefined) return noClaims;
  const mounted = new Map<string, string[]>();
  for (const volume of pod.spec.volumes) {
    const key = claimKeyOf(pod, volume);
    const claim = key === undefined ? undefined : storage.claims.get(key);
    if (key === undefined || claim === undefined) continue;
    const driver = driverOf(claim, storage);
    if (typeof driver !== "string") return driver;
    if (driver === "") continue;
    const keys = mounted.get(driver) ?? [];
    if (!keys.includes(key)) mounted.set(driver, [...keys, key]);
  }
  return mounted;
}

/** Empty text: not a driver whose volumes are counted. */
function driverOf(claim: PersistentVolumeClaim, storage: Storage): string | StorageProblem {
  const { volumeName = "", storageClassName = "" } = claim.spec;
  if (volumeName !== "") {
    const volume = storage.volumes.get(volumeName);
    if (volume === undefined) return { problem: `persistentvolume ${volumeName} not found` };
    if (volume.spec.csi !== undefined) return volume.spec.csi.driver;
    return volume.spec.awsElasticBlockStore === undefined ? "" : "ebs.csi.aws.com";
  }
  const provisioner = storage.classes.get(storageClassName)?.provisioner ?? "";
  return inTreeDrivers.get(provisioner) ?? provisioner;
}

const inTreeDrivers: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/aws-ebs", "ebs.csi.aws.com"],
  ["kubernetes.io/gce-pd", "pd.csi.storage.gke.io"],
  ["kubernetes.io/cinder", "cinder.csi.openstack.org"],
  ["kubernetes.io/azure-disk", "disk.csi.azure.com"],
  ["kubernetes.io/azure-file", "file.csi.azure.com"],
  ["kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"],
  ["kubernetes.io/portworx-volume", "pxd.portworx.com"],
]);

/** Why a pending pod's storage keeps it out of the pass; undefined when it does not (Karpenter's ValidatePersistentVolumeClaims). */
export function storageRefusal(
  pod: Pod,
  storage: Storage,
  behaviour: Pick<KarpenterBehaviour, "refusesVolumesBeingDeleted">,
): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const key = claimKeyOf(pod, volume);
    if (key === undefined) continue;
    const claim = storage.claims.get(key);
    const refusal =
      claim === undefined ? `persistentvolumeclaim ${key} not found` : claimRefusal(claim, storage, behaviour);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function claimRefusal(
  claim: PersistentVolumeClaim,
  storage: Storage,
  { refusesVolumesBeingDeleted }: Pick<KarpenterBehaviour, "refusesVolumesBeingDeleted">,
): string | undefined {
  const name = `persistentvolumeclaim ${claim.metadata.namespace ?? ""}/${claim.metadata.name}`;
  const { volumeName = "", storageClassName = "" } = claim.spec;
  if (claim.metadata.deletionTimestamp !== undefined) return `${name} is being deleted`;
  if (claim.status?.phase === "Lost") return `${name} is bound to a persistentvolume that does not exist`;
  if (volumeName !== "") {
    const volume = storage.volumes.get(volumeName);
    if (volume === undefined) return `${name}: persistentvolume ${volumeName} not found`;
    if (refusesVolumesBeingDeleted && volume.metadata.deletionTimestamp !== undefined)
      return `${name}: persistentvolume ${volumeName} is being deleted`;
    const isBound = claim.metadata.annotations?.["pv.kubernetes.io/bind-completed"] !== undefined;
    return isBound ? undefined : `${name} lacks the annotation pv.kubernetes.io/bind-completed`;
  }
  if (storageClassName === "") return `${name} is unbound and names no storage class`;
  const storageClass = storage.classes.get(storageClassName);
  if (storageClass === undefined) return `${name}: storageclass ${storageClassName} not found`;
  return storageClass.volumeBindingMode === "Immediate"
    ? `${name} is unbound although its storage class binds at once`
    : undefined;
}
