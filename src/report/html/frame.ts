import { allocatableOf, instanceTypeOf, isKarpenterNode, isNodeReady, nodegroupOf } from "../../kube/node.ts";
import type { Node, Pod } from "../../kube/objects.ts";
import { isPending, isTerminal } from "../../kube/pod.ts";
import { podRequests } from "../../kube/pod-requests.ts";
import { toNumber } from "../../kube/quantity.ts";
import type { ReportFrame } from "./document.ts";

/** The cluster at one moment, for the timeline. The cost is left out when the price of one node is unknown. */
export function frameOf(
  atSeconds: number,
  nodes: readonly Node[],
  pods: readonly Pod[],
  usdPerHourOf: (node: Node) => number | undefined,
): ReportFrame {
  const load = loadByNode(pods);
  let usdPerHour: number | undefined = 0;
  for (const node of nodes) {
    const price = usdPerHourOf(node);
    usdPerHour = usdPerHour === undefined || price === undefined ? undefined : usdPerHour + price;
  }
  return {
    atSeconds,
    pendingPods: pods.filter((pod) => isPending(pod) && !isTerminal(pod)).length,
    ...(usdPerHour === undefined ? {} : { usdPerHour }),
    nodes: nodes
      .map((node) => ({ node, load: load.get(node.metadata.name) ?? { pods: 0, cpuMilli: 0 } }))
      .map(({ node, load: { pods: count, cpuMilli } }) => ({
        name: node.metadata.name,
        owner: ownerOfNode(node),
        isKarpenter: isKarpenterNode(node),
        state: stateOfNode(node),
        pods: count,
        cpuShare: shareOf(cpuMilli, allocatableMilli(node)),
      }))
      .toSorted((a, b) => Number(a.isKarpenter) - Number(b.isKarpenter) || (a.name < b.name ? -1 : 1)),
  };
}

/** NodePool, node group, or the instance type of a node that belongs to neither. */
function ownerOfNode(node: Node): string {
  const labels = node.metadata.labels ?? {};
  return (
    labels["karpenter.sh/nodepool"] ??
    nodegroupOf(node) ??
    labels["alpha.eksctl.io/nodegroup-name"] ??
    instanceTypeOf(node) ??
    "other nodes"
  );
}

function stateOfNode(node: Node): ReportFrame["nodes"][number]["state"] {
  if (node.metadata.deletionTimestamp !== undefined) return "leaving";
  if (node.spec?.unschedulable === true) return "cordoned";
  return isNodeReady(node) ? "ready" : "starting";
}

function loadByNode(pods: readonly Pod[]): Map<string, { pods: number; cpuMilli: number }> {
  const load = new Map<string, { pods: number; cpuMilli: number }>();
  for (const pod of pods) {
    const name = pod.spec.nodeName;
    if (name === undefined || name === "" || isTerminal(pod)) continue;
    const own = load.get(name) ?? { pods: 0, cpuMilli: 0 };
    const { cpuMilli } = requestedBy(pod);
    load.set(name, { pods: own.pods + 1, cpuMilli: own.cpuMilli + cpuMilli });
  }
  return load;
}

/** What a pod requests, for drawing. A request that cannot be read draws nothing; findings name it. */
export function requestedBy(pod: Pod): { readonly cpuMilli: number; readonly memoryMiB: number } {
  const requests = podRequests(pod);
  if (!requests.ok) return { cpuMilli: 0, memoryMiB: 0 };
  return {
    cpuMilli: toNumber(requests.value.get("cpu") ?? 0n) * 1000,
    memoryMiB: toNumber(requests.value.get("memory") ?? 0n) / 2 ** 20,
  };
}

function allocatableMilli(node: Node): number {
  const allocatable = allocatableOf(node);
  return allocatable.ok ? toNumber(allocatable.value.get("cpu") ?? 0n) * 1000 : 0;
}

function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
