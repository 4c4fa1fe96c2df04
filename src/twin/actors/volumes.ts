import type { PersistentVolume, Pod } from "../../kube/objects.ts";
import type { Core } from "../world/core.ts";
import { str } from "../store/objects.ts";

/** Claims that waited for their first consumer get a volume in the zone of the node that their pod was bound to. */
export function bindClaims(core: Core, pod: Pod, zone: string): void {
  const namespace = pod.metadata.namespace ?? "default";
  for (const volume of pod.spec.volumes ?? []) {
    const name = volume.persistentVolumeClaim?.claimName;
    const claim = name === undefined ? undefined : core.api.find("persistentvolumeclaims", name, namespace);
    if (claim === undefined || claim.spec.volumeName !== undefined) continue;
    const volumeName = `pvc-${core.random.uuid()}`;
    core.api.create(
      "ebs-csi-controller",
      "persistentvolumes",
      volumeOf({
        name: volumeName,
        zone,
        handle: core.aws.id("vol"),
        claim: claim.metadata.name,
        namespace,
        size: str(claim.spec.resources?.requests?.["storage"] ?? "20Gi"),
      }),
    );
    core.api.put("ebs-csi-controller", "persistentvolumeclaims", {
      ...claim,
      spec: { ...claim.spec, volumeName },
      status: { phase: "Bound" },
    });
  }
}

/** An EBS volume: it can only be attached in its zone. */
function volumeOf(facts: {
  readonly name: string;
  readonly zone: string;
  readonly handle: string;
  readonly claim: string;
  readonly namespace: string;
  readonly size: string;
}): PersistentVolume & { readonly spec: { readonly capacity: Readonly<Record<string, string>> } } {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: facts.name, labels: { "topology.kubernetes.io/zone": facts.zone } },
    spec: {
      capacity: { storage: facts.size },
      storageClassName: "gp3",
      csi: { driver: "ebs.csi.aws.com", volumeHandle: facts.handle },
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
