// Mirrors pkg/controllers/provisioning/scheduling/existingnode.go of karpenter v1.14.1.
import { hostPortsOf } from "../../kube/host-ports.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { isOwnedByDaemonSet } from "../../karpenter/pod-predicates.ts";
import { agree, intersection, requirementIn } from "../../karpenter/requirement.ts";
import { requirementConflict, fromLabels, type Requirements } from "../../karpenter/requirements.ts";
import { toleratesAll } from "../../karpenter/taints.ts";
import type { Amount, ColumnAmounts, AmountTable } from "../amounts.ts";
import { type DaemonPod, requestsOfAll } from "../pods/daemons.ts";
import { namespacedName } from "../namespaced-name.ts";
import type { PodRecord } from "../pods/pod-record.ts";
import type { ShapeTable } from "../pods/pod-shape.ts";
import { PortUsage } from "./port-usage.ts";
import { type RequirementTable, type RequirementSet, splitHostname } from "../types/requirement-table.ts";
import type { StateNode } from "../state-node.ts";
import type { Topology } from "../topology/topology.ts";
import type { PlacementAttempt } from "./attempt.ts";
import type { Place } from "../topology/topology-filter.ts";
import { VolumeUsage } from "./volume-usage.ts";
import { type MountedClaims, mountedClaims, type Storage } from "../volumes.ts";

/** A node that is there, as every pass finds it. */
export interface NodeBase {
  readonly state: StateNode;
  /** Amounts that pods can still have, by column. */
  readonly free: readonly Amount[];
  /** Some resource is overdrawn: nothing fits any more. */
  readonly isOverdrawn: boolean;
  readonly ports: PortUsage;
  readonly volumes: VolumeUsage;
  readonly place: Place;
}

/** A node that is there, as one pass fills it (Karpenter's `existingnode.go`). Until it takes a pod it shares what every pass finds. */
export interface ExistingNode {
  readonly state: StateNode;
  readonly isOverdrawn: boolean;
  /** Consolidation still waits for this node: pods that are at home elsewhere are not moved here. */
  readonly isUnderConsolidateAfter: boolean;
  pods: readonly PodRecord[];
  free: readonly Amount[];
  ports: PortUsage;
  volumes: VolumeUsage;
  place: Place;
}

/** Why an existing node does not take a pod. */
export type NodeRefusal =
  | "consolidateAfter"
  | "taints"
  | "volumes"
  | "ports"
  | "resources"
  | "requirements"
  | "volume-place"
  | "topology";

/** What a node is read with. */
export interface NodeContext {
  readonly table: AmountTable;
  readonly sets: RequirementTable;
  readonly shapes: ShapeTable;
  readonly daemons: readonly DaemonPod[];
  readonly storage: Storage;
  readonly volumeLimits: (node: StateNode) => ReadonlyMap<string, number>;
}

const nobody: readonly PodRecord[] = [];

/** A node at the beginning of a pass. */
export function existingNode(base: NodeBase, isUnderConsolidateAfter: boolean): ExistingNode {
  const { state, isOverdrawn, free, ports, volumes, place } = base;
  return { state, isOverdrawn, isUnderConsolidateAfter, pods: nobody, free, ports, volumes, place };
}

/** Reads a node once for all passes. */
export function baseNode(state: StateNode, context: NodeContext): NodeBase {
  const { sets, storage } = context;
  const requirements = fromLabels(state.labels, sets.family);
  const { free, isOverdrawn } = freeAmounts(state, requirements, context);
  const volumes = new VolumeUsage(context.volumeLimits(state));
  const ports = new PortUsage();
  for (const pod of state.pods) {
    ports.add(namespacedName(pod), hostPortsOf(pod));
    const mounted = mountedClaims(pod, storage);
    if (mounted instanceof Map) volumes.add(mounted);
  }
  return { state, free, isOverdrawn, ports, volumes, place: placeOf(state, requirements, sets) };
}

function placeOf(
  state: StateNode,
  requirements: Map<string, ReturnType<typeof requirementIn>>,
  sets: RequirementTable,
): Place {
  const labelled = splitHostname(requirements);
  const own = requirementIn(labelKeys.hostname, [state.hostname]);
  const hostname = labelled === undefined ? own : intersection(own, labelled);
  return { taints: state.taints, set: sets.adopt(requirements), hostname, planned: -1 };
}

