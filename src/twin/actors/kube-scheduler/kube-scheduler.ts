import { SchedulerCluster } from "../../../kube-scheduler/cluster/cluster.ts";
import { decide } from "../../../kube-scheduler/cycle/decide.ts";
import { nobodyNominated } from "../../../kube-scheduler/cycle/find-nodes.ts";
import { failureMessage } from "../../../kube-scheduler/cycle/message.ts";
import { Framework } from "../../../kube-scheduler/framework.ts";
import type { Pod } from "../../../kube/objects.ts";
import { isActive, isPending } from "../../../kube/pod.ts";
import { withCondition } from "../../kubernetes/conditions.ts";
import { indexes } from "../../store/indexes.ts";
import type { Store } from "../../store/store.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";

const by = "default-scheduler";

/** kube-scheduler: binds what fits, highest priority and oldest first, and marks the rest unschedulable. */
export const kubeScheduler: Actor = {
  name: "kube-scheduler",
  start: () => ({}),
  watches: [
    watch("pods", ({ before, after }) => (before?.spec === after?.spec && after !== undefined ? [] : ["pods"])),
    watch("nodes", ({ before, after }) =>
      before !== undefined &&
      after !== undefined &&
      before.spec === after.spec &&
      before.metadata.labels === after.metadata.labels
        ? []
        : ["nodes"],
    ),
    watch("persistentvolumeclaims", () => ["volumes"]),
    watch("persistentvolumes", () => ["volumes"]),
  ],
  settle: schedulePods,
};

function schedulePods(here: Here): void {
  const pods = here.store.by(indexes.pods.waiting, "");
  const waiting = pods.filter((pod) => isPending(pod) && (pod.spec.schedulerName ?? by) === by);
  if (waiting.length === 0) return;
  const cluster = clusterOf(here.store);
  const framework = new Framework({ cluster });
  for (const pod of waiting.toSorted(inQueueOrder)) {
    if (!isActive(pod)) continue;
    const decision = decide(framework, cluster.registry.infoOf(pod), {
      nodes: cluster.nodes,
      startAt: 0,
      percentage: 100,
      nominatedTo: nobodyNominated,
      first: undefined,
    });
    switch (decision.kind) {
      case "node":
        cluster.addPod(pod, decision.node.name);
        bind(here, pod, decision.node.name);
        break;
      case "none":
        markUnschedulable(here, pod, failureMessage(decision.diagnosis, ""));
        break;
      case "no-nodes":
        markUnschedulable(here, pod, "no nodes available to schedule pods");
        break;
      default:
        markUnschedulable(here, pod, decision.error.message);
    }
  }
}

function clusterOf(store: Store): SchedulerCluster {
  const nodes = store.all("nodes").toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const pods = store
    .all("pods")
    .filter(
      (pod) => pod.spec.nodeName !== undefined && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed",
    );
  return new SchedulerCluster({
    nodes,
    pods,
    facts: {
      namespaces: store.all("namespaces"),
      services: store.all("services"),
      replicasets: store.all("replicasets"),
      statefulsets: store.all("statefulsets"),
      persistentvolumes: store.all("persistentvolumes"),
      persistentvolumeclaims: store.all("persistentvolumeclaims"),
      storageclasses: store.all("storageclasses"),
    },
  });
}

function inQueueOrder(a: Pod, b: Pod): number {
  const created = (pod: Pod): string => pod.metadata.creationTimestamp ?? "";
  return (
    (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
    compare(created(a), created(b)) ||
    compare(a.metadata.name, b.metadata.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function bind(here: Here, pod: Pod, nodeName: string): void {
  const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: here.timestamp };
  here.put("pods", {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, phase: "Pending", conditions: withCondition(pod.status?.conditions, scheduled) },
  });
  const name = `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`;
  here.tell(pod, { reason: "Scheduled", message: `Successfully assigned ${name} to ${nodeName}`, from: by });
}

function markUnschedulable(here: Here, pod: Pod, message: string): void {
  const known = pod.status?.conditions?.find((one) => one.type === "PodScheduled");
  if (known?.status === "False" && known.message === message) return;
  const next = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message,
    lastTransitionTime: here.timestamp,
  };
  here.put("pods", {
    ...pod,
    status: { ...pod.status, phase: "Pending", conditions: withCondition(pod.status?.conditions, next) },
  });
  here.tell(pod, { type: "Warning", reason: "FailedScheduling", message, from: by });
}
