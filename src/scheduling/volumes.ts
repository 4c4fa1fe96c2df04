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
 * Where the pod's volumes can be, as alternatives of requirements; empty when they can be anywhere
 * (Karpenter's `volumetopology.go`). The alternatives of several volumes are multiplied; pairs that contradict are dropped unless all do.
 */
export function volumeAlternatives(
  pod: Pod,
  storage: Storage,
  family: LabelFamily,
): readonly Requirements[] | StorageProblem {
  if (pod.spec.volumes === undefined) return anywhere;
  let alternatives: readonly (Requirements | undefined)[] = [undefined];
  for (const volume of pod.spec.volumes) {
    const places = placesOf(pod, volume, { storage, family });
    if ("problem" in places) return places;
    if (places.length > 0) alternatives = multiplied(alternatives, places);
  }
  return alternatives.filter((one) => one !== undefined);
}

interface Reading {
  readonly storage: Storage;
  readonly family: LabelFamily;
}

function placesOf(pod: Pod, volume: Volume, { storage, family }: Reading): readonly Requirements[] | StorageProblem {
  const key = claimKeyOf(pod, volume);
  if (key === undefined) return [];
  const claim = storage.claims.get(key);
  if (claim === undefined) return { problem: `persistentvolumeclaim ${key} not found` };
  const { volumeName = "", storageClassName = "" } = claim.spec;
  if (volumeName !== "") {
    const bound = storage.volumes.get(volumeName);
    return bound === undefined
      ? { problem: `persistentvolume ${volumeName} not found` }
      : placesOfVolume(bound, family);
  }
  if (storageClassName === "") return [];
  const storageClass = storage.classes.get(storageClassName);
  return storageClass === undefined
    ? { problem: `storageclass ${storageClassName} not found` }
    : placesOfClass(storageClass, family);
}

function placesOfVolume(volume: PersistentVolume, family: LabelFamily): readonly Requirements[] {
  const isOnNode = volume.spec.local !== undefined || volume.spec.hostPath !== undefined;
  const places: Requirements[] = [];
  for (const { matchExpressions = [] } of volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? []) {
    // A local volume names its host; a new node will have another one, so the host does not count.
    const kept = isOnNode ? matchExpressions.filter(({ key }) => key !== "kubernetes.io/hostname") : matchExpressions;
    if (kept.length > 0 || (isOnNode && matchExpressions.length > 0)) places.push(fromSpecs(kept, family));
  }
  return places;
}

function placesOfClass(storageClass: StorageClass, family: LabelFamily): readonly Requirements[] {
  return (storageClass.allowedTopologies ?? [])
    .map(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.map(({ key, values }) => ({ key, operator: "In", values })),
    )
    .filter((expressions) => expressions.length > 0)
    .map((expressions) => fromSpecs(expressions, family));
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
export function storageRefusal(pod: Pod, storage: Storage): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const key = claimKeyOf(pod, volume);
    if (key === undefined) continue;
    const claim = storage.claims.get(key);
    const refusal = claim === undefined ? `persistentvolumeclaim ${key} not found` : claimRefusal(claim, storage);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function claimRefusal(claim: PersistentVolumeClaim, storage: Storage): string | undefined {
  const name = `persistentvolumeclaim ${claim.metadata.namespace ?? ""}/${claim.metadata.name}`;
  const { volumeName = "", storageClassName = "" } = claim.spec;
  if (claim.metadata.deletionTimestamp !== undefined) return `${name} is being deleted`;
  if (claim.status?.phase === "Lost") return `${name} is bound to a persistentvolume that does not exist`;
  if (volumeName !== "") {
    const volume = storage.volumes.get(volumeName);
    if (volume === undefined) return `${name}: persistentvolume ${volumeName} not found`;
    if (volume.metadata.deletionTimestamp !== undefined)
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
