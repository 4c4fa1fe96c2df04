import { listAt, plainOf, scalarAt } from "../json.ts";
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../objects.ts";
import { isSynthesised, nameOf, synthesisedAnnotation } from "../pod.ts";
import { parseQuantity } from "../quantity.ts";
import type { ClusterObjects } from "../resources.ts";
import { isDefaultClass } from "../volumes.ts";
import { wasApplied } from "./scalers.ts";

/** Claims, volumes and classes as they would be once the source is applied, with what had to be assumed. */
export interface AppliedVolumes {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly classes: readonly StorageClass[];
  readonly notes: readonly string[];
}

/** Stands in for a class that nobody named and the source does not hold. */
const assumedDefault = "assumed-default";
const marked = { annotations: { [synthesisedAnnotation]: "assumption" } };

/**
 * What admission and the volume controllers would do with claims that never were on a cluster: the default class filled in, a volume at
 * once where the class binds at once, one that lies ready taken where it fits. What the source does not hold is assumed and named.
 */
export function applyClaims(
  objects: ClusterObjects,
  made: readonly PersistentVolumeClaim[],
  pods: readonly Pod[],
): AppliedVolumes {
  const given = objects.persistentvolumeclaims ?? [];
  const known = new Set(given.map(nameOf));
  const stage = new VolumeStage(objects);
  const added = made.filter((one) => !known.has(nameOf(one)));
  const claims = [...given, ...added].map((claim) => (wasApplied(claim) ? claim : stage.applied(claim)));
  const all = new Set(claims.map(nameOf));
  const outside = stage.outside(pods, all);
  return {
    claims: [...claims, ...outside],
    volumes: [...(objects.persistentvolumes ?? []), ...stage.volumes],
    classes: [...(objects.storageclasses ?? []), ...stage.classes],
    notes: stage.notes(),
  };
}

class VolumeStage {
  readonly volumes: PersistentVolume[] = [];
  readonly classes: StorageClass[] = [];
  readonly #known: ReadonlyMap<string, StorageClass>;
  readonly #standard: StorageClass | undefined;
  readonly #free: PersistentVolume[];
  readonly #named: ReadonlySet<string>;
  #defaulted = 0;
  readonly #assumed = new Set<string>();
  readonly #open = new Set<string>();
  readonly #elsewhere: string[] = [];

  constructor(objects: ClusterObjects) {
    const classes = objects.storageclasses ?? [];
    this.#known = new Map(classes.map((one) => [one.metadata.name, one]));
    // Of several the newest counts; manifests have no age, so the last.
    this.#standard = classes.findLast(isDefaultClass);
    this.#named = new Set((objects.persistentvolumes ?? []).map((one) => one.metadata.name));
    this.#free = (objects.persistentvolumes ?? []).filter((one) => !wasApplied(one));
  }

