import type { SimulationOutcome } from "../../forecast/types.ts";
import { costChange, costRows } from "./simulate-cost.ts";
import { isEstimate } from "./simulate-sides.ts";
import { answerText, clusterLine, poolsText, releaseText, sourceLines } from "./simulate.ts";
import { grouped, table, usd } from "./table.ts";

const right = { align: "right" } as const;

/** Two sets of NodePools beside today. `commands` show either alone. */
export function comparisonText(
  a: SimulationOutcome,
  b: SimulationOutcome,
  commands: { readonly a: string; readonly b: string; readonly columns: number },
): string {
  const head = [clusterLine(a), `NodePools A  ${poolsText(a)}`, `NodePools B  ${poolsText(b)}`, karpenterLine(a, b)];
  for (const [i, one] of a.assumptions.entries()) head.push(`${i === 0 ? "assuming" : "        "}     ${one}`);
  const verdicts = [`A  ${answerText(a)}`, `B  ${answerText(b)}`, between(a, b)];
  const sources = sourceLines({
    prices: a.prices.length >= b.prices.length ? a.prices : b.prices,
    approximations: Array.from(new Set([...a.approximations, ...b.approximations])),
  });
  const next = `next: ${preferred(a, b) === a ? commands.a : commands.b}`;
  const sides = comparisonTable(a, b, { a: "A", b: "B", columns: commands.columns });
  return `${[verdicts.join("\n"), head.join("\n"), sides, sources.join("\n"), next].join("\n\n")}\n`;
}

function rowsOf(a: SimulationOutcome, b: SimulationOutcome): readonly (readonly string[])[] {
  const fleets = [a.today.totals, a.karpenter.totals, b.karpenter.totals];
  const today = (text: string): string => (a.isTodayRead ? text : "unknown");
  const numbers = (title: string, values: readonly (number | undefined)[]): readonly string[] => {
    const [before, ...rest] = values.map((value) => (value === undefined ? "unknown" : grouped(value)));
    return [title, today(before ?? ""), ...rest, ""];
  };
  const share = (of: "cpuMilli" | "memoryBytes"): readonly (number | undefined)[] =>
    fleets.map(({ requested, allocatable }) => {
      const whole = allocatable?.[of] ?? 0;
      return whole === 0 ? undefined : Math.round((requested[of] / whole) * 100);
    });
  return [
    ...costRows(fleets, isEstimate(a) || isEstimate(b)).map(({ title, isSum, cells }) => {
      const [before, ...rest] = cells.map((value) => usd(value));
      return [title, today(before ?? ""), ...rest, ...(isSum ? costChange(cells[1], cells[2]) : [])];
    }),
    numbers(
      "nodes",
      fleets.map((one) => one.nodes),
    ),
    numbers(
      "  of it spot",
      fleets.map((one) => one.byCapacityType["spot"] ?? 0),
    ),
    numbers(
      "vCPU",
      fleets.map((one) => one.vcpus),
    ),
    numbers("CPU requested, %", share("cpuMilli")),
    numbers("memory requested, %", share("memoryBytes")),
    ["pods that never schedule", "", grouped(a.unschedulable.length), grouped(b.unschedulable.length), ""],
  ];
}

/** The one that places more pods, else the cheaper one. */
function preferred(a: SimulationOutcome, b: SimulationOutcome): SimulationOutcome {
  if (a.unschedulable.length !== b.unschedulable.length) return a.unschedulable.length < b.unschedulable.length ? a : b;
  const [x, y] = [a.karpenter.totals.usdPerHour.expected, b.karpenter.totals.usdPerHour.expected];
  return x !== undefined && y !== undefined && y < x ? b : a;
}

/** Which of the two is better, in a sentence. */
export function between(
  a: SimulationOutcome,
  b: SimulationOutcome,
  names: { readonly a: string; readonly b: string } = { a: "A", b: "B" },
): string {
  const [x, y] = [a.unschedulable.length, b.unschedulable.length];
  if (x !== y) return `${x < y ? names.a : names.b} places more pods: their costs cannot be compared`;
  const [p, q] = [a.karpenter.totals.usdPerHour.expected, b.karpenter.totals.usdPerHour.expected];
  if (p === undefined || q === undefined) return "which of the two costs less is unknown";
  if (Math.abs(p - q) < 0.0005) return `${names.a} and ${names.b} cost the same`;
  return `${p < q ? names.a : names.b} costs less`;
}

/** Nodes, requests and costs of two forecasts beside today. */
export function comparisonTable(
  a: SimulationOutcome,
  b: SimulationOutcome,
  view: { readonly a: string; readonly b: string; readonly columns: number },
): string {
  const columns = [
    { title: "", isFixed: true },
    { title: "today (CA)", ...right },
    { title: view.a, ...right },
    { title: view.b, ...right },
    { title: `${view.b} - ${view.a}`, ...right },
    { title: "", ...right },
  ];
  return table(columns, rowsOf(a, b), { columns: view.columns });
}

function karpenterLine(a: SimulationOutcome, b: SimulationOutcome): string {
  const [first, second] = [a.karpenterRelease, b.karpenterRelease].map(releaseText);
  return first === second ? `Karpenter    ${first}` : `Karpenter    A ${first}, B ${second}`;
}
