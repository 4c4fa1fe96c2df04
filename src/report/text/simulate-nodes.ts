import type { Fleet, SimulationOutcome } from "../../forecast/types.ts";
import type { CostRange } from "../../money/types.ts";
import { rangeText } from "./simulate-cost.ts";
import { count, grouped, table } from "./table.ts";

/** How much is shown, and in what width. */
export interface DrawView {
  /** Every pod and every node type instead of the first few, nothing cut. */
  readonly isAll: boolean;
  readonly columns: number;
}

const right = { align: "right" } as const;
const rowsPerSide = 8;

/** Nodes of both sides by type, capacity type and zone. */
export function typesTable({ today, karpenter }: SimulationOutcome, view: DrawView): string {
  const rows = [...typeRows("today", today), ...typeRows("Karpenter", karpenter)];
  if (rows.length === 0) return "";
  const shown = view.isAll ? rows : limited(rows);
  const columns = [
    { title: "side" },
    { title: "type" },
    { title: "capacity" },
    { title: "zones" },
    { title: "nodes", ...right },
    { title: "USD/month each", ...right },
  ];
  const hidden = rows.filter((row) => !shown.includes(row));
  const nodes = hidden.reduce((sum, row) => sum + row.nodes, 0);
  const lines = [
    table(
      columns,
      shown.map((row) => row.cells),
      { columns: view.columns, isWhole: view.isAll },
    ),
  ];
  if (hidden.length > 0)
    lines.push(`${count(hidden.length, "more row")} with ${count(nodes, "node")}: --all shows them`);
  if (isDiscounted({ today, karpenter }))
    lines.push("USD/month each is the price before discounts and commitments; the cost above is after them");
  return lines.join("\n");
}

interface TypeRow {
  readonly side: string;
  readonly nodes: number;
  readonly cells: readonly string[];
}

/** The first rows of each side. */
function limited(rows: readonly TypeRow[]): readonly TypeRow[] {
  const seen = new Map<string, number>();
  return rows.filter(({ side }) => {
    const place = (seen.get(side) ?? 0) + 1;
    seen.set(side, place);
    return place <= rowsPerSide;
  });
}

function typeRows(side: string, fleet: Fleet): readonly TypeRow[] {
  const groups = new Map<string, { readonly cells: readonly string[]; readonly cost: CostRange; nodes: number }>();
  for (const node of fleet.nodes) {
    const others = node.instanceTypes.length > 1 ? ` or ${node.instanceTypes.length - 1} more` : "";
    const cells = [`${node.instanceType ?? "unknown"}${others}`, node.capacityType ?? "unknown", zonesText(node.zones)];
    const key = JSON.stringify([cells, node.usdPerHour]);
    const group = groups.get(key) ?? { cells, cost: node.usdPerHour, nodes: 0 };
    group.nodes += 1;
    groups.set(key, group);
  }
  return Array.from(groups.values())
    .toSorted((a, b) => b.nodes - a.nodes || (JSON.stringify(a.cells) < JSON.stringify(b.cells) ? -1 : 1))
    .map(({ cells, cost, nodes }) => ({ side, nodes, cells: [side, ...cells, grouped(nodes), rangeText(cost)] }));
}

/** Whether the cost is another than that of the machines one by one. */
export function isDiscounted({ today, karpenter }: Pick<SimulationOutcome, "today" | "karpenter">): boolean {
  return [today, karpenter].some(({ nodes, totals }) => {
    const each = nodes.reduce((sum, node) => sum + (node.usdPerHour.expected ?? Number.NaN), 0);
    return Math.abs(each - (totals.computeUsdPerHour.expected ?? Number.NaN)) > 0.0005;
  });
}

/** `us-east-1a/b/c`. */
export function zonesText(zones: readonly string[]): string {
  const [first, ...rest] = zones;
  if (first === undefined) return "unknown";
  const prefix = first.slice(0, -1);
  if (rest.length === 0 || rest.some((zone) => zone.slice(0, -1) !== prefix)) return zones.join("/");
  return [first, ...rest.map((zone) => zone.slice(-1))].join("/");
}

/** Balance over zones. Where EC2 chooses among several, a node counts in each of them as possible. */
export function zonesTable({ zones, isTodayRead }: SimulationOutcome, view: DrawView): string {
  if (zones.length === 0) return "";
  const hasOpen = zones.some((zone) => zone.nodesPossible > 0);
  const rows = zones.map((zone) => [
    zone.zone,
    isTodayRead ? grouped(zone.nodesToday) : "unknown",
    spread(zone.nodesKarpenter, zone.nodesPossible),
    isTodayRead ? grouped(zone.podsToday) : "unknown",
    spread(zone.podsKarpenter, zone.podsPossible),
  ]);
  const columns = [
    { title: "zone" },
    { title: "nodes today", ...right },
    { title: "nodes Karpenter", ...right },
    { title: "pods today", ...right },
    { title: "pods Karpenter", ...right },
  ];
  const notes = [
    "pods are counted without those of DaemonSets",
    ...(hasOpen ? ["a range: EC2 chooses the zone, nothing in the pods or NodePools does"] : []),
  ];
  return [table(columns, rows, { columns: view.columns, isWhole: view.isAll }), ...notes].join("\n");
}

/** Addresses in the subnets of the new nodes; nothing where no subnet's free addresses are known. */
export function subnetsTable({ subnets, scope }: SimulationOutcome, view: DrawView): string {
  if (subnets.every((subnet) => subnet.free === undefined)) return "";
  const isNodesOnly = subnets.some((subnet) => subnet.isNodesOnly === true);
  const rows = subnets.map(({ id, zone, free, needed, possible }) => {
    const missing = free === undefined ? 0 : needed + possible - free;
    const word = missing <= 0 ? "" : needed > (free ?? 0) ? "too few" : "may be too few";
    return [id, zone, free === undefined ? "unknown" : grouped(free), spread(needed, possible), word];
  });
  const columns = [
    { title: "subnet" },
    { title: "zone" },
    { title: "addresses free", ...right },
    { title: isNodesOnly ? "new nodes take" : "new nodes and pods take", ...right },
    { title: "" },
  ];
  const notes = [
    ...(scope === "all" ? ["what today's nodes hold comes free only as they go"] : []),
    isNodesOnly
      ? "pods get their addresses from the subnets of ENIConfigs, which are not counted here"
      : "addresses that the VPC CNI keeps warm come on top",
  ];
  return [table(columns, rows, { columns: view.columns, isWhole: view.isAll }), ...notes].join("\n");
}

function spread(certain: number, possible: number): string {
  return possible > 0 ? `${grouped(certain)} to ${grouped(certain + possible)}` : grouped(certain);
}
