import type { Pod } from "../../kube/objects.ts";
import type { PoolTypes } from "./pool-types.ts";
import type { FleetNode, SubnetUse, ZoneShare } from "./types.ts";

/** Nodes and pods by zone on both sides. A planned node whose zone is EC2's choice counts as possible in each of its zones. */
export function zoneShares(today: readonly FleetNode[], planned: readonly FleetNode[]): readonly ZoneShare[] {
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
  }));
}

/** Addresses that the planned nodes and their pods take, counted for the subnet with most free addresses in the first zone of each. */
export function subnetUse(
  planned: readonly FleetNode[],
  types: PoolTypes,
  pods: ReadonlyMap<string, Pod>,
): readonly SubnetUse[] {
  const uses = new Map<string, SubnetUse>();
  for (const node of planned) {
    if (node.isExisting) continue;
    const subnets = types.byPool.get(node.owner ?? "")?.subnets ?? [];
    const inZone = subnets.filter((subnet) => subnet.zone === node.zones[0]);
    const [best] = inZone.toSorted((a, b) => (b.free ?? 0) - (a.free ?? 0) || (a.id < b.id ? -1 : 1));
    if (best === undefined) continue;
    const before = uses.get(best.id) ?? { id: best.id, zone: best.zone, free: best.free, needed: 0 };
    uses.set(best.id, { ...before, needed: before.needed + addressesOf(node, pods) });
  }
  return Array.from(uses.values()).sort((a, b) => (a.zone < b.zone ? -1 : a.zone > b.zone ? 1 : a.id < b.id ? -1 : 1));
}

// One for the node; pods on the host's network take none.
function addressesOf(node: FleetNode, pods: ReadonlyMap<string, Pod>): number {
  return 1 + node.pods.filter((key) => pods.get(key)?.spec.hostNetwork !== true).length;
}
