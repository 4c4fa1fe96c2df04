import type { NodeClaim } from "../../karpenter/api.ts";
import type { Node } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import { clusterState } from "../../scheduling/state-node.ts";
import { amountsOfPod, sumAmounts } from "./amounts.ts";
import type { SimulateInput } from "./options.ts";
import type { Pass } from "./pass.ts";
import { nodesToday } from "./today.ts";
import type { FleetNode } from "./types.ts";

/** The nodes there are when only waiting pods are asked about. */
export interface Kept {
  /** Machines that Karpenter has launched and whose nodes have not registered yet: they are paid for, and pods are planned onto them. */
  readonly starting: readonly Node[];
  /** Names of nodes that are going already: Karpenter finds their pods another place. */
  readonly going: ReadonlySet<string>;
  /** Karpenter's name of a node, to the node's own: until it has registered, Karpenter calls it by its NodeClaim. */
  readonly nameOf: ReadonlyMap<string, string>;
}

/** Reads them as Karpenter tracks them. */
export function keptOf(objects: Pick<ClusterObjects, "nodes" | "nodeclaims">): Kept {
  const tracked = clusterState(objects, undefined).nodes;
  return {
    starting: tracked.flatMap(({ node, claim, isDeleting }) =>
      node === undefined && claim !== undefined && !isDeleting ? [startingNode(claim)] : [],
    ),
    going: new Set(
      tracked.flatMap(({ node, isDeleting }) => (node !== undefined && isDeleting ? node.metadata.name : [])),
    ),
    nameOf: new Map(tracked.map(({ name, node }) => [name, node?.metadata.name ?? name])),
  };
}

/** The nodes that stay as they are, with the pods that they would take. */
export function keptNodes(input: SimulateInput, { question, result, pods }: Pass): readonly FleetNode[] {
  const { kept } = question;
  if (kept === undefined) return [];
  const added = new Map(Array.from(result.existing, ([name, keys]) => [kept.nameOf.get(name) ?? name, keys]));
  const staying = question.nodes.filter(({ metadata }) => !kept.going.has(metadata.name));
  return nodesToday(input, staying).map((node) => {
    const keys = added.get(node.name) ?? [];
    const more = keys.flatMap((key) => pods.get(key) ?? []).map(amountsOfPod);
    return { ...node, pods: [...node.pods, ...keys], requested: sumAmounts([node.requested, ...more]) };
  });
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
