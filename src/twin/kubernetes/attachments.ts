import { flagAt, textAt } from "../../kube/json.ts";
import type { JsonObject, KubeObject, Pod } from "../../kube/objects.ts";
import { indexes, indexOn } from "../store/indexes.ts";
import { asStored } from "../store/objects.ts";
import type { Store } from "../store/store.ts";

/** Attachments by the volume that they attach, and by the node to which. */
export const attachmentsByVolume = indexOn("volumeattachments", (one) => {
  const volume = textAt(asStored(one), "spec", "source", "persistentVolumeName");
  return volume === undefined ? [] : [volume];
});

/** The volume and the node of an attachment, and whether it is there. */
export function attachmentFacts(attachment: KubeObject): {
  readonly volume: string;
  readonly node: string;
  readonly isAttached: boolean;
} {
  const stored = asStored(attachment);
  return {
    volume: textAt(stored, "spec", "source", "persistentVolumeName") ?? "",
    node: textAt(stored, "spec", "nodeName") ?? "",
    isAttached: flagAt(stored, "status", "attached") === true,
  };
}

/** Names of the volumes that a pod mounts by its claims; undefined for a claim that has none yet. */
export function volumesOfPod(store: Store, { metadata, spec }: Pod): readonly (string | undefined)[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
    claim === undefined
      ? []
      : [store.find("persistentvolumeclaims", claim.claimName, metadata.namespace)?.spec.volumeName],
  );
}

/** Whether a pod's node has all volumes of the pod. A volume of another driver than EBS needs no attaching. */
export function areVolumesAttached(store: Store, pod: Pod): boolean {
  return volumesOfPod(store, pod).every((volume) => {
    if (volume === undefined) return false;
    if (!isZonal(store, volume)) return true;
    return store
      .by(attachmentsByVolume, volume)
      .map(attachmentFacts)
      .some((one) => one.node === pod.spec.nodeName && one.isAttached);
  });
}

/** Whether a volume is a disk of EBS, which one machine has at a time. */
export function isZonal(store: Store, volume: string): boolean {
  const found = store.find("persistentvolumes", volume);
  const driver: JsonObject | undefined = found === undefined ? undefined : asStored(found);
  return (
    textAt(driver, "spec", "csi", "driver") === "ebs.csi.aws.com" ||
    textAt(driver, "spec", "awsElasticBlockStore", "volumeID") !== undefined
  );
}

/** Keys of the pods that wait for an attachment. */
export function podsOfAttachment(store: Store, attachment: KubeObject): readonly string[] {
  const { volume, node } = attachmentFacts(attachment);
  const claim = store.find("persistentvolumes", volume)?.spec.claimRef;
  if (claim === undefined) return [];
  return store
    .by(indexes.pods.byClaim, `${claim.namespace ?? "default"}/${claim.name}`)
    .filter((pod) => pod.spec.nodeName === node)
    .map((pod) => `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`);
}
