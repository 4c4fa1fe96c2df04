import type { PriceBook } from "../money/price-book.ts";
import { noAmounts, sumAmounts } from "./amounts.ts";
import { computeCost, fixedCost, sumCosts } from "../money/cost.ts";
import type { SimulateOptions } from "./options.ts";
import type { FleetAmounts, Fleet, FleetNode } from "./types.ts";
import type { CostRange } from "../money/types.ts";

/** What the nodes of a side come to. `volumes` is undefined where the disks of one side cannot be known: then neither side counts them. */
export function fleetOf(
  nodes: readonly FleetNode[],
  options: SimulateOptions,
  parts: {
    readonly volumes: CostRange;
    readonly countsVolumes: boolean;
    readonly prices: PriceBook | undefined;
    readonly vcpusOf: (type: string) => number | undefined;
  },
): Fleet {
  const agents = nodes.length * (options.perNodeFeeUsdPerHour ?? 0);
  const compute = computeCost(nodes, options, parts.prices);
  const allocatable = nodes.map((node) => node.allocatable);
  const vcpus = nodes.map((node) => (node.instanceType === undefined ? undefined : parts.vcpusOf(node.instanceType)));
  return {
    nodes,
    totals: {
      nodes: nodes.length,
      allocatable: allocatable.includes(undefined) ? undefined : sumAmounts(allocatable.flatMap((one) => one ?? [])),
      requested: sumAmounts(nodes.map((node) => node.requested)),
      daemonRequested: sumAmounts(nodes.map((node) => node.daemonRequested)),
      computeUsdPerHour: compute,
      volumesUsdPerHour: parts.volumes,
      agentsUsdPerHour: agents,
      usdPerHour: sumCosts([compute, fixedCost(agents), ...(parts.countsVolumes ? [parts.volumes] : [])]),
      byType: counts(nodes.map((node) => node.instanceType ?? "unknown")),
      byZone: counts(nodes.map((node) => node.zones.join(" or "))),
      byCapacityType: counts(nodes.map((node) => node.capacityType ?? "unknown")),
      vcpus: vcpus.includes(undefined) ? undefined : vcpus.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    },
  };
}

/** Share in percent; undefined where the whole is unknown or nothing. */
export function share(
  part: FleetAmounts,
  whole: FleetAmounts | undefined,
  of: "cpuMilli" | "memoryBytes",
): number | undefined {
  const total = whole?.[of] ?? noAmounts[of];
  return total === 0 ? undefined : (part[of] / total) * 100;
}

/** Sorted by count, most first, then by name. */
function counts(names: readonly string[]): Readonly<Record<string, number>> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return Object.fromEntries(Array.from(found).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}
