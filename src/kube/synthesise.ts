import type { PersistentVolumeClaim, Pod, PodSpec, Workload } from "./objects.ts";
import { synthesisedAnnotation } from "./pod.ts";
import { withLimitsAsRequests } from "./pod-requests.ts";
import type { ClusterObjects } from "./resources.ts";

/** Pods imagined from templates, and the claims that their StatefulSets would have made for them. */
export interface Synthesised {
  readonly pods: readonly Pod[];
  readonly claims: readonly PersistentVolumeClaim[];
  /** How many workloads had a template to imagine from. */
  readonly workloads: number;
}

/**
 * The pods that controllers would make from manifests that were never applied: pending, so that a scheduler has something to place.
 * DaemonSets are left out, because their pods come with nodes.
 */
export function synthesisePods(objects: ClusterObjects): Synthesised {
  const pods: Pod[] = [];
  const claims: PersistentVolumeClaim[] = [];
  const priorities = new Map((objects.priorityclasses ?? []).map((one) => [one.metadata.name, one.value]));
  const own = (objects.replicasets ?? []).filter((one) => (one.metadata.ownerReferences ?? []).length === 0);
  const simple = [...(objects.deployments ?? []), ...own, ...(objects.replicationcontrollers ?? [])];
  const jobs = (objects.jobs ?? []).filter((one) => (one.metadata.ownerReferences ?? []).length === 0);
  for (const workload of [...simple, ...jobs]) {
    for (let i = 0; i < replicasOf(workload); i += 1) pods.push(podOf(workload, { index: i, priorities }));
  }
  for (const set of objects.statefulsets ?? []) {
    for (let i = 0; i < replicasOf(set); i += 1) {
      pods.push(podOf(set, { index: i, priorities }));
      claims.push(...claimsOf(set, i));
    }
  }
  return { pods, claims, workloads: simple.length + jobs.length + (objects.statefulsets ?? []).length };
}

/** A workload asking for more than this is a typing mistake; the gap that names the synthesis names it too. */
const maxReplicas = 50_000;

function replicasOf(workload: Workload): number {
  const spec: Workload["spec"] & { readonly parallelism?: unknown; readonly completions?: unknown } = workload.spec;
  const wanted = workload.kind === "Job" ? (spec.parallelism ?? 1) : (spec.replicas ?? 1);
  return typeof wanted === "number" ? Math.min(Math.max(0, Math.trunc(wanted)), maxReplicas) : 1;
}

function podOf(
  workload: Workload,
  of: { readonly index: number; readonly priorities: ReadonlyMap<string, number> },
): Pod {
  const { template } = workload.spec;
  const { namespace, name, uid } = workload.metadata;
  const podName = `${name}-${of.index}`;
  const priority = of.priorities.get(template.spec.priorityClassName ?? "");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: podName,
      ...(namespace === undefined ? {} : { namespace }),
      labels: template.metadata?.labels ?? {},
      annotations: { ...template.metadata?.annotations, [synthesisedAnnotation]: `${workload.kind}/${name}` },
      ownerReferences: [
        {
          apiVersion: workload.apiVersion,
          kind: workload.kind,
          name,
          controller: true,
          ...(uid === undefined ? {} : { uid }),
        },
      ],
    },
    spec: {
      ...defaulted(template.spec),
      volumes: volumesOf(workload, podName),
      ...(priority === undefined ? {} : { priority }),
    },
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    },
  };
}

function defaulted(spec: PodSpec): PodSpec {
  return {
    ...spec,
    containers: spec.containers.map(withLimitsAsRequests),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withLimitsAsRequests) }),
  };
}

function volumesOf(workload: Workload, podName: string): PodSpec["volumes"] & object {
  const templates = workload.spec.volumeClaimTemplates ?? [];
  const named = new Set(templates.map((one) => one.metadata.name));
  return [
    ...(workload.spec.template.spec.volumes ?? []).filter((volume) => !named.has(volume.name)),
    ...templates.map((one) => ({
      name: one.metadata.name ?? "",
      persistentVolumeClaim: { claimName: `${one.metadata.name ?? ""}-${podName}` },
    })),
  ];
}

function claimsOf(set: Workload, index: number): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((one) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: `${one.metadata.name ?? ""}-${set.metadata.name}-${index}`,
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      annotations: { [synthesisedAnnotation]: `StatefulSet/${set.metadata.name}` },
    },
    spec: one.spec,
    status: { phase: "Pending" },
  }));
}
