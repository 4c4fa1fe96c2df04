import type { Pod, Workload } from "../../../kube/objects.ts";
import { controllerOf, isActive, isReady } from "../../../kube/pod.ts";
import { availability } from "../../kubernetes/available.ts";
import { podOf } from "../../kubernetes/make-pod.ts";
import { putStatus } from "../../kubernetes/put-status.ts";
import { indexes } from "../../store/indexes.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { deletionOrder } from "./deletion-order.ts";

/** Pods that one look may make or delete (kubernetes 1.35, `replica_set.go`). */
const burst = 500;

/** ReplicaSets keep their number of pods. */
export const replicaSets: Actor = {
  name: "replicaset",
  start: () => ({}),
  watches: [
    watch("replicasets"),
    watch("pods", ({ before, after }) => {
      const owner = controllerOf(after ?? before ?? nobody);
      const namespace = (after ?? before)?.metadata.namespace ?? "default";
      return owner?.kind === "ReplicaSet" ? [`${namespace}/${owner.name}`] : none;
    }),
  ],
  look: (key, here) => {
    const set = here.store.at("replicasets", key);
    if (set === undefined) return;
    const pods = here.store.by(indexes.pods.byOwner, set.metadata.uid ?? "").filter(isActive);
    if (set.metadata.deletionTimestamp === undefined) scale(here, set, pods);
    writeStatus(here, set);
  },
};

const none: readonly string[] = [];
const nobody: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "" }, spec: { containers: [] } };

function scale(here: Here, set: Workload, pods: readonly Pod[]): void {
  const missing = (set.spec.replicas ?? 1) - pods.length;
  for (let i = 0; i < Math.min(missing, burst); i++) {
    const name = `${set.metadata.name}-${here.dice.suffix(5)}`;
    here.create("pods", podOf(set, { name, template: set.spec.template }));
  }
  if (missing >= 0) return;
  const order = deletionOrder(pods, related(here, set), here.nowMs);
  for (const pod of order.slice(0, Math.min(-missing, burst))) here.delete("pods", pod);
  if (-missing > burst) here.lookAgain(`${set.metadata.namespace ?? "default"}/${set.metadata.name}`, 0);
}

/** Active pods of all ReplicaSets of the same owner: a node that has several of them loses one first. */
function related(here: Here, set: Workload): readonly Pod[] {
  const owner = controllerOf(set)?.uid;
  const sets = owner === undefined ? [set] : here.store.by(indexes.replicasets.byOwner, owner);
  return sets.flatMap((one) => here.store.by(indexes.pods.byOwner, one.metadata.uid ?? "").filter(isActive));
}

function writeStatus(here: Here, set: Workload): void {
  const pods = here.store.by(indexes.pods.byOwner, set.metadata.uid ?? "").filter(isActive);
  const { available, nextMs } = availability(set, pods, here.nowMs);
  if (nextMs !== undefined)
    here.lookAgain(`${set.metadata.namespace ?? "default"}/${set.metadata.name}`, nextMs - here.nowMs);
  putStatus(here, "replicasets", set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: available,
  });
}
