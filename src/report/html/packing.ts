import { amountsOfPod } from "../../forecast/amounts.ts";
import type { FleetAmounts, FleetNode, SimulationOutcome } from "../../forecast/types.ts";
import { groupBy } from "../../kube/group-by.ts";
import type { Pod } from "../../kube/objects.ts";
import { isDaemonPod, isTerminal, nameOf, podsByName } from "../../kube/pod.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { ReportDocument, ReportNode } from "./document.ts";

/** Pods on the nodes of both sides. A node whose size is unknown is drawn empty. */
export function packingOf(snapshot: Snapshot, outcome: SimulationOutcome): NonNullable<ReportDocument["packing"]> {
  const pods = podsByName(snapshot.objects.pods ?? []);
  const running = [...pods.values()].filter((pod) => isDaemonPod(pod) && !isTerminal(pod));
  const daemons = groupBy(running, ({ spec }) => spec.nodeName);
  return {
    today: outcome.today.nodes.map((node) =>
      boxOf(node, podsOf(node, pods), { isKarpenter: false, daemons: daemons.get(node.name) ?? [] }),
    ),
    karpenter: outcome.karpenter.nodes.map((node) =>
      boxOf(node, podsOf(node, pods), { isKarpenter: !node.isExisting, daemons: undefined }),
    ),
  };
}

function podsOf(node: FleetNode, pods: ReadonlyMap<string, Pod>): readonly Pod[] {
  return node.pods.flatMap((name) => pods.get(name) ?? []);
}

function boxOf(
  node: FleetNode,
  pods: readonly Pod[],
  side: { readonly isKarpenter: boolean; readonly daemons: readonly Pod[] | undefined },
): ReportNode {
  const price = node.usdPerHour.expected;
  return {
    name: node.name,
    owner: node.owner ?? "other nodes",
    isKarpenter: side.isKarpenter,
    instanceType: node.instanceType ?? "unknown type",
    zone: node.zones.join(", "),
    capacityType: node.capacityType ?? "unknown",
    cpuMilli: node.allocatable?.cpuMilli ?? 0,
    memoryMiB: (node.allocatable?.memoryBytes ?? 0) / 2 ** 20,
    ...(price === undefined ? {} : { usdPerHour: price }),
    pods: [
      ...daemonsOf(node, side.daemons),
      ...pods.map((pod) => ({ name: nameOf(pod), ...drawn(amountsOfPod(pod)) })),
    ],
  };
}

function drawn({ cpuMilli, memoryBytes }: FleetAmounts): { readonly cpuMilli: number; readonly memoryMiB: number } {
  return { cpuMilli, memoryMiB: memoryBytes / 2 ** 20 };
}

/** Daemon pods as they run today; on a node that does not exist yet, their sum. */
function daemonsOf(node: FleetNode, daemons: readonly Pod[] | undefined): ReportNode["pods"] {
  if (daemons !== undefined)
    return daemons.map((pod) => ({ name: nameOf(pod), ...drawn(amountsOfPod(pod)), isDaemon: true }));
  const { cpuMilli, memoryBytes, pods } = node.daemonRequested;
  return pods === 0
    ? []
    : [{ name: `${pods} DaemonSet pods`, cpuMilli, memoryMiB: memoryBytes / 2 ** 20, isDaemon: true }];
}
