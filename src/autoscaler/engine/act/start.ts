// Mirrors core/scaledown/actuation/actuator.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import { nameOf } from "../../../kube/pod.ts";
import type { Deleting, ScaleDownResult } from "../decision.ts";
import { crop, type Bucket } from "../down/crop.ts";
import type { ToDelete } from "../down/removable.ts";
import type { LoopState } from "../loop-state.ts";
import type { Deletion } from "../memory.ts";
import { isDaemonSetPod, isMirror } from "../pods/classify.ts";
import type { Room } from "../room/room.ts";
import { utilizationOf } from "../down/utilization.ts";
import { cleanToBeDeleted, markToBeDeleted } from "./node-taints.ts";

const delayPrefix = "delay-deletion.cluster-autoscaler.kubernetes.io/";

/** Whether an annotation of the node asks for a delay of its deletion. */
export function asksForDelay(node: Node): boolean {
  return Object.keys(node.metadata.annotations ?? {}).some((key) => key.startsWith(delayPrefix));
}

/** Begins deletions: what the budgets allow is tainted, empty nodes first; the rest of the way goes on between loops (actuator.go). */
export function startDeletion(
  loop: LoopState,
  room: Room,
  nodes: ToDelete,
): { readonly result: ScaleDownResult; readonly deleting: readonly Deleting[]; readonly error?: string } {
  loop.memory.failedGroups = [];
  const { empty, drain } = crop(loop, room, nodes);
  if (empty.length === 0 && drain.length === 0) return { result: "noNodeDeleted", deleting: [] };
  const deleting: Deleting[] = [];
  for (const [buckets, isDrain] of [
    [empty, false],
    [drain, true],
  ] as const) {
    if (buckets.length === 0) continue;
    if (!taintAll(loop, buckets)) return { result: "error", deleting, error: "apiCallError" };
    deleting.push(...begin(loop, room, { buckets, isDrain }));
  }
  return { result: "nodeDeleteStarted", deleting };
}

// One that fails undoes all.
function taintAll(loop: LoopState, buckets: readonly Bucket[]): boolean {
  const { calls, view, settings } = loop;
  const cordons = settings.of("cordon-node-before-terminating");
  const tainted: Node[] = [];
  const failed: { readonly node: Node; readonly message: string }[] = [];
  const warn = (node: Node, message: string): void => {
    const text = `failed to mark the node as toBeDeleted/unschedulable: ${message}`;
    calls.tellOf("Node", node.metadata.name, { reason: "ScaleDownFailed", type: "Warning", message: text });
  };
  for (const node of buckets.flatMap((bucket) => bucket.nodes)) {
    const answer = markToBeDeleted(calls, node, { nowMs: view.nowMs, cordons });
    if (answer.ok) {
      const message = "marked the node as toBeDeleted/unschedulable";
      calls.tellOf("Node", node.metadata.name, { reason: "ScaleDown", message });
      tainted.push(node);
    } else {
      warn(node, answer.message);
      failed.push({ node, message: answer.message });
    }
  }
  if (failed.length === 0) return true;
  for (const { node, message } of failed) warn(node, message);
  for (const node of tainted) cleanToBeDeleted(calls, marked(node, cordons), cordons);
  return false;
}

function marked(node: Node, cordons: boolean): Node {
  const taints = [...(node.spec?.taints ?? []), { key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }];
  return { ...node, spec: { ...node.spec, taints, ...(cordons ? { unschedulable: true } : {}) } };
}

function begin(
  loop: LoopState,
  room: Room,
  of: { readonly buckets: readonly Bucket[]; readonly isDrain: boolean },
): readonly Deleting[] {
  const { calls, memory, view, settings } = loop;
  const dueMs = view.nowMs + settings.of("node-delete-delay-after-taint");
  const begun: Deletion[] = [];
  const deleting: Deleting[] = [];
  for (const { group, nodes, batch } of of.buckets) {
    for (const node of nodes) {
      const { name } = node.metadata;
      const evicts = of.isDrain ? evictedFrom(room, name) : [];
      if (of.isDrain) {
        const used = usedShare(loop, room, name);
        const text = `Scale-down: removing node ${name}, utilization: ${used}, pods to reschedule: ${evicts.map(shortName).join(",")}`;
        calls.tell("ScaleDown", text);
      } else calls.tell("ScaleDownEmpty", `Scale-down: removing empty node "${name}"`);
      begun.push({
        node: name,
        instance: node.spec?.providerID ?? "",
        group: group.name,
        isDrain: of.isDrain,
        batch,
        isDelayed: asksForDelay(node),
        stage: { at: "tainted", dueMs },
      });
      deleting.push({ node: name, group: group.name, kind: of.isDrain ? "drain" : "empty", evicts: evicts.toSorted() });
    }
  }
  memory.deletions = [...memory.deletions, ...begun];
  return deleting;
}

// As the simulation has them: a pod that waits and fits here is among them.
function evictedFrom(room: Room, node: string): readonly string[] {
  const pods = (room.node(node)?.pods ?? []).map(({ pod }) => pod);
  return pods.filter((pod) => !isMirror(pod) && !isDaemonSetPod(pod)).map(nameOf);
}

function shortName(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

function usedShare({ settings, view }: LoopState, room: Room, name: string): string {
  const node = room.node(name);
  if (node === undefined) return "unknown";
  const ignoresDaemonSets = settings.of("ignore-daemonsets-utilization");
  return String(utilizationOf(node, { settings, nowMs: view.nowMs, ignoresDaemonSets })?.utilization ?? "unknown");
}
