import type { KubeObject, JsonObject, PersistentVolumeClaim, Pod } from "../../../kube/objects.ts";
import { attachmentFacts, attachmentsByVolume, isZonal, volumesOfPod } from "../../kubernetes/attachments.ts";
import { indexes } from "../../store/indexes.ts";
import { asStored, withFields } from "../../store/objects.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { bindClaim, bindReserved } from "./provision.ts";

interface Memory {
  /** Attachments under way and coming off, by name. */
  readonly moving: Record<string, "on" | "off">;
}

type Event =
  | { readonly kind: "attached" | "detached"; readonly attachment: string }
  | { readonly kind: "made"; readonly claim: string; readonly node: string };

/**
 * The PersistentVolume controller, the attach/detach controller and the EBS CSI driver (kubernetes 1.35, `attach_detach_controller.go`):
 * claims that waited for their first consumer get a volume in its zone, a volume is on one node at a time, and both take their time.
 */
export const volumes: Actor<Memory, Event> = {
  name: "volumes",
  start: () => ({ moving: {} }),
  watches: [
    watch("pods", ({ key, before, after }) => {
      const pod = after ?? before;
      if (pod?.spec.volumes === undefined || before?.spec.nodeName === after?.spec.nodeName) return [];
      return after === undefined ? claimsOf(pod).map((claim) => `claim ${claim}`) : [`pod ${key}`];
    }),
    watch("persistentvolumeclaims", ({ key, before, after }) =>
      before?.spec.volumeName === after?.spec.volumeName && selectedNodeOf(before) === selectedNodeOf(after)
        ? []
        : [`claim ${key}`],
    ),
    watch("persistentvolumes", ({ key, before, after }) =>
      after?.spec.claimRef === undefined || before?.spec.claimRef?.name === after.spec.claimRef.name
        ? []
        : [`reserved ${key}`],
    ),
    watch("nodes", ({ key, after }) => (after === undefined ? [`node ${key}`] : [])),
  ],
  look: (key, here) => {
    const [kind, name = ""] = key.split(" ");
    if (kind === "pod") lookAtPod(here, name);
    else if (kind === "node") lookAtNode(here, name);
    else if (kind === "volume") lookAtVolume(here, name);
    else if (kind === "reserved") bindReserved(here, name);
    else lookAtClaim(here, name);
  },
  on: (event, here) => {
    if (event.kind === "made") return bindClaim(here, event.claim, event.node);
    delete here.memory.moving[event.attachment];
    const attachment = here.store.find("volumeattachments", event.attachment);
    if (attachment === undefined) return;
    if (event.kind === "detached") {
      here.remove("volumeattachments", attachment);
      return lookAtVolume(here, attachmentFacts(attachment).volume);
    }
    here.put("volumeattachments", withFields(asStored(attachment), { status: { attached: true } }));
  },
};

function claimsOf({ metadata, spec }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
    claim === undefined ? [] : [`${metadata.namespace ?? "default"}/${claim.claimName}`],
  );
}

// The pod has a node: claims that still have no volume get one there.
function lookAtPod(here: Here<Memory, Event>, key: string): void {
  const pod = here.store.at("pods", key);
  const node = pod?.spec.nodeName;
  if (pod === undefined || node === undefined) return;
  for (const claim of claimsOf(pod)) {
    const found = here.store.at("persistentvolumeclaims", claim);
    if (found === undefined) continue;
    if (found.spec.volumeName === undefined) here.after(here.drawMs("volumeCreate"), { kind: "made", claim, node });
    else lookAtVolume(here, found.spec.volumeName);
  }
}

function lookAtClaim(here: Here<Memory, Event>, key: string): void {
  const claim = here.store.at("persistentvolumeclaims", key);
  const volume = claim?.spec.volumeName;
  if (volume !== undefined) return lookAtVolume(here, volume);
  const node = selectedNodeOf(claim);
  if (node !== undefined) here.after(here.drawMs("volumeCreate"), { kind: "made", claim: key, node });
}

// The scheduler names the node for which a volume has to be made.
function selectedNodeOf(claim: PersistentVolumeClaim | undefined): string | undefined {
  return claim?.metadata.annotations?.["volume.kubernetes.io/selected-node"];
}

function lookAtNode(here: Here<Memory, Event>, node: string): void {
  for (const attachment of here.store.all("volumeattachments"))
    if (attachmentFacts(attachment).node === node) lookAtVolume(here, attachmentFacts(attachment).volume);
}

/** Takes a volume off the nodes that need it no more, and puts it on the one that does when it is free. */
function lookAtVolume(here: Here<Memory, Event>, volume: string): void {
  if (!isZonal(here.store, volume)) return;
  const wanted = nodesFor(here, volume);
  const attachments = here.store.by(attachmentsByVolume, volume);
  for (const attachment of attachments) {
    const { name } = attachment.metadata;
    if (wanted.includes(attachmentFacts(attachment).node) || here.memory.moving[name] === "off") continue;
    here.memory.moving[name] = "off";
    // A machine that is gone holds nothing.
    const isThere = here.store.find("nodes", attachmentFacts(attachment).node) !== undefined;
    here.after(isThere ? here.drawMs("volumeDetach") : 0, { kind: "detached", attachment: name });
  }
  const [node] = wanted;
  if (node === undefined || attachments.length > 0) return;
  const name = `csi-${here.dice.hex(40)}`;
  const made: KubeObject & JsonObject = {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name },
    spec: { attacher: "ebs.csi.aws.com", nodeName: node, source: { persistentVolumeName: volume } },
    status: { attached: false },
  };
  here.create("volumeattachments", made);
  here.memory.moving[name] = "on";
  here.after(here.drawMs("volumeAttach"), { kind: "attached", attachment: name });
}

/** Nodes with a pod that mounts the volume, in the order of the pods. */
function nodesFor(here: Here<Memory, Event>, volume: string): readonly string[] {
  const claim = here.store.find("persistentvolumes", volume)?.spec.claimRef;
  if (claim === undefined) return [];
  const pods = here.store.by(indexes.pods.byClaim, `${claim.namespace ?? "default"}/${claim.name}`);
  const users = pods.filter((pod) => volumesOfPod(here.store, pod).includes(volume));
  return users.flatMap((pod) =>
    pod.spec.nodeName === undefined || here.store.find("nodes", pod.spec.nodeName) === undefined
      ? []
      : [pod.spec.nodeName],
  );
}
