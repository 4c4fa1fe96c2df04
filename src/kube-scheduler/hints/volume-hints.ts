import type { CsiNode, CsiStorageCapacity, PersistentVolume, PersistentVolumeClaim } from "../../kube/objects.ts";
import { migratedDriverOf, isMigratable } from "../plugins/csi-migration.ts";
import { claimsOf } from "../plugins/volume-claims.ts";
import { volumeLimitBytes } from "../plugins/volume-provisioning.ts";
import { hasDiskConflict } from "../plugins/volume-restrictions.ts";
import { topologiesOf } from "../plugins/volume-zone.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { FactEvent, PodEvent } from "../queue/events.ts";
import { always, type Hint, isPlaced, onFact, onNode, onPod, type Registration } from "./registration.ts";

/** What VolumeBinding waits for (volumebinding/volume_binding.go). */
export const bindingHints: readonly Registration[] = [
  onFact(
    "storageclasses",
    ["Add", "Update"],
    ({ before, after }) =>
      before === undefined || !areAlike(before.allowedTopologies ?? [], after?.allowedTopologies ?? []),
  ),
  onFact("persistentvolumeclaims", ["Add", "Update"], ({ after }, info) => usesClaim(info, after, true)),
  onFact("persistentvolumes", ["Add", "Update"], always),
  onNode(["Add", "UpdateNodeLabel"], always),
  onFact(
    "csinodes",
    ["Add", "Update"],
    ({ before, after }) => before === undefined || migratedOn(before) !== migratedOn(after),
  ),
  onFact(
    "csidrivers",
    ["Update"],
    ({ before, after }, { pod }) =>
      before?.spec?.storageCapacity === true &&
      after?.spec?.storageCapacity !== true &&
      pod.spec.volumes?.some(({ csi }) => csi?.driver === after?.metadata.name) === true,
  ),
  onFact("csistoragecapacities", ["Add", "Update"], ({ before, after }) => hasMoreRoom(before, after)),
];

/** What VolumeZone waits for (volumezone/volume_zone.go). */
export const zoneHints: readonly Registration[] = [
  onFact("storageclasses", ["Add"], ({ after }) => after?.volumeBindingMode === "WaitForFirstConsumer"),
  onNode(["Add", "UpdateNodeLabel"], always),
  onFact("persistentvolumeclaims", ["Add", "Update"], ({ after }, info) => usesClaim(info, after, false)),
  onFact(
    "persistentvolumes",
    ["Add", "Update"],
    ({ before, after }) => before === undefined || !areAlike(zonesOf(before), zonesOf(after)),
  ),
];

// A pod that had something attached.
const afterAttached: Hint<PodEvent> = ({ before }) =>
  before !== undefined &&
  isPlaced(before) &&
  before.spec.volumes?.some(
    (volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || isMigratable(volume),
  ) === true;

const afterDetached: Hint<FactEvent<"volumeattachments">> = ({ before }, { shape }) =>
  shape.volumes.some(
    (volume) =>
      volume.persistentVolumeClaim !== undefined ||
      (isMigratable(volume) && migratedDriverOf(volume) === before?.spec?.attacher),
  );

const afterLimits: Hint<FactEvent<"csinodes">> = ({ before, after }) => {
  const limits = new Map((before?.spec?.drivers ?? []).map(({ name, allocatable }) => [name, allocatable?.count ?? 0]));
  return (after?.spec?.drivers ?? []).some(
    ({ name, allocatable }) => (allocatable?.count ?? 0) > (limits.get(name) ?? 0),
  );
};

/** What NodeVolumeLimits waits for (nodevolumelimits/csi.go). */
export const limitHints: readonly Registration[] = [
  onFact("csinodes", ["Add"], always),
  onFact("csinodes", ["Update"], afterLimits),
  onPod(["Delete"], afterAttached),
  onFact("persistentvolumeclaims", ["Add"], ({ after }, info) => usesClaim(info, after, true)),
  onFact("volumeattachments", ["Delete"], afterDetached),
];

// A pod of the namespace that mounted one of the disks, or a claim of that name.
const afterDiskUser: Hint<PodEvent> = ({ before }, { shape }, { cluster: { registry } }) => {
  if (before === undefined || (before.metadata.namespace ?? "") !== shape.namespace) return false;
  const freed = registry.infoOf(before).shape;
  if (hasDiskConflict(shape, freed)) return true;
  const claims = new Set(
    shape.volumes.flatMap(({ persistentVolumeClaim: claim }) => (claim === undefined ? [] : [claim.claimName])),
  );
  return freed.volumes.some(({ persistentVolumeClaim: claim }) => claim !== undefined && claims.has(claim.claimName));
};

/** What VolumeRestrictions waits for (volumerestrictions/volume_restrictions.go). */
export const restrictionHints: readonly Registration[] = [
  onPod(["Delete"], afterDiskUser),
  onNode(["Add"], always),
  onFact("persistentvolumeclaims", ["Add"], ({ after }, info) => usesClaim(info, after, false)),
];

function usesClaim(info: PodInfo, claim: PersistentVolumeClaim | undefined, withEphemeral: boolean): boolean {
  if (claim === undefined || (claim.metadata.namespace ?? "") !== info.shape.namespace) return false;
  return claimsOf(info).some(
    ({ claimName, isEphemeral }) => claimName === claim.metadata.name && (withEphemeral || !isEphemeral),
  );
}

function migratedOn(node: CsiNode | undefined): string | undefined {
  return node?.metadata.annotations?.["storage.alpha.kubernetes.io/migrated-plugins"];
}

function hasMoreRoom(before: CsiStorageCapacity | undefined, after: CsiStorageCapacity | undefined): boolean {
  if (before === undefined || after === undefined) return after !== undefined;
  const [had, has] = [volumeLimitBytes(before), volumeLimitBytes(after)];
  return has !== undefined && (had === undefined || has > had);
}

function zonesOf(volume: PersistentVolume | undefined): unknown {
  return volume === undefined ? [] : topologiesOf(volume).map(({ key, values }) => [key, [...values].toSorted()]);
}

function areAlike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
