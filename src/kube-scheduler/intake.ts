// Mirrors eventhandlers.go of kube-scheduler 1.35.
import type { Node, Pod } from "../kube/objects.ts";
import { isBound, isTerminal, isTerminating, nameOf } from "../kube/pod.ts";
import type { FactKind, FactTypes } from "./cluster/facts.ts";
import type { SchedulerMemory } from "./memory.ts";
import type { PodInfo } from "./pods/registry.ts";
import { type FactEvent, nodeChanges, podChanges } from "./queue/events.ts";

/** A node is new, or has changed (eventhandlers.go). */
export function takeNode({ cluster, order, queue }: SchedulerMemory, node: Node, nowMs: number): void {
  const before = cluster.node(node.metadata.name)?.node;
  cluster.putNode(node);
  order.put(node);
  const actions = before === undefined ? (["Add"] as const) : nodeChanges(before, node);
  for (const action of actions) queue.move({ resource: "Node", action, before, after: node }, nowMs);
}

/** A node is gone; whether there was one. */
export function dropNode({ cluster, order, queue }: SchedulerMemory, name: string, nowMs: number): boolean {
  const before = cluster.node(name)?.node;
  if (before === undefined) return false;
  queue.move({ resource: "Node", action: "Delete", before, after: undefined }, nowMs);
  cluster.removeNode(name);
  order.delete(name);
  return true;
}

/** A pod is new, or has changed. One that has ended is gone. */
export function takePod(memory: SchedulerMemory, pod: Pod, nowMs: number): void {
  const name = nameOf(pod);
  if (isTerminal(pod)) {
    dropPod(memory, name, nowMs);
    return;
  }
  const known = memory.pods.get(name);
  if (known === pod) return;
  // A watch that missed the end of one pod shows the next of that name as its change.
  const before = known !== undefined && known.metadata.uid !== pod.metadata.uid ? undefined : known;
  if (known !== before) dropPod(memory, name, nowMs);
  memory.pods.set(name, pod);
  const { cluster, queue } = memory;
  if (before !== undefined && isBound(before)) updateBound(memory, before, { pod, nowMs });
  else if (isBound(pod)) {
    addBound(memory, cluster.registry.infoOf(pod, before), nowMs);
    if (before !== undefined) queue.delete(name);
  } else if (memory.frameworkOf(pod) !== undefined) {
    if (before === undefined) queue.add(cluster.registry.infoOf(pod), nowMs);
    else updatePending(memory, before, { pod, nowMs });
  }
}

/** A pod is gone; whether there was one. */
export function dropPod(memory: SchedulerMemory, name: string, nowMs: number): boolean {
  const { pods, cluster, queue, assumed } = memory;
  const before = pods.get(name);
  if (before === undefined) return false;
  pods.delete(name);
  const gone = { resource: "Pod", action: "Delete", before, after: undefined } as const;
  if (isBound(before)) {
    cluster.removePodNamed(name, before.spec.nodeName ?? "");
    queue.move(gone, nowMs);
    return true;
  }
  queue.delete(name);
  memory.preempting.delete(name);
  if (assumed.has(name)) forget(memory, before, nowMs);
  else if ((before.status?.nominatedNodeName ?? "") !== "") queue.move(gone, nowMs, upTo(before));
  return true;
}

/** Something that is looked up is new, or has changed. */
export function takeFact<K extends FactKind>(
  { cluster, queue }: SchedulerMemory,
  kind: K,
  object: FactTypes[K],
  nowMs: number,
): void {
  const before = cluster.facts.get(kind, nameOf(object));
  cluster.putFact(kind, object);
  const event: FactEvent<K> = {
    resource: kind,
    action: before === undefined ? "Add" : "Update",
    before,
    after: object,
  };
  queue.move(event, nowMs);
}

/** Something that is looked up is gone; whether there was such a thing. */
export function dropFact<K extends FactKind>(memory: SchedulerMemory, kind: K, name: string, nowMs: number): boolean {
  const { cluster, queue } = memory;
  const before = cluster.facts.get(kind, name);
  if (before === undefined) return false;
  cluster.deleteFact(kind, name);
  const event: FactEvent<K> = { resource: kind, action: "Delete", before, after: undefined };
  queue.move(event, nowMs);
  return true;
}

/**
 * Takes an assumed pod back from its node, as if it had been deleted there: what it held may help others (`handleAssumedPodDeletion`,
 * `handleBindingCycleError`).
 */
export function forget({ cluster, queue, assumed }: SchedulerMemory, pod: Pod, nowMs: number): void {
  const name = nameOf(pod);
  const held = assumed.get(name);
  if (held === undefined) return;
  assumed.delete(name);
  cluster.removePodNamed(name, held.nodeName);
  const before: Pod = { ...pod, spec: { ...pod.spec, nodeName: held.nodeName } };
  queue.move({ resource: "Pod", action: "Delete", before, after: undefined }, nowMs);
}

interface Change {
  readonly pod: Pod;
  readonly nowMs: number;
}

function addBound({ cluster, queue, assumed }: SchedulerMemory, info: PodInfo, nowMs: number): void {
  const { name, pod } = info;
  const held = assumed.get(name);
  if (held === undefined) cluster.addInfo(info, pod.spec.nodeName ?? "");
  else {
    assumed.delete(name);
    cluster.replacePod(name, held.nodeName, info);
  }
  queue.move({ resource: "Pod", action: "Add", before: undefined, after: pod }, nowMs);
}

function updateBound({ cluster, queue }: SchedulerMemory, before: Pod, { pod, nowMs }: Change): void {
  cluster.replacePod(nameOf(before), before.spec.nodeName ?? "", cluster.registry.infoOf(pod, before));
  for (const action of podChanges(before, pod)) queue.move({ resource: "Pod", action, before, after: pod }, nowMs);
}

function updatePending(memory: SchedulerMemory, before: Pod, { pod, nowMs }: Change): void {
  const { cluster, queue, assumed } = memory;
  if (assumed.has(nameOf(pod))) {
    if (isTerminating(pod) && !isTerminating(before)) forget(memory, pod, nowMs);
    return;
  }
  queue.update(before, cluster.registry.infoOf(pod, before), nowMs);
  const nominated = before.status?.nominatedNodeName ?? "";
  if (nominated !== "" && nominated !== (pod.status?.nominatedNodeName ?? ""))
    queue.move({ resource: "Pod", action: "Delete", before, after: undefined }, nowMs, upTo(before));
}

// Only pods that are not more important treat a nominated pod as one that is there.
function upTo({ spec: { priority = 0 } }: Pod): (info: { readonly shape: { readonly priority: number } }) => boolean {
  return ({ shape }) => shape.priority <= priority;
}
