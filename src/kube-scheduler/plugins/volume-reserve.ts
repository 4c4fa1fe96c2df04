// Mirrors framework/plugins/volumebinding/binder.go of kube-scheduler 1.35.
import type { PersistentVolume, PersistentVolumeClaim } from "../../kube/objects.ts";
import type { VolumePlan } from "./volume-binding.ts";
import { isVolumeFor, type StaticBinding } from "./volume-matching.ts";

/** Volumes and claims as the scheduler means to write them (`AssumePodVolumes`). */
export interface Reserved {
  readonly volumes: readonly PersistentVolume[];
  readonly claims: readonly PersistentVolumeClaim[];
}

/** What is reserved for a pod that goes to a node; undefined when nothing has to be. */
export function reservedFor({ bindings, toProvision }: VolumePlan, nodeName: string): Reserved | undefined {
  if (bindings.length === 0 && toProvision.length === 0) return undefined;
  return {
    volumes: bindings.map(forClaim),
    claims: toProvision.map((claim) => annotated(claim, "volume.kubernetes.io/selected-node", nodeName)),
  };
}

// A volume that named the claim already is bound by whoever wrote that, not by a controller.
function forClaim({ volume, claim }: StaticBinding): PersistentVolume {
  const { name, namespace, uid } = claim.metadata;
  const named: PersistentVolume = {
    ...volume,
    spec: {
      ...volume.spec,
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
      },
    },
  };
  return isVolumeFor(volume, claim) ? named : annotated(named, "pv.kubernetes.io/bound-by-controller", "yes");
}

function annotated<T extends PersistentVolume | PersistentVolumeClaim>(object: T, key: string, value: string): T {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [key]: value } } };
}
