import { textAt } from "../../../kube/json.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "../../../kube/objects.ts";
import { zoneOf } from "../../../kube/node.ts";
import { asStored, str } from "../../store/objects.ts";
import type { Here } from "../../world/here.ts";

/** Makes the volume of a claim in the zone of the node that its pod was bound to, and binds the two. */
export function bindClaim(here: Here<object, never>, key: string, nodeName: string): void {
  const claim = here.store.at("persistentvolumeclaims", key);
  const node = here.store.find("nodes", nodeName);
  const zone = node === undefined ? undefined : zoneOf(node);
  if (claim === undefined || claim.spec.volumeName !== undefined || zone === undefined) return;
  const volumeName = `pvc-${claim.metadata.uid ?? ""}`;
  const sc = here.store.find("storageclasses", claim.spec.storageClassName ?? "");
  const driver = sc === undefined ? undefined : textAt(asStored(sc), "provisioner");
  here.create(
    "persistentvolumes",
    volumeOf({
      name: volumeName,
      zone,
      handle: here.account.id("vol"),
      claim: claim.metadata.name,
      namespace: claim.metadata.namespace ?? "default",
      size: str(claim.spec.resources?.requests?.["storage"] ?? "20Gi"),
      className: claim.spec.storageClassName ?? "gp3",
      driver: driver ?? "ebs.csi.aws.com",
    }),
  );
  here.put("persistentvolumeclaims", boundTo(claim, volumeName));
}

/** A volume names a claim: the two are bound. */
export function bindReserved(here: Here<object, never>, volumeName: string): void {
  const volume = here.store.find("persistentvolumes", volumeName);
  const { namespace = "default", name = "" } = volume?.spec.claimRef ?? {};
  const claim = here.store.find("persistentvolumeclaims", name, namespace);
  if (volume === undefined || claim === undefined || (claim.spec.volumeName ?? volumeName) !== volumeName) return;
  here.put("persistentvolumes", { ...volume, status: { ...volume.status, phase: "Bound" } });
  here.put("persistentvolumeclaims", boundTo(claim, volumeName));
}

function boundTo(claim: PersistentVolumeClaim, volumeName: string): PersistentVolumeClaim {
  const annotations = { ...claim.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes" };
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName },
    status: { phase: "Bound" },
  };
}

/** An EBS volume: it can only be attached in its zone. */
function volumeOf(facts: {
  readonly name: string;
  readonly zone: string;
  readonly handle: string;
  readonly claim: string;
  readonly namespace: string;
  readonly size: string;
  readonly className: string;
  readonly driver: string;
}): PersistentVolume & { readonly spec: { readonly capacity: Readonly<Record<string, string>> } } {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: facts.name, labels: { "topology.kubernetes.io/zone": facts.zone } },
    spec: {
      capacity: { storage: facts.size },
      storageClassName: facts.className,
      csi: { driver: facts.driver, volumeHandle: facts.handle },
      claimRef: { namespace: facts.namespace, name: facts.claim },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: [facts.zone] }] },
          ],
        },
      },
    },
    status: { phase: "Bound" },
  };
}
