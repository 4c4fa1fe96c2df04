import type { Release } from "../karpenter/releases.ts";
import type { NodeClaim } from "../karpenter/api.ts";
import { isKarpenterNode } from "../kube/node.ts";
import type { Node, Pod } from "../kube/objects.ts";
import { nameOf } from "../kube/pod.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { isForUnmanagedNodes } from "../migration/shift/movable.ts";
import { clusterState } from "../scheduling/state-node.ts";

/** Nodes that stand on Karpenter's side as they do today. */
export interface Kept {
  readonly nodes: readonly Node[];
  /** `namespace/name` of pods that ask for nodes Karpenter does not manage: where all pods are placed, nodes stay for these alone. */
  readonly unmanaged: ReadonlySet<string>;
  /** Machines that Karpenter has launched and whose nodes have not registered yet: they are paid for, and pods are planned onto them. */
  readonly starting: readonly Node[];
  /** Names of nodes that are going already: Karpenter finds their pods another place. */
  readonly going: ReadonlySet<string>;
  /** Karpenter's name of a node, to the node's own: until it has registered, Karpenter calls it by its NodeClaim. */
  readonly nameOf: ReadonlyMap<string, string>;
}

/** Where only waiting pods are placed: all there are but those that are going, as Karpenter tracks them. */
export function keptOf(objects: Required<Pick<ClusterObjects, "nodes" | "nodeclaims">>, { behaviour }: Release): Kept {
  const tracked = clusterState(objects, { behaviour }).nodes;
  const starting = tracked.flatMap(({ node, claim, isDeleting }) =>
    node === undefined && claim !== undefined && !isDeleting ? [startingNode(claim)] : [],
  );
  const going = new Set(
    tracked.flatMap(({ node, isDeleting }) => (node !== undefined && isDeleting ? node.metadata.name : [])),
  );
  return {
    nodes: [...objects.nodes, ...starting].filter(({ metadata }) => !going.has(metadata.name)),
    unmanaged: new Set(),
    starting,
    going,
    nameOf: new Map(tracked.map(({ name, node }) => [name, node?.metadata.name ?? name])),
  };
}

/** Where all pods are placed: the nodes of pods that ask for nodes Karpenter does not manage, such as its own controller's. */
export function keptFor(pods: readonly Pod[], nodes: readonly Node[]): Kept {
  const others = new Map(nodes.filter((node) => !isKarpenterNode(node)).map((node) => [node.metadata.name, node]));
  const staying = pods.filter((pod) => others.has(pod.spec.nodeName ?? "") && isForUnmanagedNodes(pod));
  const names = new Set(staying.map((pod) => pod.spec.nodeName ?? ""));
  return {
    nodes: nodes.filter(({ metadata }) => names.has(metadata.name)),
    unmanaged: new Set(staying.map(nameOf)),
    starting: [],
    going: new Set(),
    nameOf: new Map(),
  };
}

function startingNode({ metadata, spec, status }: NodeClaim): Node {
  const { name, labels = {} } = metadata;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: { providerID: status?.providerID ?? "", taints: [...(spec.taints ?? [])] },
    status: {
      ...(status?.capacity === undefined ? {} : { capacity: status.capacity }),
      ...(status?.allocatable === undefined ? {} : { allocatable: status.allocatable }),
    },
  };
}
