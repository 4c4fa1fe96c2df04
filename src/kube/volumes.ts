import type { NodeSelectorTerm, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "./objects.ts";
import type { ClusterObjects } from "./resources.ts";

/** Node labels that name a zone, newest first; CSI drivers have their own. */
const zoneLabels = [
  "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/zone",
  "topology.ebs.csi.aws.com/zone",
  "topology.k8s.aws/zone-id",
] as const;

/** One persistent claim of a pod, with what was read of it. */
export interface ClaimOfPod {
  /** The pod's own name of the volume. */
  readonly volume: string;
  readonly claimName: string;
  readonly claim?: PersistentVolumeClaim;
  readonly persistentVolume?: PersistentVolume;
  readonly storageClass?: StorageClass;
}

/** Finds claims, volumes and storage classes by name. Build once per snapshot. */
export interface Volumes {
  claimsOf(pod: Pod): readonly ClaimOfPod[];
  /** Zones in which the pod's bound volumes live; undefined when no volume ties it to a zone. */
  zonesOf(pod: Pod): readonly string[] | undefined;
}

/** Indexes the volumes of a snapshot. */
export function indexVolumes(objects: ClusterObjects): Volumes {
  const claims = new Map(
    (objects.persistentvolumeclaims ?? []).map((one) => [key(one.metadata.namespace, one.metadata.name), one]),
  );
  const volumes = new Map((objects.persistentvolumes ?? []).map((one) => [one.metadata.name, one]));
  const classes = new Map((objects.storageclasses ?? []).map((one) => [one.metadata.name, one]));
  const standard = objects.storageclasses?.find(isDefaultClass);
  const claimsOf = (pod: Pod): ClaimOfPod[] =>
    (pod.spec.volumes ?? []).flatMap((volume) => {
      const ephemeral = volume.ephemeral?.volumeClaimTemplate;
      const claimName =
        volume.persistentVolumeClaim?.claimName ??
        (ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`);
      if (claimName === undefined) return [];
      const claim = claims.get(key(pod.metadata.namespace, claimName));
      const spec = claim?.spec ?? ephemeral?.spec;
      const persistentVolume = volumes.get(spec?.volumeName ?? "");
      const className = spec?.storageClassName ?? persistentVolume?.spec.storageClassName;
      const storageClass = className === undefined ? standard : classes.get(className);
      return [
        {
          volume: volume.name,
          claimName,
          ...(claim === undefined ? {} : { claim }),
          ...(persistentVolume === undefined ? {} : { persistentVolume }),
          ...(storageClass === undefined ? {} : { storageClass }),
        },
      ];
    });
  return {
    claimsOf,
    zonesOf: (pod) => {
      let zones: readonly string[] | undefined;
      for (const { persistentVolume } of claimsOf(pod)) {
        const own = persistentVolume === undefined ? undefined : zonesOfVolume(persistentVolume);
        if (own !== undefined) zones = zones === undefined ? own : zones.filter((zone) => own.includes(zone));
      }
      return zones;
    },
  };
}

/** Zones a volume may be attached in, sorted; undefined when its node affinity names none. */
export function zonesOfVolume(volume: PersistentVolume): readonly string[] | undefined {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const zones = new Set(terms.flatMap(zonesOfTerm));
  return zones.size === 0 ? undefined : [...zones].toSorted();
}

/** Bound to one node's disk: a `local` or `hostPath` volume, or node affinity by hostname. */
export function isLocalVolume(volume: PersistentVolume): boolean {
  if (volume.spec.local !== undefined || volume.spec.hostPath !== undefined) return true;
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.some((term) => term.matchExpressions?.some((one) => one.key === "kubernetes.io/hostname") === true);
}

/** The class that claims without a class name get. */
export function isDefaultClass(storageClass: StorageClass): boolean {
  const annotations = storageClass.metadata.annotations;
  return (
    annotations?.["storageclass.kubernetes.io/is-default-class"] === "true" ||
    annotations?.["storageclass.beta.kubernetes.io/is-default-class"] === "true"
  );
}

function zonesOfTerm(term: NodeSelectorTerm): readonly string[] {
  return (term.matchExpressions ?? [])
    .filter((one) => one.operator === "In" && zoneLabels.some((label) => label === one.key))
    .flatMap((one) => one.values ?? []);
}

function key(namespace: string | undefined, name: string): string {
  return `${namespace ?? ""}/${name}`;
}
