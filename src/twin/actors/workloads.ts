import type { Json, PersistentVolumeClaim, Pod, PodTemplate, Workload } from "../../kube/objects.ts";
import type { Core } from "../world/core.ts";
import { condition, controllerOf, createPod, isActive, isReady, setStatus, withCondition } from "./pods.ts";
import { str } from "../store/objects.ts";

/** Pods by the uid of their controller. */
export type Owned = ReadonlyMap<string, readonly Pod[]>;

const hashLabel = "pod-template-hash";

/** Deployments own a ReplicaSet per version of their template and roll to the next within surge and unavailability of a quarter. */
export function reconcileDeployments(core: Core): void {
  const sets = core.api.peek("replicasets");
  for (const deployment of core.api.peek("deployments")) {
    if (deployment.metadata.deletionTimestamp !== undefined) continue;
    const own = sets.filter((set) => controllerOf(set)?.uid === deployment.metadata.uid);
    const hash = hashOf(deployment.spec.template);
    const current = own.find((set) => set.metadata.labels?.[hashLabel] === hash);
    if (current === undefined)
      createSet(core, deployment, { hash, replicas: own.length === 0 ? (deployment.spec.replicas ?? 1) : 0 });
    else roll(core, { deployment, current, old: own.filter((set) => set !== current) });
    setDeploymentStatus(core, deployment, own, current);
  }
}

