// Mirrors framework/plugins/volumezone/volume_zone.go of kube-scheduler 1.35.
import type { PersistentVolume } from "../../kube/objects.ts";
import type { SchedulerCluster } from "../cluster/cluster.ts";
import { classOfClaim } from "../cluster/facts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { PodInfo } from "../pods/registry.ts";
import { type PluginRefusal, refusal } from "../refusal.ts";
import { claimKey, claimNotFound } from "./volume-claims.ts";

const wrongZone = refusal("VolumeZone", "node(s) had no available volume zone", true);

/** A zone or region label of a bound volume, with the values it allows. */
export interface VolumeTopology {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

const gaLabels: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
};
const labels = [...Object.keys(gaLabels), ...Object.values(gaLabels)];

/** Labels of the pod's bound volumes, or why the pod cannot run yet; an empty list asks nothing (volumezone, PreFilter). */
export function volumeTopologies(cluster: SchedulerCluster, info: PodInfo): PluginRefusal | readonly VolumeTopology[] {
  const no = (reason: string): PluginRefusal => refusal("VolumeZone", reason, true);
  const found: VolumeTopology[] = [];
  for (const { persistentVolumeClaim } of info.shape.volumes) {
    if (persistentVolumeClaim === undefined) continue;
    const { claimName } = persistentVolumeClaim;
    if (claimName === "") return no("PersistentVolumeClaim had no name");
    const claim = cluster.facts.get("persistentvolumeclaims", claimKey(info, claimName));
    if (claim === undefined) return no(claimNotFound(claimName));
    const volumeName = claim.spec.volumeName ?? "";
    if (volumeName === "") {
      const className = classOfClaim(claim);
      if (className === "") return no("PersistentVolumeClaim had no pv name and storageClass name");
      const storageClass = cluster.facts.get("storageclasses", className);
      if (storageClass === undefined) return no(`storageclass.storage.k8s.io "${className}" not found`);
      if (storageClass.volumeBindingMode === undefined)
        return no(`VolumeBindingMode not set for StorageClass "${className}"`);
      if (storageClass.volumeBindingMode === "WaitForFirstConsumer") continue;
      return no("PersistentVolume had no name");
    }
    const volume = cluster.facts.get("persistentvolumes", volumeName);
    if (volume === undefined) return no(`persistentvolume "${volumeName}" not found`);
    found.push(...topologiesOf(volume));
  }
  return found;
}

/** Whether a node lies where the volumes are; undefined when it does. A node without any such label is let pass. */
export function zoneRefusal(topologies: readonly VolumeTopology[], node: NodeState): PluginRefusal | undefined {
  if (labels.every((key) => node.labels[key] === undefined)) return undefined;
  for (const { key, values } of topologies) {
    const value = node.labels[key] ?? node.labels[gaLabels[key] ?? key];
    if (value === undefined || !values.has(value)) return wrongZone;
  }
  return undefined;
}

/** Zone and region labels of a volume; `a__b` is either. A value with an empty part is not read. */
export function topologiesOf(volume: PersistentVolume): readonly VolumeTopology[] {
  return labels.flatMap((key) => {
    const value = volume.metadata.labels?.[key];
    if (value === undefined) return [];
    const values = value.split("__").map((one) => one.trim());
    return values.includes("") ? [] : [{ key, values: new Set(values) }];
  });
}
