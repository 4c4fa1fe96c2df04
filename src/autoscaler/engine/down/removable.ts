// Mirrors core/scaledown/planner/planner.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import type { Unneeded, UnremovableReason } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";
import type { Room } from "../room/room.ts";
import { readinessOf } from "../state/readiness.ts";
import { isBeingDeleted } from "../state/taints.ts";
import { Quota, usageOf } from "../up/quotas.ts";
import { isUpcoming } from "../up/upcoming.ts";
import { isScaleDownDisabled } from "./eligibility.ts";

/** Nodes whose time has come. */
export interface ToDelete {
  readonly empty: readonly Node[];
  readonly drain: readonly Node[];
}

/**
 * Unneeded nodes that may go now, empty ones first, then drains, risky ones last (planner.go, `NodesToDelete`; unneeded/nodes.go,
 * `RemovableAt`). Those that may not go are noted as unremovable.
 */
export function nodesToDelete(loop: LoopState, room: Room): ToDelete {
  const { memory } = loop;
  const sizes = new Map(loop.cloud.groups.map(({ name, target }) => [name, target]));
  const quota = minimumsLeft(loop, room);
  const reasons = new Map<string, UnremovableReason>();
  const isEmpty = ({ moves }: Unneeded): boolean => moves.length === 0;
  const unneeded = loop.luck.order("removals", memory.unneeded, ({ node }) => node);
  const due = [...unneeded.filter(isEmpty), ...unneeded.filter((one) => !isEmpty(one))].filter((one) => {
    const reason = reasonAgainst(loop, room, { one, sizes, quota });
    if (reason !== undefined) reasons.set(one.node, reason);
    return reason === undefined;
  });
  const ordered = [
    ...due.filter(isEmpty),
    ...due.filter((one) => !isEmpty(one) && !one.isRisky),
    ...due.filter((one) => !isEmpty(one) && one.isRisky),
  ];
  const whole = loop.settings.behaviour.filtersAtomicGroups
    ? withoutPartialGroups(loop, room, { ordered, reasons })
    : ordered;
  const kept = whole.filter((one) => {
    if (one.onCompletion > 0) reasons.set(one.node, "BlockedByOnCompletionPod");
    return one.onCompletion === 0;
  });
  note(loop, reasons);
  const nodeOf = (one: Unneeded): readonly Node[] => {
    const node = room.node(one.node)?.node;
    return node === undefined ? [] : [node];
  };
  return { empty: kept.filter(isEmpty).flatMap(nodeOf), drain: kept.filter((one) => !isEmpty(one)).flatMap(nodeOf) };
}

function note({ memory }: LoopState, reasons: ReadonlyMap<string, UnremovableReason>): void {
  const others = memory.unremovable.filter(({ node }) => !reasons.has(node));
  memory.unremovable = [...others, ...Array.from(reasons, ([node, reason]) => ({ node, reason }))];
}

function minimumsLeft({ settings, view }: LoopState, room: Room): Quota {
  const nodes = room.cluster.nodes.map(({ node }) => node);
  const counted = settings.behaviour.minimumsCountAllNodes
    ? nodes
    : nodes.filter((node) => !isBeingDeleted(node, view.nowMs));
  const { cores, memory } = usageOf(counted);
  return new Quota(cores - settings.cores.min, memory - settings.memory.min);
}

function reasonAgainst(
  loop: LoopState,
  room: Room,
  of: { readonly one: Unneeded; readonly sizes: Map<string, number>; readonly quota: Quota },
): UnremovableReason | undefined {
  const { one, sizes, quota } = of;
  const { view, settings, memory, cloud } = loop;
  const node = room.node(one.node)?.node;
  if (node === undefined) return "UnexpectedError";
  if (isScaleDownDisabled(node)) return "ScaleDownDisabledAnnotation";
  const group = cloud.groupOf(node);
  const { isReady } = readinessOf(node);
  const waitMs = group === undefined ? 0 : waitOf(loop, group, isReady);
  const isSkipped = waitMs === 0 && settings.behaviour.zeroUnneededTimePasses;
  if (!isSkipped && one.sinceMs + waitMs >= view.nowMs)
    return isReady ? "NotUnneededLongEnough" : "NotUnreadyLongEnough";
  if (group === undefined) return "NotAutoscaled";
  const size = sizes.get(group.name) ?? 0;
  const leaving = memory.deletions.filter((other) => other.group === group.name).length;
  if (size - leaving <= group.min) return "NodeGroupMinSizeReached";
  if (quota.check(node, 1).exceeded.length > 0) return "MinimalResourceLimitExceeded";
  quota.consume(node, 1);
  sizes.set(group.name, size - 1);
  return undefined;
}

function waitOf({ settings }: LoopState, { options }: WorkingGroup, isReady: boolean): number {
  return isReady
    ? (options.scaleDownUnneededMs ?? settings.of("scale-down-unneeded-time"))
    : (options.scaleDownUnreadyMs ?? settings.of("scale-down-unready-time"));
}

/** Nodes of an atomic group go together or not at all (processors/nodes/scale_down_set_processor.go). */
function withoutPartialGroups(
  { cloud }: LoopState,
  room: Room,
  of: { readonly ordered: readonly Unneeded[]; readonly reasons: Map<string, UnremovableReason> },
): readonly Unneeded[] {
  const single: Unneeded[] = [];
  const byGroup = new Map<WorkingGroup, Unneeded[]>();
  for (const one of of.ordered) {
    const node = room.node(one.node)?.node;
    const group = node === undefined ? undefined : cloud.groupOf(node);
    if (group?.options.isAtomic === true) byGroup.set(group, [...(byGroup.get(group) ?? []), one]);
    else single.push(one);
  }
  const kept = [...single];
  for (const [group, nodes] of byGroup) {
    if (group.target === nodes.length || registeredOf(group, room) === nodes.length) kept.push(...nodes);
    else for (const { node } of nodes) of.reasons.set(node, "AtomicScaleDownFailed");
  }
  return kept;
}

/** Nodes of a group that are there, upcoming ones not counted. */
export function registeredOf(group: WorkingGroup, room: Room): number {
  const ids = new Set(group.instances.map(({ id }) => id));
  return room.cluster.nodes.filter(({ node }) => !isUpcoming(node) && ids.has(node.spec?.providerID ?? "")).length;
}