function createSet(core: Core, deployment: Workload, made: { readonly hash: string; readonly replicas: number }): void {
  const { template, selector } = deployment.spec;
  const labels = { ...template.metadata?.labels, [hashLabel]: made.hash };
  const { uid = "" } = deployment.metadata;
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name, uid, controller: true };
  const set: Workload = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${made.hash}`,
      namespace: deployment.metadata.namespace ?? "default",
      labels,
      ownerReferences: [owner],
    },
    spec: {
      replicas: made.replicas,
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [hashLabel]: made.hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: {},
  };
  core.api.create("deployment-controller", "replicasets", set);
}

function roll(
  core: Core,
  parts: { readonly deployment: Workload; readonly current: Workload; readonly old: readonly Workload[] },
): void {
  const wanted = parts.deployment.spec.replicas ?? 1;
  const replicas = (set: Workload): number => set.spec.replicas ?? 0;
  const available = (set: Workload): number => Number(set.status?.["availableReplicas"] ?? 0);
  const oldCount = parts.old.reduce((sum, set) => sum + replicas(set), 0);
  if (oldCount === 0) return scaleSet(core, parts.current, wanted);
  const surge = Math.ceil(wanted / 4);
  const next = Math.min(wanted, wanted + surge - oldCount);
  if (next > replicas(parts.current)) scaleSet(core, parts.current, next);
  const total = available(parts.current) + parts.old.reduce((sum, set) => sum + available(set), 0);
  let spare = Math.max(0, total - (wanted - Math.floor(wanted / 4)));
  for (const set of parts.old) {
    const less = Math.min(spare, replicas(set));
    if (less > 0) scaleSet(core, set, replicas(set) - less);
    spare -= less;
  }
}

function scaleSet(core: Core, set: Workload, replicas: number): void {
  if (set.spec.replicas === replicas) return;
  core.api.put("deployment-controller", "replicasets", { ...set, spec: { ...set.spec, replicas } });
}

function setDeploymentStatus(
  core: Core,
  deployment: Workload,
  own: readonly Workload[],
  current: Workload | undefined,
): void {
  const sum = (field: string): number => own.reduce((total, set) => total + Number(set.status?.[field] ?? 0), 0);
  const wanted = deployment.spec.replicas ?? 1;
  const ready = sum("readyReplicas");
  const isAvailable = ready >= wanted - Math.floor(wanted / 4);
  const conditions = withCondition(
    conditionsOf(deployment),
    condition(core, "Available", isAvailable, isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"),
  );
  setStatus(
    core,
    { workload: deployment, resource: "deployments", by: "deployment-controller" },
    {
      observedGeneration: deployment.metadata.generation ?? 1,
      replicas: sum("replicas"),
      updatedReplicas: Number(current?.status?.["replicas"] ?? 0),
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: Math.max(0, wanted - ready),
      conditions: conditions.map((one) => ({ ...one })),
    },
  );
}

function conditionsOf(workload: Workload): readonly {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly lastTransitionTime: string;
}[] {
  const conditions = workload.status?.["conditions"];
  // Written by `setDeploymentStatus` only.
  return Array.isArray(conditions) ? (conditions as ReturnType<typeof conditionsOf>) : [];
}

/** ReplicaSets keep their number of pods; too many go in Kubernetes' order: not bound, not ready, youngest first. */
export function reconcileReplicaSets(core: Core, owned: Owned): void {
  for (const set of core.api.peek("replicasets")) {
    const pods = owned.get(set.metadata.uid ?? "") ?? [];
    const active = pods.filter(isActive);
    const wanted = set.metadata.deletionTimestamp === undefined ? (set.spec.replicas ?? 1) : 0;
    for (let i = active.length; i < wanted; i++) {
      createPod(core, set, {
        name: `${set.metadata.name}-${core.random.suffix(5)}`,
        template: set.spec.template,
        by: "replicaset-controller",
      });
    }
    for (const pod of active.toSorted(leastWorthFirst).slice(0, Math.max(0, active.length - wanted))) {
      core.api.delete("replicaset-controller", {
        resource: "pods",
        name: pod.metadata.name,
        namespace: pod.metadata.namespace ?? "default",
      });
    }
    const ready = active.filter(isReady).length;
    const observedGeneration = set.metadata.generation ?? 1;
    setStatus(
      core,
      { workload: set, resource: "replicasets", by: "replicaset-controller" },
      {
        observedGeneration,
        replicas: Math.max(active.length, wanted),
        readyReplicas: ready,
        availableReplicas: ready,
      },
    );
  }
}

function leastWorthFirst(a: Pod, b: Pod): number {
  const worth = (pod: Pod): number => (pod.spec.nodeName === undefined ? 0 : isReady(pod) ? 2 : 1);
  const age = (pod: Pod): string => pod.metadata.creationTimestamp ?? "";
  return worth(a) - worth(b) || (age(a) > age(b) ? -1 : age(a) < age(b) ? 1 : 0);
}

/** StatefulSets make their pods in order, each when the one before is ready, with a volume claim for each of their templates. */
export function reconcileStatefulSets(core: Core, owned: Owned): void {
  for (const set of core.api.peek("statefulsets")) {
    const byName = new Map((owned.get(set.metadata.uid ?? "") ?? []).map((pod) => [pod.metadata.name, pod]));
    const wanted = set.metadata.deletionTimestamp === undefined ? (set.spec.replicas ?? 1) : 0;
    const namespace = set.metadata.namespace ?? "default";
    const isParallel = isParallelSet(set);
    for (let i = 0; i < wanted; i++) {
      const name = `${set.metadata.name}-${i}`;
      const pod = byName.get(name);
      if (pod === undefined) createOrdinal(core, set, i);
      else if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded")
        core.api.delete("statefulset-controller", { resource: "pods", name, namespace });
      if (!isParallel && (pod === undefined || !isReady(pod))) break;
    }
    for (const pod of byName.values()) {
      const ordinal = Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf("-") + 1));
      if (ordinal >= wanted)
        core.api.delete("statefulset-controller", { resource: "pods", name: pod.metadata.name, namespace });
    }
    const active = [...byName.values()].filter(isActive);
    const ready = active.filter(isReady).length;
    const observedGeneration = set.metadata.generation ?? 1;
    setStatus(
      core,
      { workload: set, resource: "statefulsets", by: "statefulset-controller" },
      {
        observedGeneration,
        replicas: active.length,
        readyReplicas: ready,
        availableReplicas: ready,
        currentReplicas: active.length,
        updatedReplicas: active.length,
      },
    );
  }
}

function isParallelSet(set: Workload): boolean {
  return "podManagementPolicy" in set.spec && set.spec.podManagementPolicy === "Parallel";
}

function createOrdinal(core: Core, set: Workload, ordinal: number): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const namespace = set.metadata.namespace ?? "default";
  const volumes = (set.spec.volumeClaimTemplates ?? []).map((claim) => {
    const claimName = `${claim.metadata.name ?? "data"}-${name}`;
    if (core.api.find("persistentvolumeclaims", claimName, namespace) === undefined) {
      const made: PersistentVolumeClaim = {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: claimName, namespace, labels: { ...set.spec.selector?.matchLabels } },
        spec: claim.spec,
        status: { phase: "Pending" },
      };
      core.api.create("statefulset-controller", "persistentvolumeclaims", made);
    }
    return { name: claim.metadata.name ?? "data", persistentVolumeClaim: { claimName } };
  });
  const labels = { "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": str(ordinal) };
  const spec = volumes.length === 0 ? {} : { volumes: [...(set.spec.template.spec.volumes ?? []), ...volumes] };
  createPod(core, set, { name, template: set.spec.template, labels, spec, by: "statefulset-controller" });
}

/** Jobs with one completion: their pod is made again when it was taken away before it ended. */
export function reconcileJobs(core: Core, owned: Owned): void {
  for (const job of core.api.peek("jobs")) {
    const pods = owned.get(job.metadata.uid ?? "") ?? [];
    const succeeded = pods.filter((pod) => pod.status?.phase === "Succeeded").length;
    const active = pods.filter(isActive);
    const isDone = succeeded > 0 || job.status?.["completionTime"] !== undefined;
    if (!isDone && active.length === 0 && job.metadata.deletionTimestamp === undefined) {
      createPod(core, job, {
        name: `${job.metadata.name}-${core.random.suffix(5)}`,
        template: job.spec.template,
        by: "job-controller",
        spec: { restartPolicy: job.spec.template.spec.restartPolicy ?? "Never" },
      });
    }
    const done: Readonly<Record<string, Json>> =
      isDone && job.status?.["completionTime"] === undefined
        ? {
            completionTime: new Date(core.nowMs()).toISOString(),
            conditions: [{ ...condition(core, "Complete", true, "CompletionsReached") }],
          }
        : {};
    setStatus(
      core,
      { workload: job, resource: "jobs", by: "job-controller" },
      {
        active: active.length,
        succeeded: isDone ? 1 : 0,
        ready: active.filter(isReady).length,
        ...done,
      },
    );
  }
}

/** The label value that tells one version of a template from another. */
function hashOf(template: PodTemplate): string {
  const text = JSON.stringify(template);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  let out = "";
  for (let rest = hash >>> 0; out.length < 9; rest = Math.floor(rest / 2) + out.length * 7919)
    out += alphabet[rest % alphabet.length];
  return out;
}
