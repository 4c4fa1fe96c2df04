import { vpcCniOf } from "../aws/vpc-cni.ts";
import { daemonAddresses } from "../scheduling/pass/type-questions.ts";
import type { ForecastPass } from "./pass.ts";
import type { FleetNode, SubnetUse, ZoneShare } from "./types.ts";

/** Nodes and pods by zone on both sides. A planned node whose zone is EC2's choice counts as possible in each of its zones. */
export function zoneShares(todayNodes: readonly FleetNode[], plannedNodes: readonly FleetNode[]): readonly ZoneShare[] {
  // So that the sums over zones are those of the fleets.
  const placed = (node: FleetNode): FleetNode => (node.zones.length > 0 ? node : { ...node, zones: ["unknown"] });
  const [today, planned] = [todayNodes.map(placed), plannedNodes.map(placed)];
  const zones = Array.from(new Set([...today, ...planned].flatMap((node) => node.zones))).sort();
  const certain = (nodes: readonly FleetNode[], zone: string): readonly FleetNode[] =>
    nodes.filter((node) => node.zones.length === 1 && node.zones[0] === zone);
  const podsOf = (nodes: readonly FleetNode[]): number => nodes.reduce((sum, node) => sum + node.pods.length, 0);
  return zones.map((zone) => ({
    zone,
    nodesToday: certain(today, zone).length,
    nodesKarpenter: certain(planned, zone).length,
    nodesPossible: planned.filter((node) => node.zones.length > 1 && node.zones.includes(zone)).length,
    podsToday: podsOf(certain(today, zone)),
    podsKarpenter: podsOf(certain(planned, zone)),
    podsPossible: podsOf(planned.filter((node) => node.zones.length > 1 && node.zones.includes(zone))),
  }));
}

/** Addresses that the planned nodes and their pods take, counted for the subnet with most free addresses in each zone. */
export function subnetUse(planned: readonly FleetNode[], pass: ForecastPass): readonly SubnetUse[] {
  const isNodesOnly = vpcCniOf(pass.question.objects)?.isCustomNetworking === true;
  const uses = new Map<string, SubnetUse>();
  const daemons = daemonAddresses(pass.asked);
  for (const node of planned) {
    if (node.isExisting) continue;
    const subnets = pass.types.byPool.get(node.owner ?? "")?.subnets ?? [];
    // One for the node; pods on the host's network take none.
    const own = node.pods.filter((key) => pass.pods.get(key)?.spec.hostNetwork !== true).length;
    const ofPods = own + (daemons.get(node.owner ?? "")?.get(node.instanceType ?? "") ?? 0);
    const addresses = 1 + (isNodesOnly ? 0 : ofPods);
    for (const zone of node.zones) {
      const inZone = subnets.filter((subnet) => subnet.zone === zone);
      const [best] = inZone.toSorted((a, b) => (b.free ?? 0) - (a.free ?? 0) || (a.id < b.id ? -1 : 1));
      if (best === undefined) continue;
      const { id, free } = best;
      const before = uses.get(id) ?? {
        id,
        zone,
        free,
        needed: 0,
        possible: 0,
        ...(isNodesOnly ? { isNodesOnly } : {}),
      };
      const share = node.zones.length === 1 ? "needed" : "possible";
      uses.set(id, { ...before, [share]: before[share] + addresses });
    }
  }
  return Array.from(uses.values()).sort((a, b) => (a.zone < b.zone ? -1 : a.zone > b.zone ? 1 : a.id < b.id ? -1 : 1));
}
