import { SchedulerCluster } from "../../kube-scheduler/cluster/cluster.ts";
import { decide } from "../../kube-scheduler/cycle/decide.ts";
import { nobodyNominated } from "../../kube-scheduler/cycle/find-nodes.ts";
import { failureMessage } from "../../kube-scheduler/cycle/message.ts";
import { Framework } from "../../kube-scheduler/framework.ts";
import type { Pod } from "../../kube/objects.ts";
import { isActive, isPending } from "../../kube/pod.ts";
import { type Core, recordEvent, timestamp } from "../world/core.ts";
import { withCondition } from "./pods.ts";
import { bindClaims } from "./volumes.ts";

const by = "default-scheduler";

/** kube-scheduler: binds what fits, highest priority and oldest first, and marks the rest unschedulable. */
export function schedulePods(core: Core): void {
  const pods = core.api.peek("pods");
  const waiting = pods.filter((pod) => isPending(pod) && (pod.spec.schedulerName ?? by) === by);
  if (waiting.length === 0) return;
  const cluster = clusterOf(core);
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
        bind(core, pod, decision.node.name);
        break;
      case "none":
        markUnschedulable(core, pod, failureMessage(decision.diagnosis, ""));
        break;
      case "no-nodes":
        markUnschedulable(core, pod, "no nodes available to schedule pods");
        break;
      default:
        markUnschedulable(core, pod, decision.error.message);
    }
  }
}

function clusterOf({ api }: Core): SchedulerCluster {
  const nodes = api.peek("nodes").toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const pods = api
    .peek("pods")
    .filter(
      (pod) => pod.spec.nodeName !== undefined && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed",
    );
  return new SchedulerCluster({
    nodes,
    pods,
    facts: {
      namespaces: api.peek("namespaces"),
      services: api.peek("services"),
      replicasets: api.peek("replicasets"),
      statefulsets: api.peek("statefulsets"),
      persistentvolumes: api.peek("persistentvolumes"),
      persistentvolumeclaims: api.peek("persistentvolumeclaims"),
      storageclasses: api.peek("storageclasses"),
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

function bind(core: Core, pod: Pod, nodeName: string): void {
  const time = timestamp(core);
  const conditions = withCondition(pod.status?.conditions, {
    type: "PodScheduled",
    status: "True",
    lastTransitionTime: time,
  });
  core.api.put(by, "pods", {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, phase: "Pending", conditions },
  } as Pod);
  const zone = core.api.find("nodes", nodeName)?.metadata.labels?.["topology.kubernetes.io/zone"] ?? "";
  bindClaims(core, pod, zone);
  const name = `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`;
  recordEvent(core, pod, { reason: "Scheduled", message: `Successfully assigned ${name} to ${nodeName}`, from: by });
}

function markUnschedulable(core: Core, pod: Pod, message: string): void {
  const known = pod.status?.conditions?.find((one) => one.type === "PodScheduled");
  if (known?.status === "False" && known.message === message) return;
  const next = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message,
    lastTransitionTime: timestamp(core),
  };
  core.api.put(by, "pods", {
    ...pod,
    status: { ...pod.status, phase: "Pending", conditions: withCondition(pod.status?.conditions, next) },
  } as Pod);
  recordEvent(core, pod, { type: "Warning", reason: "FailedScheduling", message, from: by });
}
