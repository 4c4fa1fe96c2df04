// Mirrors core/static_autoscaler.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import { renamed } from "../cloud/templates.ts";
import type { LoopState } from "../loop-state.ts";
import type { Room } from "../room/room.ts";
import { upcomingNodes } from "../state/cluster-state.ts";
import type { RegistryState } from "../state/registry.ts";

/** On stand-ins for nodes that are still to come. */
const annotation = "cluster-autoscaler.k8s.io/upcoming-node";

/** A stand-in for a node that is still to come. */
export function upcoming(template: Node, name: string): Node {
  const node = renamed(template, name);
  const annotations = { ...node.metadata.annotations, [annotation]: "true" };
  return { ...node, metadata: { ...node.metadata, annotations } };
}

/** Whether a node is such a stand-in. */
export function isUpcoming(node: Node): boolean {
  return node.metadata.annotations?.[annotation] === "true";
}

/** Puts stand-ins for nodes to come in the place of those of them that are there but not ready. Answers the nodes that are left. */
export function addUpcoming(
  loop: LoopState,
  room: Room,
  of: { readonly state: RegistryState; readonly names: Map<string, string> },
): readonly Node[] {
  const { counts, notStarted } = upcomingNodes(loop, of.state);
  for (const group of loop.cloud.groups) {
    const template = loop.templates.get(group.name);
    if (template === undefined) continue;
    const pods = template.pods.map((pod) => room.cluster.registry.infoOf(pod));
    for (let number = 0; number < (counts.get(group.name) ?? 0); number++) {
      const name = `${template.node.metadata.name}-upcoming-${number}`;
      room.addNode(upcoming(template.node, name), pods);
      of.names.set(name, `upcoming:${group.name}:${number}`);
    }
  }
  const replaced = new Set([...notStarted.values()].flat());
  for (const name of replaced) room.cluster.removeNode(name);
  return loop.nodes.filter((node) => !replaced.has(node.metadata.name));
}
