import type { Pod } from "../../kube/objects.ts";
import { isActive, isPending } from "../../kube/pod.ts";
import { indexVolumes } from "../../kube/volumes.ts";
import { Placer } from "../../simulation/placement.ts";
import { type Core, recordEvent, timestamp } from "../world/core.ts";
import { withCondition } from "./pods.ts";
import { bindClaims } from "./volumes.ts";

const by = "default-scheduler";

/** kube-scheduler: binds what fits, highest priority and oldest first, and marks the rest unschedulable. */
export function schedulePods(core: Core): void {
  const pods = core.api.peek("pods");
  const waiting = pods.filter((pod) => isPending(pod) && (pod.spec.schedulerName ?? by) === by);
  if (waiting.length === 0) return;
  const volumes = indexVolumes({
    persistentvolumeclaims: core.api.peek("persistentvolumeclaims"),
    persistentvolumes: core.api.peek("persistentvolumes"),
    storageclasses: core.api.peek("storageclasses"),
  });
  const bound = pods.filter(
    (pod) => pod.spec.nodeName !== undefined && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed",
  );
  const nodes = core.api.peek("nodes");
  const placer = new Placer({ nodes, bound, volumes });
  for (const pod of waiting.toSorted(inQueueOrder)) {
    if (!isActive(pod)) continue;
    const placement = placer.place(pod);
    if (placement.kind === "node") {
      placer.assume(pod, placement.node);
      bind(core, pod, placement.node);
    } else markUnschedulable(core, pod, messageOf(nodes.length, placement.reasons));
  }
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

// `0/12 nodes are available: 3 Insufficient cpu, 9 node(s) had untolerated taint {...}.`
function messageOf(nodes: number, reasons: ReadonlyMap<string, number>): string {
  const parts = [...reasons].map(([reason, count]) => `${count} ${reason}`).toSorted();
  return `0/${nodes} nodes are available: ${parts.length === 0 ? "no nodes" : parts.join(", ")}. preemption: not helpful for scheduling.`;
}
