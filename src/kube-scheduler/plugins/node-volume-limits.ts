// Mirrors framework/plugins/nodevolumelimits/csi.go of kube-scheduler 1.35.
import type { CsiNode, PersistentVolumeClaim, Volume } from "../../kube/objects.ts";
import type { SchedulerCluster } from "../cluster/cluster.ts";
import { classOfClaim } from "../cluster/facts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { PodInfo } from "../pods/registry.ts";
import { type PluginRefusal, refusal, type SchedulingError } from "../refusal.ts";
import type { Behaviour } from "../releases.ts";
import {
  type DriverVolume,
  inlineDriverVolume,
  isMigratable,
  provisioningDriver,
  volumeDriverVolume,
} from "./csi-migration.ts";
import { claimKey, claimNotFound, claimOf, notOwnClaim } from "./volume-claims.ts";

const tooMany = refusal("NodeVolumeLimits", "node(s) exceed max volume count", false);

/** Whether a volume is of a kind that may have to be attached. */
export function isAttachable(volume: Volume): boolean {
  return volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || isMigratable(volume);
}

/** Whether the node's drivers can attach what the pod brings; undefined when they can (nodevolumelimits/csi.go). */
export function limitRefusal(
  cluster: SchedulerCluster,
  info: PodInfo,
  node: NodeState,
  behaviour: Behaviour,
): PluginRefusal | SchedulingError | undefined {
  const csiNode = cluster.facts.get("csinodes", node.name);
  const wanted = new Map<string, string>();
  const mistake = collect(cluster, info, { csiNode, into: wanted, isNew: true });
  if (mistake !== undefined) return mistake;
  if (wanted.size === 0) return undefined;
  if (behaviour.driversMayPreventScheduling) {
    for (const driver of wanted.values())
      if (isMissing(cluster, driver, csiNode))
        return refusal("NodeVolumeLimits", `${driver} CSI driver is not installed on the node`, false);
  }
  const limits = limitsOf(csiNode);
  if (limits.size === 0) return undefined;
  const attached = new Map<string, string>();
  for (const other of node.pods) {
    const wrong = collect(cluster, other, { csiNode, into: attached, isNew: false });
    if (wrong !== undefined) return wrong;
  }
  for (const volume of attached.keys()) wanted.delete(volume);
  for (const [volume, driver] of attachmentsOn(cluster, node.name)) attached.set(volume, driver);
  const [present, added] = [countByDriver(attached), countByDriver(wanted)];
  for (const [driver, count] of added) {
    const limit = limits.get(driver);
    if (limit !== undefined && (present.get(driver) ?? 0) + count > limit) return tooMany;
  }
  return undefined;
}

// What the drivers of a node can attach; a driver without a number has no limit.
function limitsOf(csiNode: CsiNode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of csiNode?.spec?.drivers ?? [])
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  return limits;
}

interface Collection {
  readonly csiNode: CsiNode | undefined;
  /** Driver by volume. */
  readonly into: Map<string, string>;
  readonly isNew: boolean;
}

// filterAttachableVolumes
function collect(
  cluster: SchedulerCluster,
  info: PodInfo,
  { csiNode, into, isNew }: Collection,
): PluginRefusal | SchedulingError | undefined {
  const note = (volume: DriverVolume | undefined): void => {
    if (volume !== undefined && volume.driver !== "" && volume.handle !== "")
      into.set(`${volume.driver}/${volume.handle}`, volume.driver);
  };
  for (const volume of info.shape.volumes) {
    const used = claimOf(info, volume);
    if (used === undefined) {
      note(inlineDriverVolume(volume, csiNode));
      continue;
    }
    const key = claimKey(info, used.claimName);
    const claim = cluster.facts.get("persistentvolumeclaims", key);
    if (claim === undefined) {
      if (isNew) return refusal("NodeVolumeLimits", `looking up PVC ${key}: ${claimNotFound(used.claimName)}`, true);
      continue;
    }
    const foreign = used.isEphemeral ? notOwnClaim(info, claim) : undefined;
    if (foreign !== undefined) return { plugin: "NodeVolumeLimits", message: foreign };
    note(driverOfClaim(cluster, claim, csiNode));
  }
  return undefined;
}

function driverOfClaim(
  cluster: SchedulerCluster,
  claim: PersistentVolumeClaim,
  csiNode: CsiNode | undefined,
): DriverVolume | undefined {
  const volume = cluster.facts.get("persistentvolumes", claim.spec.volumeName ?? "");
  if (volume !== undefined) return volumeDriverVolume(volume, csiNode);
  const provisioner = cluster.facts.get("storageclasses", classOfClaim(claim))?.provisioner;
  const driver = provisioner === undefined ? undefined : provisioningDriver(provisioner, csiNode);
  // A volume that is still to be made has no handle: any that no volume can have.
  return driver === undefined
    ? undefined
    : { driver, handle: `\u0000${claim.metadata.namespace ?? ""}/${claim.metadata.name}` };
}

function attachmentsOn(cluster: SchedulerCluster, nodeName: string): ReadonlyMap<string, string> {
  const attached = new Map<string, string>();
  for (const { spec } of cluster.facts.all("volumeattachments")) {
    const attacher = spec?.attacher ?? "";
    if (spec?.nodeName !== nodeName || attacher === "") continue;
    const csi = cluster.facts.get("persistentvolumes", spec.source?.persistentVolumeName ?? "")?.spec.csi;
    if (csi !== undefined) attached.set(`${attacher}/${csi.volumeHandle ?? ""}`, attacher);
  }
  return attached;
}

function countByDriver(volumes: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
}

function isMissing(cluster: SchedulerCluster, driver: string, csiNode: CsiNode | undefined): boolean {
  const asks = cluster.facts.get("csidrivers", driver)?.spec?.preventPodSchedulingIfMissing === true;
  return asks && csiNode?.spec?.drivers?.some(({ name }) => name === driver) !== true;
}
