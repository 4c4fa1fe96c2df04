// Mirrors framework/plugins/volumebinding/binder.go of kube-scheduler 1.35.
import type { CsiNode, PersistentVolumeClaim } from "../../kube/objects.ts";
import type { SchedulerCluster } from "../cluster/cluster.ts";
import { classOfClaim } from "../cluster/facts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { PodInfo } from "../pods/registry.ts";
import { type PluginRefusal, refusal, type SchedulingError } from "../refusal.ts";
import { affinityOfVolume } from "./csi-migration.ts";
import { claimKey, claimNotFound, claimsOf, notOwnClaim } from "./volume-claims.ts";
import { affinityHolds, findVolumes, type StaticBinding } from "./volume-matching.ts";
import { provisions } from "./volume-provisioning.ts";

const wrongNode = "node(s) didn't match PersistentVolume's node affinity";
const noVolume = "node(s) didn't find available persistent volumes to bind";
const noSpace = "node(s) did not have enough free storage";
const noSuchVolume = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

/** Claims of a pod as the volume binder sorts them (`PodVolumeClaims`). */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Claims that are bound where the pod goes. */
  readonly late: readonly PersistentVolumeClaim[];
}

/** What is to be bound if the pod goes to a node. */
export interface VolumePlan {
  readonly bindings: readonly StaticBinding[];
  /** Claims for which a volume has to be made. */
  readonly toProvision: readonly PersistentVolumeClaim[];
}

/** Sorts a pod's claims, or says why it cannot run yet; undefined when it has none (volumebinding, PreFilter). */
export function claimsToBind(
  cluster: SchedulerCluster,
  info: PodInfo,
): PluginRefusal | SchedulingError | PodClaims | undefined {
  const used = claimsOf(info);
  if (used.length === 0) return undefined;
  const no = (reason: string): PluginRefusal => refusal("VolumeBinding", reason, true);
  for (const { claimName, isEphemeral } of used) {
    const claim = cluster.facts.get("persistentvolumeclaims", claimKey(info, claimName));
    if (claim === undefined)
      return no(
        isEphemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${claimName}"`
          : claimNotFound(claimName),
      );
    if (claim.status?.phase === "Lost")
      return no(
        `persistentvolumeclaim "${claimName}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ""}"`,
      );
    if (claim.metadata.deletionTimestamp !== undefined)
      return no(`persistentvolumeclaim "${claimName}" is being deleted`);
    const foreign = isEphemeral ? notOwnClaim(info, claim) : undefined;
    if (foreign !== undefined) return no(foreign);
  }
  const bound: PersistentVolumeClaim[] = [];
  const late: PersistentVolumeClaim[] = [];
  let isWaiting = false;
  for (const { claimName } of used) {
    const claim = cluster.facts.claim(claimKey(info, claimName));
    if (claim === undefined) continue;
    if (isFullyBound(claim)) {
      bound.push(claim);
      continue;
    }
    const mode = bindingModeOf(cluster, claim);
    if (typeof mode !== "string") return mode;
    if (mode === "WaitForFirstConsumer" && (claim.spec.volumeName ?? "") === "") late.push(claim);
    else isWaiting = true;
  }
  return isWaiting ? no("pod has unbound immediate PersistentVolumeClaims") : { bound, late };
}

/** Whether the pod's volumes can be on a node, and what would be bound (`FindPodVolumes`). */
export function planVolumes(
  cluster: SchedulerCluster,
  { bound, late }: PodClaims,
  node: NodeState,
): PluginRefusal | SchedulingError | VolumePlan {
  const csiNode = cluster.facts.get("csinodes", node.name);
  const reasons: string[] = [];
  const trouble = troubleWithBound(cluster, bound, { node, csiNode });
  if (trouble === wrongNode) reasons.push(wrongNode);
  const found = planLate(cluster, late, node);
  if ("message" in found) return found;
  if (found.reason !== undefined) reasons.push(found.reason);
  if (trouble === noSuchVolume) reasons.push(noSuchVolume);
  if (reasons.length > 0) return { plugin: "VolumeBinding", reasons, isFinal: true };
  return { bindings: found.bindings, toProvision: found.toProvision };
}

// Bound, and the volume controller has finished with it.
function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (
    (claim.spec.volumeName ?? "") !== "" &&
    claim.metadata.annotations?.["pv.kubernetes.io/bind-completed"] !== undefined
  );
}

function bindingModeOf(cluster: SchedulerCluster, claim: PersistentVolumeClaim): string | SchedulingError {
  const className = classOfClaim(claim);
  const storageClass = className === "" ? undefined : cluster.facts.get("storageclasses", className);
  if (storageClass === undefined) return "Immediate";
  return (
    storageClass.volumeBindingMode ?? {
      plugin: "VolumeBinding",
      message: `VolumeBindingMode not set for StorageClass "${className}"`,
    }
  );
}

function troubleWithBound(
  cluster: SchedulerCluster,
  claims: readonly PersistentVolumeClaim[],
  { node, csiNode }: { readonly node: NodeState; readonly csiNode: CsiNode | undefined },
): string | undefined {
  for (const claim of claims) {
    const volume = cluster.facts.volume(claim.spec.volumeName ?? "");
    if (volume === undefined) return noSuchVolume;
    if (!affinityHolds(affinityOfVolume(volume, csiNode), node)) return wrongNode;
  }
  return undefined;
}

interface LatePlan extends VolumePlan {
  readonly reason: string | undefined;
}

function planLate(
  cluster: SchedulerCluster,
  claims: readonly PersistentVolumeClaim[],
  node: NodeState,
): LatePlan | SchedulingError {
  const no = (reason: string): LatePlan => ({ bindings: [], toProvision: [], reason });
  const open: PersistentVolumeClaim[] = [];
  const toProvision: PersistentVolumeClaim[] = [];
  for (const claim of claims) {
    const selected = claim.metadata.annotations?.["volume.kubernetes.io/selected-node"];
    if (selected === undefined) open.push(claim);
    else if (selected !== node.name) return no(noVolume);
    else toProvision.push(claim);
  }
  const { bindings, unmatched } = findVolumes(cluster, open, node);
  toProvision.push(...unmatched);
  if (toProvision.length === 0) return { bindings, toProvision, reason: undefined };
  const verdict = provisions(cluster, toProvision, node);
  if (verdict === "no-space") return no(noSpace);
  if (verdict === "no-provisioner") return no(noVolume);
  return typeof verdict === "object" ? verdict : { bindings, toProvision, reason: undefined };
}
