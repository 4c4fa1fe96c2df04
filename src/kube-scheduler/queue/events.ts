// Mirrors framework/events.go of kube-scheduler 1.35.
import type { Labels, Node, Pod } from "../../kube/objects.ts";
import { podRequests } from "../../kube/pod-requests.ts";
import { parseResources } from "../../kube/resource-list.ts";
import type { FactKind, FactTypes } from "../cluster/facts.ts";

/** What happened to an object (`fwk.ActionType`); `Update` is a change of which nothing more is known. */
export type Action =
  | "Add"
  | "Delete"
  | "Update"
  | "UpdateNodeAllocatable"
  | "UpdateNodeLabel"
  | "UpdateNodeTaint"
  | "UpdateNodeCondition"
  | "UpdateNodeAnnotation"
  | "UpdatePodLabel"
  | "UpdatePodScaleDown"
  | "UpdatePodToleration"
  | "UpdatePodSchedulingGatesEliminated";

/** What happened to a pod; `before` is absent when it is new, `after` when it is gone. */
export interface PodEvent {
  readonly resource: "Pod";
  readonly action: Action;
  readonly before: Pod | undefined;
  readonly after: Pod | undefined;
}

/** The same of a node. */
export interface NodeEvent {
  readonly resource: "Node";
  readonly action: Action;
  readonly before: Node | undefined;
  readonly after: Node | undefined;
}

/** The same of something that is looked up. */
export interface FactEvent<K extends FactKind> {
  readonly resource: K;
  readonly action: Action;
  readonly before: FactTypes[K] | undefined;
  readonly after: FactTypes[K] | undefined;
}

/** A change in the cluster that may make a waiting pod schedulable (`fwk.ClusterEvent` with its objects). */
export type ClusterEvent =
  | PodEvent
  | NodeEvent
  | FactEvent<FactKind>
  /** Concerns every pod, whatever refused it. */
  | { readonly resource: "*"; readonly action: "Update" };

/** What of a pod's change schedulers care for (framework/events.go, `PodSchedulingPropertiesChange`). */
export function podChanges(before: Pod, after: Pod): readonly Action[] {
  const actions: Action[] = [];
  if (!areSameLabels(before.metadata.labels, after.metadata.labels)) actions.push("UpdatePodLabel");
  if (isScaledDown(before, after)) actions.push("UpdatePodScaleDown");
  if (gatesOf(after) === 0 && gatesOf(before) !== 0) actions.push("UpdatePodSchedulingGatesEliminated");
  if ((before.spec.tolerations ?? []).length !== (after.spec.tolerations ?? []).length)
    actions.push("UpdatePodToleration");
  return actions.length === 0 ? ["Update"] : actions;
}

/** What of a node's change schedulers care for; nothing when the list is empty (`NodeSchedulingPropertiesChange`). */
export function nodeChanges(before: Node, after: Node): readonly Action[] {
  const actions: Action[] = [];
  if (before.spec?.unschedulable === true && after.spec?.unschedulable !== true) actions.push("UpdateNodeTaint");
  if (!areSameAmounts(before, after)) actions.push("UpdateNodeAllocatable");
  if (!areSameLabels(before.metadata.labels, after.metadata.labels)) actions.push("UpdateNodeLabel");
  if (!areSameTaints(before, after)) actions.push("UpdateNodeTaint");
  if (!areSameLabels(conditionsOf(before), conditionsOf(after))) actions.push("UpdateNodeCondition");
  if (!areSameLabels(before.metadata.annotations, after.metadata.annotations)) actions.push("UpdateNodeAnnotation");
  return actions;
}

/** Equal maps; absent is empty. */
function areSameLabels(a: Labels = {}, b: Labels = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** The same taints in the same order, times of addition included. */
export function areSameTaints(a: Node, b: Node): boolean {
  const [mine, theirs] = [a.spec?.taints ?? [], b.spec?.taints ?? []];
  return (
    mine.length === theirs.length &&
    mine.every((taint, at) => areSameLabels(texts(taint), texts(theirs[at] ?? { key: "", effect: "" })))
  );
}

function texts(taint: object): Labels {
  return Object.fromEntries(Object.entries(taint).map(([key, value]) => [key, String(value)]));
}

function gatesOf(pod: Pod): number {
  return (pod.spec.schedulingGates ?? []).length;
}

function conditionsOf(node: Node): Labels {
  return Object.fromEntries((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));
}

function areSameAmounts(a: Node, b: Node): boolean {
  if (a.status?.allocatable === b.status?.allocatable) return true;
  const [mine, theirs] = [parseResources(a.status?.allocatable), parseResources(b.status?.allocatable)];
  if (!mine.ok || !theirs.ok) return mine.ok === theirs.ok;
  return (
    mine.value.size === theirs.value.size &&
    [...mine.value].every(([name, amount]) => theirs.value.get(name) === amount)
  );
}

// Compared in thousandths, rounded up, as MilliValue has it.
function isScaledDown(before: Pod, after: Pod): boolean {
  if (before.spec === after.spec && before.status?.containerStatuses === after.status?.containerStatuses) return false;
  const [had, has] = [podRequests(before, { status: "of-running" }), podRequests(after, { status: "of-running" })];
  if (!had.ok || !has.ok) return false;
  for (const [name, amount] of had.value) {
    const now = has.value.get(name);
    if (now === undefined || milli(amount) > milli(now)) return true;
  }
  return false;
}

function milli(amount: bigint): bigint {
  return (amount + 999_999n) / 1_000_000n;
}
