import type { Node } from "../../../kube/objects.ts";
import type { LoopState } from "../loop-state.ts";
import { deletionCandidate, hasTaint, toBeDeleted } from "../state/taints.ts";
import { cleanToBeDeleted } from "./node-taints.ts";

/** A new process takes off what one before it left on nodes (static_autoscaler.go, `cleanUpIfRequired`); the nodes as they are then. */
export function cleanUp(loop: LoopState): readonly Node[] {
  const { memory, settings, view, cloud, calls } = loop;
  if (!memory.isFirstLoop) return view.nodes;
  const cordons = settings.of("cordon-node-before-terminating");
  const cleaned = view.nodes.map((node) => {
    if (cloud.groupOf(node) === undefined || !cleanToBeDeleted(calls, node, cordons)) return node;
    tellClean(loop, node, toBeDeleted);
    const { spec } = withoutTaint(node, toBeDeleted);
    return { ...node, spec: { ...spec, ...(cordons ? { unschedulable: false } : {}) } };
  });
  return settings.of("max-bulk-soft-taint-count") === 0 ? withoutSoftTaints(loop, cleaned) : cleaned;
}

function withoutSoftTaints(loop: LoopState, nodes: readonly Node[]): readonly Node[] {
  return nodes.map((node) => {
    if (!hasTaint(node, deletionCandidate)) return node;
    loop.calls.make({ act: "untaint", node: node.metadata.name, key: deletionCandidate });
    tellClean(loop, node, deletionCandidate);
    return withoutTaint(node, deletionCandidate);
  });
}

function tellClean({ calls }: LoopState, { metadata: { name } }: Node, key: string): void {
  calls.tellOf("Node", name, { reason: "ClusterAutoscalerCleanup", message: `removed ${key} taint from node ${name}` });
}

function withoutTaint(node: Node, removed: string): Node {
  const taints = (node.spec?.taints ?? []).filter(({ key }) => key !== removed);
  return { ...node, spec: { ...node.spec, taints } };
}