/** Allocatable less the pods that are there and the daemons still to come. */
function freeAmounts(state: StateNode, labels: Requirements, { table, daemons, shapes }: NodeContext) {
  const coming = daemons.filter((daemon) => daemon.fitsNode(labels, state.taints));
  const waiting = new Map<number, Amount>();
  change(waiting, requestsOfAll(coming, table), (a, b) => a + b, table);
  const used = new Map<number, Amount>();
  for (const pod of state.pods) {
    const requests = shapes.requests(pod);
    change(used, requests, (a, b) => a + b, table);
    if (isOwnedByDaemonSet(pod)) change(waiting, requests, (a, b) => a - b, table);
  }
  const free: Amount[] = [];
  let isOverdrawn = false;
  const allocatable = table.list(state.allocatable);
  allocatable.columns.forEach((column, at) => {
    const reserved = waiting.get(column) ?? table.zero;
    const left =
      (allocatable.values[at] ?? table.zero) -
      (used.get(column) ?? table.zero) -
      (reserved > table.zero ? reserved : table.zero);
    free[column] = left;
    isOverdrawn ||= left < table.zero;
  });
  return { free, isOverdrawn };
}

function change(
  sums: Map<number, Amount>,
  amounts: ColumnAmounts,
  combine: (a: Amount, b: Amount) => Amount,
  table: AmountTable,
): void {
  amounts.columns.forEach((column, at) => {
    sums.set(column, table.checked(combine(sums.get(column) ?? table.zero, amounts.values[at] ?? table.zero)));
  });
}

/** Whether the pod's requests fit what is left. The first test, and for most nodes the last. */
export function hasRoom(node: ExistingNode, requests: ColumnAmounts, zero: Amount): boolean {
  if (node.isOverdrawn) return false;
  const { columns, values } = requests;
  for (let at = 0; at < columns.length; at++) {
    const wanted = values[at] ?? zero;
    if (wanted > (node.free[columns[at] ?? 0] ?? zero)) return false;
  }
  return true;
}

/** A pod that is tried on nodes that are there. */
export interface NodeAttempt extends PlacementAttempt {
  readonly mounted: MountedClaims;
}

/** The node's requirements with the pod on it, or why it does not take it. Resources are tested before by `hasRoom`. */
export function tryNode(
  node: ExistingNode,
  attempt: NodeAttempt,
  tools: { readonly sets: RequirementTable; readonly topology: Topology },
): Place | NodeRefusal {
  const { record, shape, constraints, mounted } = attempt;
  const { place } = node;
  if (!toleratesAll(place.taints, constraints.demands.tolerations)) return "taints";
  if (node.volumes.exceeds(mounted)) return "volumes";
  if (node.ports.conflicts(record.key, shape.hostPorts)) return "ports";
  if (
    constraints.requirements !== tools.sets.empty &&
    requirementConflict(place.set.all, constraints.requirements.all) !== undefined
  )
    return "requirements";
  if (constraints.hostname !== undefined && !agree(place.hostname, constraints.hostname)) return "requirements";
  const base = tools.sets.sum(place.set, constraints.requirements);
  const hostname =
    constraints.hostname === undefined ? place.hostname : intersection(place.hostname, constraints.hostname);
  if (record.volumes.length === 0) return narrowed({ ...place, set: base, hostname }, attempt, tools.topology);
  let refusal: NodeRefusal = "volume-place";
  for (const volume of record.volumes) {
    if (
      requirementConflict(base.all, volume.set.all) !== undefined ||
      (volume.hostname !== undefined && !agree(hostname, volume.hostname))
    ) {
      refusal = "volume-place";
      continue;
    }
    const set: RequirementSet = tools.sets.sum(base, volume.set);
    const found = narrowed({ ...place, set, hostname }, attempt, tools.topology);
    if (typeof found !== "string") return found;
    refusal = found;
  }
  return refusal;
}

function narrowed(place: Place, attempt: NodeAttempt, topology: Topology): Place | NodeRefusal {
  const set = topology.narrow(attempt, place, true);
  if ("kind" in set) return "topology";
  return set === place.set ? place : { ...place, set };
}

/** Commits a pod. */
export function addToNode(node: ExistingNode, attempt: NodeAttempt, place: Place, topology: Topology): void {
  const { record, shape, mounted, pods } = attempt;
  node.pods = [...node.pods, record];
  const { columns, values } = shape.requests;
  const left = node.free.slice();
  columns.forEach((column, at) => {
    const free = left[column];
    const amount = values[at];
    if (amount !== undefined && free !== undefined) left[column] = free - amount;
  });
  node.free = left;
  node.place = place;
  topology.record(shape.constraints, pods, place);
  if (shape.hostPorts.length > 0) node.ports = node.ports.with(record.key, shape.hostPorts);
  if (mounted.size > 0) node.volumes = node.volumes.with(mounted);
}