  applied(claim: PersistentVolumeClaim): PersistentVolumeClaim {
    const wanted = claim.spec.volumeName ?? "";
    if (wanted !== "") {
      if (this.#named.has(wanted)) return bound(claim, wanted);
      return this.#withVolume(claim, claim.spec.storageClassName, "elsewhere");
    }
    const ready = this.#readyFor(claim);
    if (ready !== undefined) {
      this.#free.splice(this.#free.indexOf(ready), 1);
      return bound(claim, ready.metadata.name);
    }
    // An empty name asks for a volume that lies ready, and for no class.
    if (claim.spec.storageClassName === "") return claim;
    const storageClass = this.#classOf(claim);
    const named = { ...claim, spec: { ...claim.spec, storageClassName: storageClass.metadata.name } };
    const isLate = storageClass.volumeBindingMode === "WaitForFirstConsumer";
    // Volumes of this one are made by hand: without one that lies ready the claim stays unbound.
    if (isLate || storageClass.provisioner === "kubernetes.io/no-provisioner") return named;
    this.#open.add(storageClass.metadata.name);
    return this.#withVolume(named, storageClass.metadata.name, "made", storageClass);
  }

  /** Claims that pods name and no file holds: another chart's or a hand's. */
  outside(pods: readonly Pod[], known: ReadonlySet<string>): readonly PersistentVolumeClaim[] {
    const made = new Map<string, PersistentVolumeClaim>();
    for (const pod of pods) {
      if (!isSynthesised(pod)) continue;
      for (const volume of pod.spec.volumes ?? []) {
        const name = volume.persistentVolumeClaim?.claimName;
        const namespace = pod.metadata.namespace ?? "default";
        const key = `${namespace}/${name ?? ""}`;
        if (name === undefined || known.has(key) || made.has(key)) continue;
        const claim = {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name, namespace, ...marked },
          spec: {},
        };
        made.set(key, this.#withVolume(claim, undefined, "elsewhere"));
      }
    }
    return [...made.values()];
  }

  notes(): readonly string[] {
    const defaulted =
      this.#defaulted === 1 ? "1 claim without a class takes" : `${this.#defaulted} claims without a class take`;
    const assumed = [...this.#assumed].map((name) =>
      name === assumedDefault ? "a default StorageClass" : `StorageClass ${name}`,
    );
    const are = assumed.length === 1 ? "is" : "are";
    const open = [...this.#open];
    const elsewhere = this.#elsewhere;
    return [
      ...(this.#defaulted > 0 && this.#standard !== undefined
        ? [`${defaulted} StorageClass ${this.#standard.metadata.name}, because it is the default`]
        : []),
      ...(assumed.length === 0
        ? []
        : [`${assumed.join(" and ")} ${are} not in the source: assumed to exist, and to bind when a pod is there`]),
      ...open.map(
        (name) => `StorageClass ${name} binds at once: in which zone its volumes would lie is open, and taken for any`,
      ),
      ...(elsewhere.length === 0
        ? []
        : [`volumes of ${listed(elsewhere)} are not in the source: assumed to exist, in any zone`]),
    ];
  }

  #classOf(claim: PersistentVolumeClaim): StorageClass {
    const name = claim.spec.storageClassName;
    if (name === undefined) {
      this.#defaulted += 1;
      return this.#standard ?? this.#assume(assumedDefault);
    }
    return this.#known.get(name) ?? this.#assume(name);
  }

  #assume(name: string): StorageClass {
    const known = this.classes.find((one) => one.metadata.name === name);
    if (known !== undefined) return known;
    const made: StorageClass = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name, ...marked },
      provisioner: "ebs.csi.aws.com",
      volumeBindingMode: "WaitForFirstConsumer",
    };
    this.#assumed.add(name);
    this.classes.push(made);
    return made;
  }

  #withVolume(
    claim: PersistentVolumeClaim,
    className: string | undefined,
    why: "made" | "elsewhere",
    storageClass?: StorageClass,
  ): PersistentVolumeClaim {
    const name = claim.spec.volumeName ?? `pvc-${claim.metadata.namespace ?? "default"}-${claim.metadata.name}`;
    if (why === "elsewhere") this.#elsewhere.push(`${claim.metadata.namespace ?? "default"}/${claim.metadata.name}`);
    const zones = storageClass?.allowedTopologies?.map((term) => ({
      matchExpressions: (term.matchLabelExpressions ?? []).map((one) => ({ ...one, operator: "In" })),
    }));
    this.volumes.push({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name, ...marked },
      spec: {
        ...(storageClass === undefined ? {} : { csi: { driver: storageClass.provisioner, volumeHandle: name } }),
        ...(className === undefined ? {} : { storageClassName: className }),
        ...(zones === undefined || zones.length === 0
          ? {}
          : { nodeAffinity: { required: { nodeSelectorTerms: zones } } }),
        claimRef: { namespace: claim.metadata.namespace ?? "default", name: claim.metadata.name },
      },
      status: { phase: "Bound" },
    });
    return bound(claim, name);
  }

  /** A volume of the source that the controller would bind: reserved for this claim, or of its class, large enough and of its modes. */
  #readyFor(claim: PersistentVolumeClaim): PersistentVolume | undefined {
    const isFor = (volume: PersistentVolume): boolean =>
      volume.spec.claimRef?.name === claim.metadata.name &&
      (volume.spec.claimRef.namespace ?? "default") === (claim.metadata.namespace ?? "default");
    const reserved = this.#free.find(isFor);
    if (reserved !== undefined) return reserved;
    const className = claim.spec.storageClassName ?? this.#standard?.metadata.name;
    return this.#free.find(
      (volume) =>
        volume.spec.claimRef === undefined &&
        (volume.spec.storageClassName ?? "") === (className ?? "") &&
        fits(volume, claim),
    );
  }
}

function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const spec = plainOf(volume.spec);
  const modes = listAt(spec, "accessModes");
  const size = parseQuantity(scalarAt(spec, "capacity", "storage") ?? "0");
  const wanted = parseQuantity(String(claim.spec.resources?.requests?.["storage"] ?? "0"));
  return (
    (claim.spec.accessModes ?? []).every((mode) => modes.includes(mode)) &&
    size.ok &&
    wanted.ok &&
    size.value >= wanted.value
  );
}

function bound(claim: PersistentVolumeClaim, volumeName: string): PersistentVolumeClaim {
  const annotations = { "pv.kubernetes.io/bind-completed": "yes", ...claim.metadata.annotations };
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName },
    status: { phase: "Bound" },
  };
}

/** The first five, and how many more. */
function listed(names: readonly string[]): string {
  const more = names.length - 5;
  return more > 0 ? `${names.slice(0, 5).join(", ")} and ${more} more` : names.join(", ");
}
