import type {
  KubeObject,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from "../../src/kube/objects.ts";
import { isTerminal, nameOf } from "../../src/kube/pod.ts";
import type { SchedulerAction, WrittenCondition } from "../../src/kube-scheduler/actions.ts";
import type { KubeScheduler, Watched, WatchedKind } from "../../src/kube-scheduler/scheduler.ts";

/** Kinds in the order in which a scenario's objects are put in; pods without a node come last, one by one. */
export const loadOrder = [
  "namespaces",
  "storageClasses",
  "csiDrivers",
  "csiNodes",
  "csiStorageCapacities",
  "persistentVolumes",
  "persistentVolumeClaims",
  "volumeAttachments",
  "services",
  "replicationControllers",
  "replicaSets",
  "statefulSets",
  "podDisruptionBudgets",
  "nodes",
  "pods",
] as const;

/** A kind as scenarios spell it. */
export type ScenarioKind = (typeof loadOrder)[number];

type Json = { readonly [key: string]: unknown };

/**
 * The cluster around the scheduler, as the recorder has it (`oracle/internal/world`): what is put in has reached the scheduler when
 * the call returns, binding always succeeds, and a volume controller binds at once.
 */
export class World {
  nowMs: number;
  readonly #scheduler: KubeScheduler;
  readonly #leavesVictims: boolean;
  readonly #objects = new Map<ScenarioKind, Map<string, KubeObject>>(loadOrder.map((kind) => [kind, new Map()]));

  constructor(scheduler: KubeScheduler, startMs: number, leavesVictims: boolean) {
    this.#scheduler = scheduler;
    this.nowMs = startMs;
    this.#leavesVictims = leavesVictims;
  }

  get<T extends KubeObject>(kind: ScenarioKind, name: string): T | undefined {
    return this.#objects.get(kind)?.get(name) as T | undefined;
  }

  count(kind: ScenarioKind): number {
    return this.#objects.get(kind)?.size ?? 0;
  }

  put(kind: ScenarioKind, object: KubeObject): void {
    const stored = completed(kind, object);
    if (kind === "pods" && isTerminal(stored as Pod)) {
      this.delete(kind, nameOf(stored));
      return;
    }
    this.#objects.get(kind)?.set(nameOf(stored), stored);
    this.#scheduler.put(watched(kind), stored as Watched[WatchedKind], this.nowMs);
  }

  /** Whether there was such an object. */
  delete(kind: ScenarioKind, name: string): boolean {
    if (this.#objects.get(kind)?.delete(name) !== true) return false;
    this.#scheduler.delete(watched(kind), name, this.nowMs);
    return true;
  }

  /** JSON merge patch; whether there was such an object. Through JSON a start time loses what is less than a second. */
  patch(kind: ScenarioKind, name: string, patch: unknown): boolean {
    const object = this.get(kind, name);
    if (object === undefined) return false;
    this.put(kind, merged(inWholeSeconds(object), patch) as KubeObject);
    return true;
  }

  perform(action: SchedulerAction): void {
    switch (action.kind) {
      case "patch-status":
        return this.#patchStatus(action.pod, action.condition, action.nominatedNodeName);
      case "preempt":
        return this.#preempt(action.victim, action.condition);
      case "bind":
        return this.#bind(action.pod, action.nodeName);
      case "update-volume":
        return this.#updateVolume(action.volume);
      default:
        return this.#updateClaim(action.claim);
    }
  }

  #patchStatus(name: string, condition: WrittenCondition | undefined, nominatedNodeName: string | undefined): void {
    const pod = this.get<Pod>("pods", name);
    if (pod === undefined) return;
    const others = pod.status?.conditions?.filter(({ type }) => type !== condition?.type) ?? [];
    this.put("pods", {
      ...pod,
      status: {
        ...pod.status,
        ...(condition === undefined ? {} : { conditions: [...others, condition] }),
        ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
      },
    } as Pod);
  }

  #preempt(name: string, condition: WrittenCondition | undefined): void {
    if (condition !== undefined) this.#patchStatus(name, condition, undefined);
    const pod = this.get<Pod>("pods", name);
    if (pod === undefined) return;
    if (!this.#leavesVictims) this.delete("pods", name);
    else this.put("pods", { ...pod, metadata: { ...pod.metadata, deletionTimestamp: this.#now() } });
  }

  #bind(name: string, nodeName: string): void {
    const pod = this.get<Pod>("pods", name);
    if (pod === undefined) return;
    const { nominatedNodeName: _, ...status } = pod.status ?? {};
    this.put("pods", { ...pod, spec: { ...pod.spec, nodeName }, status: { ...status, startTime: this.#now() } } as Pod);
  }

  #updateVolume(volume: PersistentVolume): void {
    const bound: PersistentVolume = { ...volume, status: { ...volume.status, phase: "Bound" } };
    this.put("persistentVolumes", bound);
    const { namespace = "", name = "" } = volume.spec.claimRef ?? {};
    const claim = this.get<PersistentVolumeClaim>("persistentVolumeClaims", `${namespace}/${name}`);
    if (claim !== undefined) this.#bindClaim(claim, volume.metadata.name);
  }

  #updateClaim(claim: PersistentVolumeClaim): void {
    this.put("persistentVolumeClaims", claim);
    const { name, namespace = "", annotations = {} } = claim.metadata;
    const { storageClassName = "", resources, accessModes } = claim.spec;
    const node = this.get<Node>("nodes", annotations["volume.kubernetes.io/selected-node"] ?? "");
    const zone = node?.metadata.labels?.[zoneLabel] ?? "";
    const volumeName = `pvc-${namespace}-${name}`;
    const terms = [{ matchExpressions: [{ key: zoneLabel, operator: "In", values: [zone] }] }];
    const driver = this.get<StorageClass>("storageClasses", storageClassName)?.provisioner ?? "";
    this.put("persistentVolumes", {
      metadata: { name: volumeName },
      spec: {
        capacity: resources?.requests,
        accessModes,
        storageClassName,
        claimRef: { kind: "PersistentVolumeClaim", namespace, name, uid: claim.metadata.uid },
        csi: { driver, volumeHandle: volumeName },
        ...(zone === "" ? {} : { nodeAffinity: { required: { nodeSelectorTerms: terms } } }),
      },
      status: { phase: "Bound" },
    } as unknown as PersistentVolume);
    this.#bindClaim(claim, volumeName);
  }

  #bindClaim(claim: PersistentVolumeClaim, volumeName: string): void {
    const annotations = { ...claim.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes" };
    this.put("persistentVolumeClaims", {
      ...claim,
      metadata: { ...claim.metadata, annotations },
      spec: { ...claim.spec, volumeName },
      status: { ...claim.status, phase: "Bound" },
    } as PersistentVolumeClaim);
  }

  #now(): string {
    return new Date(this.nowMs).toISOString();
  }
}

const zoneLabel = "topology.kubernetes.io/zone";

function watched(kind: ScenarioKind): WatchedKind {
  return kind.toLowerCase() as WatchedKind;
}

// Go leaves an empty spec out.
function completed(kind: ScenarioKind, object: KubeObject): KubeObject {
  const { uid = "", namespace = "", name } = object.metadata;
  const metadata = { ...object.metadata, uid: uid === "" ? `${kind}/${namespace}/${name}` : uid };
  return kind === "podDisruptionBudgets" ? ({ spec: {}, ...object, metadata } as KubeObject) : { ...object, metadata };
}

function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const into: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete into[key];
    else into[key] = merged(into[key], value);
  }
  return into;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inWholeSeconds(object: KubeObject): KubeObject {
  const { metadata, status } = object as Pod;
  const { deletionTimestamp } = metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp: cut(deletionTimestamp) }),
    },
    ...(status?.startTime === undefined ? {} : { status: { ...status, startTime: cut(status.startTime) } }),
  };
}

function cut(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}
