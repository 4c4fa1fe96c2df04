import { groupBy } from "../kube/group-by.ts";
import {
  capacityTypeOf,
  instanceTypeOf,
  isCapacityTypeOpen,
  isWindowsNode,
  nodegroupOf,
  zoneOf,
} from "../kube/node.ts";
import type { Node, Pod } from "../kube/objects.ts";
import { isDaemonPod, isOwnedByNode, isTerminal, nameOf } from "../kube/pod.ts";
import { amountsOfPod, amountsOfTexts, sumAmounts } from "./amounts.ts";
import { nodeCost } from "../money/nodes-cost.ts";
import type { SimulateInput } from "./options.ts";
import type { FleetNode } from "./types.ts";

/** The nodes that run now, with what is asked of each by the pods that count: all, unless said otherwise. */
export function nodesToday(
  input: SimulateInput,
  nodes: readonly Node[],
  counts: (pod: Pod) => boolean = () => true,
): readonly FleetNode[] {
  const counted = (input.snapshot.objects.pods ?? []).filter((pod) => !isTerminal(pod) && counts(pod));
  const byNode = groupBy(counted, ({ spec }) => spec.nodeName);
  return nodes
    .map((node) => nodeToday(input, node, byNode.get(node.metadata.name) ?? []))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function nodeToday(input: SimulateInput, node: Node, pods: readonly Pod[]): FleetNode {
  const type = instanceTypeOf(node);
  const zone = zoneOf(node);
  // A node group says `spot` by a label; a node without one is on-demand, unless its group runs both.
  const capacityType = capacityTypeOf(node) ?? (isCapacityTypeOpen(node) ? undefined : "on-demand");
  const daemons = pods.filter(isDaemonPod);
  return {
    name: node.metadata.name,
    owner: input.nodeGroupOf?.get(node.metadata.name) ?? nodegroupOf(node),
    instanceTypes: type === undefined ? [] : [type],
    instanceType: type,
    zones: zone === undefined ? [] : [zone],
    capacityTypes: capacityType === undefined ? [] : [capacityType],
    capacityType,
    isExisting: true,
    allocatable: amountsOfTexts(node.status?.allocatable),
    requested: sumAmounts(pods.map(amountsOfPod)),
    daemonRequested: sumAmounts(daemons.map(amountsOfPod)),
    // Static pods belong to their node as those of DaemonSets do.
    pods: pods.filter((pod) => !isDaemonPod(pod) && !isOwnedByNode(pod)).map(nameOf),
    ...(isWindowsNode(node) ? { operatingSystem: "windows" as const } : {}),
    usdPerHour: nodeCost(input.prices, node),
  };
}
