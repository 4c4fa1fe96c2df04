import type { KubeObject, Pod, Workload } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import { controllerOf, isTerminating, isUnschedulable } from "../../kube/pod.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { isPlaceholder, type OwnerName, ownerNameOf, podName } from "./movable.ts";
import type { MigrationContext } from "../contexts.ts";
import { askingForZones, inSeveralZones, zonesByWorkload } from "./spread.ts";

/** What was wrong before the first step: gates hold nothing of it against the migration. */
export type Baseline = MigrationContext["baseline"];

/** The baseline of a cluster as it was read. */
export function baselineOf(snapshot: Snapshot): Baseline {
  const { pods = [], nodes = [], replicasets = [] } = snapshot.objects;
  return {
    pending: pendingOf(pods),
    missing: missingOf(snapshot.objects),
    nodes: nodes.length,
    zones: inSeveralZones(zonesByWorkload({ pods, nodes, replicasets })),
    spread: askingForZones({ pods, replicasets }),
  };
}

/** Unschedulable pods that are not ours, counted by owner. */
export function pendingOf(pods: readonly Pod[]): Readonly<Record<OwnerName, number>> {
  const counts: Record<OwnerName, number> = {};
  for (const pod of pods) {
    if (isTerminating(pod)) continue;
    if (isPlaceholder(pod) || !isUnschedulable(pod)) continue;
    const key = ownerNameOf(pod) ?? `Pod/${podName(pod)}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Deployments, StatefulSets and ReplicaSets of their own that have fewer ready replicas than they want. */
export function missingOf(objects: ClusterObjects): Readonly<Record<OwnerName, number>> {
  const counts: Record<OwnerName, number> = {};
  const workloads = [...(objects.deployments ?? []), ...(objects.statefulsets ?? []), ...(objects.replicasets ?? [])];
  for (const workload of workloads) {
    if (controllerOf(workload) !== undefined) continue;
    const wanted = workload.spec.replicas ?? 1;
    const ready = readyReplicas(workload);
    if (ready < wanted) counts[nameOf(workload)] = wanted - ready;
  }
  return counts;
}

/** What is worse now than it was: `Deployment/shop/cart lacks 1 of its replicas`. Empty when the gate may open. */
export function worseThan(baseline: Baseline, now: Pick<Baseline, "pending" | "missing">): readonly string[] {
  const pending = Object.entries(now.pending)
    .filter(([owner, count]) => count > (baseline.pending[owner] ?? 0))
    .map(([owner, count]) => `${owner}: ${count} pending`);
  const missing = Object.entries(now.missing)
    .filter(([owner, count]) => count > (baseline.missing[owner] ?? 0))
    .map(([owner, count]) => `${owner}: ${count} not ready`);
  return [...pending, ...missing].toSorted();
}

function readyReplicas(workload: Workload): number {
  const ready = workload.status?.["readyReplicas"];
  return typeof ready === "number" ? ready : 0;
}

function nameOf(object: KubeObject): OwnerName {
  return `${object.kind}/${object.metadata.namespace ?? "default"}/${object.metadata.name}`;
}
