import { numberAt, textAt } from "../../../kube/json.ts";
import type { Pod, PodTemplate, Workload } from "../../../kube/objects.ts";
import { controllerOf, isActive, isReady } from "../../../kube/pod.ts";
import { availability } from "../../kubernetes/available.ts";
import { putStatus } from "../../kubernetes/put-status.ts";
import { revisionLabel, revisionOf } from "../../kubernetes/revision.ts";
import { indexes } from "../../store/indexes.ts";
import { asStored } from "../../store/objects.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { createOrdinal, ordinalOf } from "./ordinal.ts";

/** Former templates by the uid of their set, which a real controller keeps in ControllerRevisions. */
interface Memory {
  readonly current: Record<string, PodTemplate>;
}

/** StatefulSets make, replace and remove their pods one after the other, each with its volume claims. */
export const statefulSets: Actor<Memory> = {
  name: "statefulset",
  start: () => ({ current: {} }),
  watches: [
    watch("statefulsets"),
    watch("pods", ({ before, after }) => {
      const pod = after ?? before;
      const owner = pod === undefined ? undefined : controllerOf(pod);
      return owner?.kind === "StatefulSet" ? [`${pod?.metadata.namespace ?? "default"}/${owner.name}`] : [];
    }),
  ],
  look: (key, here) => {
    const set = here.store.at("statefulsets", key);
    if (set === undefined) return;
    const versions = versionsOf(here, set);
    if (set.metadata.deletionTimestamp === undefined) reconcile(here, set, versions);
    writeStatus(here, set, versions);
  },
};

interface Versions {
  readonly update: string;
  readonly current: string;
  readonly template: (revision: string) => PodTemplate;
}

function versionsOf(here: Here<Memory>, set: Workload): Versions {
  const update = revisionOf(set.spec.template);
  const current = textAt(set.status, "currentRevision") ?? update;
  const uid = set.metadata.uid ?? "";
  const former = here.memory.current[uid];
  if (former === undefined || current === update) here.memory.current[uid] = set.spec.template;
  return {
    update,
    current,
    template: (revision) => (revision === update ? set.spec.template : (former ?? set.spec.template)),
  };
}

function reconcile(here: Here<Memory>, set: Workload, versions: Versions): void {
  const start = numberAt(asStored(set), "spec", "ordinals", "start") ?? 0;
  const wanted = set.spec.replicas ?? 1;
  const isParallel = textAt(asStored(set), "spec", "podManagementPolicy") === "Parallel";
  const byOrdinal = podsByOrdinal(here, set);
  for (let ordinal = start; ordinal < start + wanted; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      const revision = ordinal < partitionOf(set) ? versions.current : versions.update;
      createOrdinal(here, set, { ordinal, revision, template: versions.template(revision) });
    } else if (!isActive(pod) && pod.metadata.deletionTimestamp === undefined) here.delete("pods", pod);
    if (!isParallel && (pod === undefined || !isHealthy(pod))) return;
  }
  const surplus = [...byOrdinal].filter(([ordinal]) => ordinal < start || ordinal >= start + wanted);
  for (const [, pod] of surplus.toSorted(([a], [b]) => b - a)) {
    if (pod.metadata.deletionTimestamp === undefined) here.delete("pods", pod);
    if (!isParallel) return;
  }
  if (surplus.length === 0) update(here, set, { versions, byOrdinal });
}

/** Replaces the highest pod of a former version; the next one only when all above it are healthy (`stateful_set_control.go`). */
function update(
  here: Here<Memory>,
  set: Workload,
  of: { readonly versions: Versions; readonly byOrdinal: ReadonlyMap<number, Pod> },
): void {
  if (textAt(set.spec.updateStrategy, "type") === "OnDelete") return;
  const most = Math.max(1, numberAt(set.spec.updateStrategy, "rollingUpdate", "maxUnavailable") ?? 1);
  let unavailable = 0;
  for (const [ordinal, pod] of [...of.byOrdinal].toSorted(([a], [b]) => b - a)) {
    if (ordinal < partitionOf(set)) return;
    if (pod.metadata.labels?.[revisionLabel] !== of.versions.update && pod.metadata.deletionTimestamp === undefined) {
      here.delete("pods", pod);
      unavailable += 1;
    } else if (!isHealthy(pod)) unavailable += 1;
    if (unavailable >= most) return;
  }
}

function podsByOrdinal(here: Here<Memory>, set: Workload): ReadonlyMap<number, Pod> {
  const pods = here.store.by(indexes.pods.byOwner, set.metadata.uid ?? "");
  return new Map(pods.map((pod) => [ordinalOf(pod), pod]));
}

function partitionOf(set: Workload): number {
  return numberAt(set.spec.updateStrategy, "rollingUpdate", "partition") ?? 0;
}

function isHealthy(pod: Pod): boolean {
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

function writeStatus(here: Here<Memory>, set: Workload, versions: Versions): void {
  const pods = here.store.by(indexes.pods.byOwner, set.metadata.uid ?? "").filter(isActive);
  const isOf = (revision: string) => (pod: Pod) => pod.metadata.labels?.[revisionLabel] === revision;
  const { available, nextMs } = availability(set, pods, here.nowMs);
  const key = `${set.metadata.namespace ?? "default"}/${set.metadata.name}`;
  if (nextMs !== undefined) here.lookAgain(key, nextMs - here.nowMs);
  const updated = pods.filter(isOf(versions.update)).length;
  const ready = pods.filter(isReady).length;
  const isDone = partitionOf(set) === 0 && updated === (set.spec.replicas ?? 1) && ready === updated;
  const current = isDone ? versions.update : versions.current;
  if (isDone) here.memory.current[set.metadata.uid ?? ""] = set.spec.template;
  putStatus(here, "statefulsets", set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: available,
    currentRevision: current,
    updateRevision: versions.update,
    currentReplicas: pods.filter(isOf(current)).length,
    updatedReplicas: updated,
  });
}
