// Mirrors framework/plugins/volumerestrictions/volume_restrictions.go of kube-scheduler 1.35.
import type { JsonObject, Volume } from "../../kube/objects.ts";
import type { SchedulerCluster } from "../cluster/cluster.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { Shape } from "../pods/shape.ts";
import { type PluginRefusal, refusal } from "../refusal.ts";
import { claimKey, claimNotFound } from "./volume-claims.ts";

const diskTaken = refusal("VolumeRestrictions", "node(s) had no available disk", false);
const claimTaken = refusal(
  "VolumeRestrictions",
  "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
  false,
);

/** Claims of the pod that one pod alone may use, and how many of them are in use. */
export interface OncePod {
  readonly claims: ReadonlySet<string>;
  readonly inUse: number;
}

/** What the filter asks; undefined when it has nothing to ask (volumerestrictions, PreFilter). */
export function restrictionsOf(cluster: SchedulerCluster, info: PodInfo): PluginRefusal | OncePod | undefined {
  const claims = new Set<string>();
  let inUse = 0;
  for (const { persistentVolumeClaim } of info.shape.volumes) {
    if (persistentVolumeClaim === undefined) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = cluster.facts.get("persistentvolumeclaims", claimKey(info, claimName));
    if (claim === undefined) return refusal("VolumeRestrictions", claimNotFound(claimName), true);
    if (claim.spec.accessModes?.includes("ReadWriteOncePod") !== true || claims.has(claimName)) continue;
    claims.add(claimName);
    if (cluster.isClaimInUse(claimKey(info, claimName))) inUse += 1;
  }
  return inUse > 0 || info.shape.volumes.some(isDisk) ? { claims, inUse } : undefined;
}

/**
 * Whether a disk or a claim of the pod is taken, undefined when none is. `moved` are users of its claims put on the node or taken away for
 * the sake of the question.
 */
export function restrictionRefusal(
  shape: Shape,
  node: NodeState,
  { inUse }: OncePod,
  moved: number,
): PluginRefusal | undefined {
  if (node.pods.some((other) => hasDiskConflict(shape, other.shape))) return diskTaken;
  return inUse + moved > 0 ? claimTaken : undefined;
}

/** How many of the claims a pod uses; by name alone, as the original has it. */
export function claimsUsedBy({ claims }: OncePod, shape: Shape): number {
  return shape.volumes.filter(({ persistentVolumeClaim: claim }) => claim !== undefined && claims.has(claim.claimName))
    .length;
}

/** Whether two pods mount a disk that only one may mount (`isVolumeConflict`). */
export function hasDiskConflict(one: Shape, other: Shape): boolean {
  return one.volumes.some((mine) => isDisk(mine) && other.volumes.some((theirs) => isSameDisk(mine, theirs)));
}

function isDisk(volume: Volume): boolean {
  return (
    volume.gcePersistentDisk !== undefined ||
    volume.awsElasticBlockStore !== undefined ||
    volume.rbd !== undefined ||
    volume.iscsi !== undefined
  );
}

function isSameDisk(a: Volume, b: Volume): boolean {
  if (
    areBoth(a.gcePersistentDisk, b.gcePersistentDisk, ["pdName"]) &&
    !areReadOnly(a.gcePersistentDisk, b.gcePersistentDisk)
  )
    return true;
  if (areBoth(a.awsElasticBlockStore, b.awsElasticBlockStore, ["volumeID"])) return true;
  if (areBoth(a.iscsi, b.iscsi, ["iqn"]) && !areReadOnly(a.iscsi, b.iscsi)) return true;
  return areBoth(a.rbd, b.rbd, ["pool", "image"]) && shareMonitor(a.rbd, b.rbd) && !areReadOnly(a.rbd, b.rbd);
}

function areBoth(a: JsonObject | undefined, b: JsonObject | undefined, keys: readonly string[]): boolean {
  return a !== undefined && b !== undefined && keys.every((key) => (a[key] ?? "") === (b[key] ?? ""));
}

function areReadOnly(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  return a?.["readOnly"] === true && b?.["readOnly"] === true;
}

function shareMonitor(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  const [mine, theirs] = [a?.["monitors"], b?.["monitors"]];
  return Array.isArray(mine) && Array.isArray(theirs) && mine.some((one) => theirs.includes(one));
}
