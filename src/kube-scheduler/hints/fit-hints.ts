import type { Node, Pod } from "../../kube/objects.ts";
import type { Amounts } from "../amounts.ts";
import { NodeState } from "../cluster/node-state.ts";
import { fitRefusal } from "../plugins/node-resources-fit.ts";
import type { PodRegistry } from "../pods/registry.ts";
import type { Shape } from "../pods/shape.ts";
import { type Hint, isPlaced, isSamePod, onNode, onPod, type Registration } from "./registration.ts";
import type { NodeEvent, PodEvent } from "../queue/events.ts";

// Any pod that goes from a node, or a resize that frees something the pod asks for.
const afterPod: Hint<PodEvent> = ({ before, after }, info, { cluster }) => {
  if (after === undefined) return before !== undefined && isPlaced(before);
  if (isSamePod(after, info.pod)) return true;
  if ((after.spec.nodeName ?? "") === "" || before === undefined) return false;
  return freesSomething(info.shape, before, after, cluster.registry);
};

// A node that would hold the pod if it were empty, and that did not, or has grown in something the pod asks for.
const afterNode: Hint<NodeEvent> = ({ before, after }, { shape }) => {
  if (after === undefined) return false;
  const now = emptyNode(after);
  if (fitRefusal(shape, now, ignoresNothing) !== undefined) return false;
  return before === undefined || hasGrown(shape, emptyNode(before).allocatable, now.allocatable);
};

/** What NodeResourcesFit waits for (noderesources/fit.go). */
export const fitHints: readonly Registration[] = [
  onPod(["Delete", "UpdatePodScaleDown"], afterPod),
  onNode(["Add", "UpdateNodeAllocatable"], afterNode),
];

const ignoresNothing = { ignoredResources: new Set<string>(), ignoredResourceGroups: new Set<string>() };
const emptyNodes = new WeakMap<Node, NodeState>();

function emptyNode(node: Node): NodeState {
  const known = emptyNodes.get(node);
  if (known !== undefined) return known;
  const made = new NodeState(node, { id: -1 });
  emptyNodes.set(node, made);
  return made;
}

function freesSomething({ requests }: Shape, before: Pod, after: Pod, registry: PodRegistry): boolean {
  const [had, has] = [registry.infoOf(before).shape.requests.held, registry.infoOf(after).shape.requests.held];
  return isLess(requests.held, has, had);
}

function hasGrown({ requests: { wanted, wantsNothing } }: Shape, before: Amounts, after: Amounts): boolean {
  if (after.pods > before.pods) return true;
  return !wantsNothing && isLess(wanted, before, after);
}

// Whether there is less in one than in the other of something that is wanted.
function isLess(wanted: Amounts, one: Amounts, other: Amounts): boolean {
  if (wanted.milliCpu > 0 && one.milliCpu < other.milliCpu) return true;
  if (wanted.memoryBytes > 0 && one.memoryBytes < other.memoryBytes) return true;
  if (wanted.storageBytes > 0 && one.storageBytes < other.storageBytes) return true;
  for (const [name, amount] of wanted.scalars ?? [])
    if (amount > 0 && (one.scalars?.get(name) ?? 0) < (other.scalars?.get(name) ?? 0)) return true;
  return false;
}
