import type { Node, Pod } from "../../../kube/objects.ts";
import { nameOf } from "../../../kube/pod.ts";
import type { NodeState } from "../../../kube-scheduler/cluster/node-state.ts";
import type { Unremovable } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";
import type { HintingSimulator } from "../room/hints.ts";
import type { Room } from "../room/room.ts";
import { toBeDeleted } from "../state/taints.ts";
import { podsToMove, type DrainContext } from "./drain-rules.ts";

/** A node that could go, with the pods that would move and those that must end first. */
export interface Removable {
  readonly moves: readonly Pod[];
  readonly onCompletion: readonly Pod[];
}

/** What a simulation of a removal needs. */
export interface RemovalInput {
  readonly loop: LoopState;
  readonly room: Room;
  readonly simulator: HintingSimulator;
  readonly drain: DrainContext;
  /** Nodes that pods may move to. */
  readonly destinations: ReadonlySet<string>;
}

/**
 * Tries whether a node could go (simulator/cluster.go, `SimulateNodeRemoval`). If it could, its pods stay where they were put and
 * the node is
 * gone for whatever is tried next; if not, the room is as before.
 */
export function simulateRemoval(
  name: string,
  input: RemovalInput,
): { readonly removable: Removable } | { readonly unremovable: Unremovable } {
  const { room, drain } = input;
  const state = room.node(name);
  if (state === undefined) return { unremovable: { node: name, reason: "NoNodeInfo" } };
  const found = podsToMove(
    state.pods.map(({ pod }) => pod),
    drain,
  );
  if (found.blocked !== undefined) {
    const { pod, reason } = found.blocked;
    return { unremovable: { node: name, reason: "BlockedByPod", pod: nameOf(pod), why: reason } };
  }
  room.fork();
  if (!findPlaces(state, found.moves, input)) {
    room.revert();
    return { unremovable: { node: name, reason: "NoPlaceToMovePods" } };
  }
  room.commit();
  return { removable: found };
}

function findPlaces(state: NodeState, pods: readonly Pod[], input: RemovalInput): boolean {
  const { loop, room, simulator, destinations } = input;
  const { name, node } = state;
  for (const pod of pods) room.cluster.removePod(pod, name);
  if (loop.settings.behaviour.leavesGhost) leaveGhost(room, state, ghostOf(node, loop.view.nowMs));
  else room.cluster.removeNode(name);
  const placed = simulator.place(room, pods, {
    likeness: loop.likeness,
    stopsAtFailure: true,
    isAcceptable: (other) => other.name !== name && destinations.has(other.name),
  });
  if (placed.length !== pods.length) return false;
  room.cluster.removeNode(name);
  return true;
}

// All its pods are gone from the ghost, daemons too, but it keeps its place among the nodes.
function leaveGhost(room: Room, state: NodeState, ghost: Node): void {
  while (state.pods.length > 0) {
    const info = state.pods[state.pods.length - 1];
    if (info === undefined || !room.cluster.removePodNamed(info.name, state.name)) break;
  }
  room.cluster.putNode(ghost);
}

function ghostOf(node: Node, nowMs: number): Node {
  const taint = { key: toBeDeleted, value: String(Math.floor(nowMs / 1000)), effect: "NoSchedule" };
  return { ...node, spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), taint] } };
}
