import type { PersistentVolumeClaim, Volume } from "../../kube/objects.ts";
import type { PodInfo } from "../pods/registry.ts";

/** A claim that a pod uses, by the pod's own word or made for it alone. */
export interface UsedClaim {
  readonly claimName: string;
  /** A generic ephemeral volume: the claim must be the pod's own. */
  readonly isEphemeral: boolean;
}

/** The claim of one volume; undefined when it has none. */
export function claimOf(info: PodInfo, volume: Volume): UsedClaim | undefined {
  if (volume.persistentVolumeClaim !== undefined)
    return { claimName: volume.persistentVolumeClaim.claimName, isEphemeral: false };
  if (volume.ephemeral !== undefined)
    return { claimName: `${info.pod.metadata.name}-${volume.name}`, isEphemeral: true };
  return undefined;
}

/** All claims of a pod, in the order of its volumes. */
export function claimsOf(info: PodInfo): readonly UsedClaim[] {
  return info.shape.volumes.flatMap((volume) => claimOf(info, volume) ?? []);
}

/** Key of a claim in the pod's namespace. */
export function claimKey(info: PodInfo, claimName: string): string {
  return `${info.shape.namespace}/${claimName}`;
}

/** What the API server says of a claim that is not there. */
export function claimNotFound(claimName: string): string {
  return `persistentvolumeclaim "${claimName}" not found`;
}

/** Why a claim is not the pod's own, in the words of `ephemeral.VolumeIsForPod`; undefined when it is. */
export function notOwnClaim({ pod }: PodInfo, claim: PersistentVolumeClaim): string | undefined {
  const owner = claim.metadata.ownerReferences?.find((one) => one.controller === true);
  const isOwn =
    claim.metadata.namespace === pod.metadata.namespace &&
    owner !== undefined &&
    (pod.metadata.uid === undefined ? owner.name === pod.metadata.name : owner.uid === pod.metadata.uid);
  if (isOwn) return undefined;
  const { namespace = "", name } = claim.metadata;
  return `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace ?? ""}/${pod.metadata.name} (pod is not owner)`;
}
