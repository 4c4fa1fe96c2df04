import { numberAt, plainOf, textAt, valueAt } from "../json.ts";
import type { KubeObject } from "../objects.ts";

/** What an autoscaler keeps a workload between. */
export interface Scaler {
  /** `HorizontalPodAutoscaler keep/gatehouse`. */
  readonly title: string;
  readonly min: number;
  readonly max: number | undefined;
}

/** Autoscalers by `Kind/namespace/name` of what they scale: HorizontalPodAutoscalers, and KEDA's ScaledObjects. */
export function scalersOf(objects: readonly KubeObject[]): ReadonlyMap<string, Scaler> {
  return new Map(
    objects.flatMap((object) => {
      const spec = plainOf(object)["spec"];
      const isKeda = object.kind === "ScaledObject";
      const name = textAt(valueAt(spec, "scaleTargetRef", "name"));
      const kind = textAt(valueAt(spec, "scaleTargetRef", "kind")) ?? (isKeda ? "Deployment" : undefined);
      if (name === undefined || kind === undefined) return [];
      const namespace = object.metadata.namespace ?? "default";
      const min = numberAt(valueAt(spec, isKeda ? "minReplicaCount" : "minReplicas")) ?? (isKeda ? 0 : 1);
      const max = numberAt(valueAt(spec, isKeda ? "maxReplicaCount" : "maxReplicas"));
      const title = `${object.kind} ${namespace}/${object.metadata.name}`;
      return [[`${kind}/${namespace}/${name}`, { title, min, max }] as const];
    }),
  );
}

/**
 * Replicas that a workload comes to once it is applied: what its manifest says, 1 by default, within its autoscaler's bounds. An autoscaler
 * leaves a workload alone that is scaled to zero.
 */
export function appliedReplicas(wanted: number | undefined, scaler: Scaler | undefined): number {
  const said = wanted ?? 1;
  if (scaler === undefined || said === 0) return said;
  return Math.min(Math.max(said, scaler.min), scaler.max ?? Number.POSITIVE_INFINITY);
}

/** Whether an object was on a cluster when it was read: only there does it have what API server and controllers give it. */
export function wasApplied(object: KubeObject): boolean {
  const { uid, resourceVersion, creationTimestamp } = object.metadata;
  if (uid !== undefined || resourceVersion !== undefined || typeof creationTimestamp === "string") return true;
  const plain = plainOf(object);
  if (object.kind === "Pod")
    return [valueAt(plain, "spec", "nodeName"), valueAt(plain, "status", "phase")].some(isGiven);
  if (object.kind === "PersistentVolumeClaim" || object.kind === "PersistentVolume")
    return isGiven(valueAt(plain, "status", "phase"));
  return numberAt(valueAt(plain, "status", "observedGeneration")) !== undefined;
}

function isGiven(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
