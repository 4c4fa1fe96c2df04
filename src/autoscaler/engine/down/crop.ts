import type { Node } from "../../../kube/objects.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import type { LoopState } from "../loop-state.ts";
import type { Room } from "../room/room.ts";
import { registeredOf, type ToDelete } from "./removable.ts";

/** Nodes of one group that begin to go. */
export interface Bucket {
  readonly group: WorkingGroup;
  readonly nodes: readonly Node[];
  /** Nodes that must go in one call; 0: each for itself. */
  readonly batch: number;
}

/**
 * What the budgets allow (core/scaledown/budgets/budgets.go, `CropNodes`): as many nodes as may be on their way out at once,
 * fewer of them
 * with a drain; groups in the order in which they come up, atomic groups first and whole, the first of them over the budget if need be.
 */
export function crop(
  loop: LoopState,
  room: Room,
  nodes: ToDelete,
): { readonly empty: readonly Bucket[]; readonly drain: readonly Bucket[] } {
  const leavingEmpty = loop.memory.deletions.filter(({ isDrain }) => !isDrain).length;
  const leavingDrain = loop.memory.deletions.length - leavingEmpty;
  const left: Left = {
    all: loop.settings.parallelism - leavingEmpty - leavingDrain,
    drain: loop.settings.of("max-drain-parallelism") - leavingDrain,
    mayOverflow: true,
  };
  const groupsOf = (list: readonly Node[]): readonly Bucket[] => bucketsOf(loop, list);
  const isAtomic = ({ group }: Bucket): boolean => group.options.isAtomic === true;
  const emptyGroups = groupsOf(nodes.empty);
  const drainGroups = groupsOf(nodes.drain);
  const atomic = cropAtomic(room, left, {
    empty: emptyGroups.filter(isAtomic),
    drain: drainGroups.filter(isAtomic),
  });
  const empty = cropSingle(
    emptyGroups.filter((one) => !isAtomic(one)),
    left.all,
  );
  left.all -= count(empty);
  left.drain = Math.min(left.all, left.drain);
  const drain = cropSingle(
    drainGroups.filter((one) => !isAtomic(one)),
    left.drain,
  );
  return { empty: [...atomic.empty, ...empty], drain: [...atomic.drain, ...drain] };
}

interface Left {
  all: number;
  drain: number;
  mayOverflow: boolean;
}

function count(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, { nodes }) => sum + nodes.length, 0);
}

function bucketsOf({ cloud }: LoopState, nodes: readonly Node[]): readonly Bucket[] {
  const groups = new Map<WorkingGroup, Node[]>();
  for (const node of nodes) {
    const group = cloud.groupOf(node);
    if (group === undefined) continue;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [node]);
    else known.push(node);
  }
  return Array.from(groups, ([group, members]) => ({ group, nodes: members, batch: 0 }));
}

function cropSingle(buckets: readonly Bucket[], budget: number): readonly Bucket[] {
  let left = budget;
  const kept: Bucket[] = [];
  for (const bucket of buckets) {
    if (left < 1) break;
    const nodes = bucket.nodes.slice(0, left);
    kept.push({ ...bucket, nodes });
    left -= nodes.length;
  }
  return kept;
}

function cropAtomic(
  room: Room,
  left: Left,
  groups: { readonly empty: readonly Bucket[]; readonly drain: readonly Bucket[] },
): { readonly empty: readonly Bucket[]; readonly drain: readonly Bucket[] } {
  const empty: Bucket[] = [];
  const drain: Bucket[] = [];
  for (const bucket of groups.empty) {
    const drained = groups.drain.find(({ group }) => group === bucket.group);
    const drains = drained?.nodes.length ?? 0;
    const all = bucket.nodes.length + drains;
    const isTooMuch = left.all < all || left.drain < drains;
    if (isTooMuch && (left.all === 0 || (drains > 0 && left.drain === 0) || !left.mayOverflow)) break;
    const batch = batchOf(bucket, room);
    const whole = registeredOf(bucket.group, room);
    if (all !== bucket.group.target && all !== whole) continue;
    empty.push({ ...bucket, batch });
    if (drained !== undefined) drain.push({ ...drained, batch });
    left.all -= all;
    left.drain -= drains;
    left.mayOverflow = false;
  }
  left.drain = Math.min(left.all, left.drain);
  for (const bucket of groups.drain) {
    if (groups.empty.some(({ group }) => group === bucket.group)) continue;
    if (left.drain < bucket.nodes.length && (left.drain === 0 || !left.mayOverflow)) break;
    const whole = registeredOf(bucket.group, room);
    if (bucket.nodes.length !== bucket.group.target && bucket.nodes.length !== whole) continue;
    drain.push({ ...bucket, batch: batchOf(bucket, room) });
    left.all -= bucket.nodes.length;
    left.drain -= bucket.nodes.length;
    left.mayOverflow = false;
  }
  return { empty, drain };
}

function batchOf({ group, nodes }: Bucket, room: Room): number {
  const registered = registeredOf(group, room);
  return nodes.length === registered ? registered : group.target;
}
