import type { Node } from "../../kube/objects.ts";
import type { BoundPort } from "../../kube/host-ports.ts";
import type { Framework } from "../framework.ts";
import { cordonTaint, hasUntoleratedTaint, isTolerated } from "../plugins/taint-toleration.ts";
import type { Shape } from "../pods/shape.ts";
import type { NodeEvent, PodEvent } from "../queue/events.ts";
import { always, type Hint, isPlaced, isSamePod, onNode, onPod, type Registration } from "./registration.ts";

/** What NodeName waits for; nothing that waits has a node name, so nothing waits for it. */
export const nameHints: readonly Registration[] = [onNode(["Add"], always)];

/** What NodeUnschedulable waits for (nodeunschedulable/node_unschedulable.go). */
export const cordonHints: readonly Registration[] = [
  onNode(
    ["Add", "UpdateNodeTaint"],
    ({ before, after }) =>
      after?.spec?.unschedulable !== true && (before === undefined || before.spec?.unschedulable === true),
  ),
  onPod(
    ["UpdatePodToleration"],
    ({ after }, { pod }) =>
      after !== undefined && isSamePod(after, pod) && isTolerated(cordonTaint, after.spec.tolerations ?? []),
  ),
];

// A node whose taints the pod tolerates now and did not before.
const afterTaints: Hint<NodeEvent> = ({ before, after }, { shape: { tolerations } }) => {
  const isUntolerated = (node: Node | undefined): boolean =>
    node === undefined || hasUntoleratedTaint(node.spec?.taints ?? [], tolerations);
  return isUntolerated(before) && !isUntolerated(after);
};

/** What TaintToleration waits for (tainttoleration/taint_toleration.go). */
export const taintHints: readonly Registration[] = [
  onNode(["Add", "UpdateNodeTaint"], afterTaints),
  onPod(["UpdatePodToleration"], ({ after }, { pod }) => after !== undefined && isSamePod(after, pod)),
];

// A node that matches now and did not before; any, if that cannot be told.
const afterLabels: Hint<NodeEvent> = ({ before, after }, { shape }, { added }) => {
  if (after === undefined) return false;
  const { labels = {}, name } = after.metadata;
  if (added?.required?.matches(labels, name) === false) return false;
  if (!matches(shape, after)) return shape.requirement?.isUnclear(labels) === true;
  return before === undefined || !matches(shape, before);
};

/** What NodeAffinity waits for (nodeaffinity/node_affinity.go). */
export const affinityHints: readonly Registration[] = [onNode(["Add", "UpdateNodeLabel"], afterLabels)];

// A pod that had one of the ports.
const afterPortUser: Hint<PodEvent> = ({ before }, { shape }, { cluster }: Framework) => {
  if (before === undefined || !isPlaced(before)) return false;
  const freed = cluster.registry.infoOf(before).shape.ports;
  return shape.ports.some((port) => freed.some((other) => collide(port, other)));
};

/** What NodePorts waits for (nodeports/node_ports.go). */
export const portHints: readonly Registration[] = [onPod(["Delete"], afterPortUser), onNode(["Add"], always)];

function matches({ requirement }: Shape, { metadata: { labels = {}, name } }: Node): boolean {
  return requirement?.matches(labels, name) ?? true;
}

function collide(a: BoundPort, b: BoundPort): boolean {
  return a.protocolPort === b.protocolPort && (a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress);
}

const anyAddress = "0.0.0.0";
