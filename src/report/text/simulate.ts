import type { Amounts, CostRange, Fleet, FleetTotals, SimulationOutcome, Verdict } from "../../app/simulate/types.ts";
import { blockedLines, unschedulableLines } from "./simulate-pods.ts";
import { change, count, grouped, table, usd } from "./table.ts";

const right = { align: "right" } as const;

/** How much is shown. */
export interface SimulateView {
  /** Every pod and every node type instead of the first few. */
  readonly isAll: boolean;
  /** Source options to repeat in suggested commands. */
  readonly sourceOptions: string;
}

/** `dovetail simulate`: today beside Karpenter, what does not fit, where the figures come from, and the plain answer. */
export function simulateText(outcome: SimulationOutcome, view: SimulateView): string {
  const parts = [
    headLine(outcome),
    sideBySide(outcome),
    typesTable(outcome, view),
    zonesTable(outcome),
    ...subnetLines(outcome),
    ...unschedulableLines(outcome, view),
    ...blockedLines(outcome, view),
    verdictText(outcome.verdict, outcome),
    footer(outcome),
    `next: dovetail ${nextCommand(outcome, view)}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function headLine(outcome: SimulationOutcome): string {
  const what = outcome.scope === "pending" ? "pending pods only" : "all pods";
  const lines = [
    `${outcome.cluster ?? "cluster"}   ${outcome.region}   read ${outcome.readAt.slice(0, 16).replace("T", " ")} UTC   ${what}`,
  ];
  const pools = outcome.nodePools.length === 0 ? "none" : outcome.nodePools.join(", ");
  const from = outcome.nodePoolSource === "translate" ? "what the node groups translate to" : outcome.nodePoolSource;
  lines.push(`NodePools  ${pools}  (${from})`);
  if (outcome.assumptions.length > 0) lines.push(`assuming   ${outcome.assumptions.join("; ")}`);
  return lines.join("\n");
}

function sideBySide({ today, karpenter, daemonSets, evictions, scope }: SimulationOutcome): string {
  const [before, after] = [today.totals, karpenter.totals];
  const numbers = (title: string, a: number | undefined, b: number | undefined, digits = 0): readonly string[] => {
    const text = (n: number | undefined): string =>
      n === undefined ? "unknown" : digits === 0 ? grouped(Math.round(n)) : n.toFixed(digits);
    const difference =
      a === undefined || b === undefined ? "unknown" : change(Number((b - a).toFixed(digits)), (n) => text(n));
    return [title, text(a), text(b), difference];
  };
  const gib = (amounts: Amounts | undefined): number | undefined =>
    amounts === undefined ? undefined : amounts.memoryBytes / 2 ** 30;
  const cpu = (amounts: Amounts | undefined): number | undefined =>
    amounts === undefined ? undefined : amounts.cpuMilli / 1000;
  const rows = [
    numbers("nodes", before.nodes, after.nodes),
    numbers("vCPU", before.vcpus, after.vcpus),
    numbers("CPU allocatable, cores", cpu(before.allocatable), cpu(after.allocatable), 1),
    numbers("CPU requested, cores", cpu(before.requested), cpu(after.requested), 1),
    usedRow("CPU requested, %", before, after, "cpuMilli"),
    numbers("memory allocatable, GiB", gib(before.allocatable), gib(after.allocatable), 1),
    numbers("memory requested, GiB", gib(before.requested), gib(after.requested), 1),
    usedRow("memory requested, %", before, after, "memoryBytes"),
    numbers("of it DaemonSets, cores", cpu(daemonSets.today), cpu(daemonSets.karpenter), 1),
    numbers("of it DaemonSets, GiB", gib(daemonSets.today), gib(daemonSets.karpenter), 1),
    numbers("kept by the system, GiB", gib(daemonSets.systemToday), gib(daemonSets.systemKarpenter), 1),
    ...moneyRows(before, after),
    ...(scope === "all" ? [["evictions to get there", "", grouped(evictions.pods), ""]] : []),
  ];
  return table(
    [{ title: "" }, { title: "today (CA)", ...right }, { title: "Karpenter", ...right }, { title: "change", ...right }],
    rows,
  );
}

function usedRow(
  title: string,
  before: FleetTotals,
  after: FleetTotals,
  of: "cpuMilli" | "memoryBytes",
): readonly string[] {
  const percent = (totals: FleetTotals): number | undefined => {
    const whole = totals.allocatable?.[of] ?? 0;
    return whole === 0 ? undefined : (totals.requested[of] / whole) * 100;
  };
  const text = (value: number | undefined): string => (value === undefined ? "unknown" : String(Math.round(value)));
  return [title, text(percent(before)), text(percent(after)), ""];
}

function moneyRows(before: FleetTotals, after: FleetTotals): readonly (readonly string[])[] {
  const row = (title: string, pick: (totals: FleetTotals) => CostRange): readonly string[] => {
    const [a, b] = [pick(before), pick(after)];
    return [title, rangeText(a), rangeText(b), changeText(a.expected, b.expected)];
  };
  const hasParts = before.agentsUsdPerHour > 0 || before.volumesUsdPerHour.expected !== undefined;
  return [
    ...(hasParts ? [row("machines, USD/h", (totals) => totals.computeUsdPerHour)] : []),
    ...(before.volumesUsdPerHour.expected !== undefined && after.volumesUsdPerHour.expected !== undefined
      ? [row("node disks, USD/h", (totals) => totals.volumesUsdPerHour)]
      : []),
    ...(before.agentsUsdPerHour > 0
      ? [row("agents, USD/h", ({ agentsUsdPerHour: fee }) => ({ low: fee, expected: fee, high: fee }))]
      : []),
    row("cost, USD/h", (totals) => totals.usdPerHour),
  ];
}

/** `3.64`, or `2.10 (1.80 to 3.00)` where the ends differ. */
export function rangeText(cost: CostRange): string {
  if (cost.expected === undefined) return "unknown";
  const text = usd(cost.expected);
  const [low, high] = [usd(cost.low), usd(cost.high)];
  return low === text && high === text ? text : `${text} (${low} to ${high})`;
}

function changeText(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return "unknown";
  const difference = Number((after - before).toFixed(2));
  const percent =
    before === 0 ? "" : `  ${change(Number(((difference / before) * 100).toFixed(1)), (n) => n.toFixed(1))} %`;
  return `${change(difference, (n) => usd(n))}${difference === 0 ? "" : percent}`;
}

function typesTable({ today, karpenter }: SimulationOutcome, view: SimulateView): string {
  const rows = [...typeRows("today", today), ...typeRows("Karpenter", karpenter)];
  const shown = view.isAll ? rows : limited(rows, 8);
  const columns = [
    { title: "nodes by type" },
    { title: "type" },
    { title: "capacity" },
    { title: "zones" },
    { title: "nodes", ...right },
    { title: "USD/h each", ...right },
  ];
  const more = rows.length - shown.length;
  return table(columns, shown) + (more > 0 ? `\n${count(more, "more row")}: --all shows them` : "");
}

/** The first rows of each side. */
function limited(rows: readonly (readonly string[])[], perSide: number): readonly (readonly string[])[] {
  const sides = new Map<string, number>();
  return rows.filter(([side = ""]) => {
    const seen = (sides.get(side) ?? 0) + 1;
    sides.set(side, seen);
    return seen <= perSide;
  });
}

function typeRows(side: string, fleet: Fleet): readonly (readonly string[])[] {
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
    .map((group) => [side, ...group.cells, grouped(group.nodes), rangeText(group.cost)]);
}

/** `us-east-1a/b/c`. */
function zonesText(zones: readonly string[]): string {
  const [first = "", ...rest] = zones;
  const prefix = first.slice(0, -1);
  if (rest.length === 0 || rest.some((zone) => zone.slice(0, -1) !== prefix)) return zones.join("/");
  return [first, ...rest.map((zone) => zone.slice(-1))].join("/");
}

function zonesTable({ zones }: SimulationOutcome): string {
  if (zones.length === 0) return "";
  const hasOpen = zones.some((zone) => zone.nodesPossible > 0);
  const rows = zones.map((zone) => [
    zone.zone,
    grouped(zone.nodesToday),
    `${grouped(zone.nodesKarpenter)}${zone.nodesPossible > 0 ? ` to ${grouped(zone.nodesKarpenter + zone.nodesPossible)}` : ""}`,
    grouped(zone.podsToday),
    hasOpen ? "" : grouped(zone.podsKarpenter),
  ]);
  const columns = [
    { title: "zone" },
    { title: "nodes today", ...right },
    { title: "nodes Karpenter", ...right },
    { title: "pods today", ...right },
    { title: hasOpen ? "" : "pods Karpenter", ...right },
  ];
  const note = hasOpen ? "\na range of nodes: EC2 chooses the zone, nothing in the pods or NodePools does" : "";
  return table(columns, rows) + note;
}

function subnetLines({ subnets }: SimulationOutcome): readonly string[] {
  const short = subnets.filter((subnet) => subnet.free !== undefined && subnet.needed > subnet.free);
  return short.map(({ id, zone, free, needed }) => {
    const has = `subnet ${id} (${zone}) has ${grouped(free ?? 0)} free addresses`;
    return `${has}; these nodes and pods take ${grouped(needed)}`;
  });
}

/** The plain answer in one sentence: the same words on every screen. */
export const answers: Readonly<Record<Verdict["answer"], string>> = {
  saves: "yes: Karpenter would run these pods for less",
  "costs-more": "no: Karpenter would cost more; do not migrate for cost with these NodePools",
  "about-equal": "no saving: Karpenter would cost about the same",
  unknown: "unknown: cost cannot be compared",
  "does-not-fit": "no: not every pod that runs today would schedule; do not migrate before that is solved",
};

function verdictText(verdict: Verdict, outcome: SimulationOutcome): string {
  const lines = [answers[verdict.answer], ...verdict.causes.map((cause) => `  ${cause.sentence}`)];
  if (!outcome.isComplete) lines.push("  part of the cluster was not read: this result is not complete");
  return lines.join("\n");
}

function footer(outcome: SimulationOutcome): string {
  const prices = outcome.prices.map(
    (source) => `${source.name} ${source.date}${source.isEstimate ? " (estimate)" : ""}`,
  );
  const lines = [`prices     ${prices.length === 0 ? "none at hand" : prices.join("; ")}`];
  for (const one of outcome.approximations) lines.push(`note       ${one}`);
  if (outcome.gaps.length > 0)
    lines.push(`gaps       ${count(outcome.gaps.length, "part")} of the cluster not read: dovetail assess names them`);
  return lines.join("\n");
}

function nextCommand(outcome: SimulationOutcome, view: SimulateView): string {
  const source = view.sourceOptions === "" ? "" : ` ${view.sourceOptions}`;
  const [pod] = outcome.unschedulable;
  if (pod !== undefined) return `explain pod ${pod.pod}${source}`;
  const [node] = outcome.karpenter.nodes;
  return node === undefined ? `assess${source}` : `explain node ${node.name}${source}`;
}
