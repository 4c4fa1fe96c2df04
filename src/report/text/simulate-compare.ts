import type { SimulationOutcome } from "../../app/simulate/types.ts";
import { rangeText } from "./simulate.ts";
import { grouped, table } from "./table.ts";

const right = { align: "right" } as const;

/** Two sets of NodePools beside today. */
export function compareText(first: SimulationOutcome, second: SimulationOutcome): string {
  const row = (title: string, pick: (totals: SimulationOutcome["today"]["totals"]) => string): readonly string[] => [
    title,
    pick(first.today.totals),
    pick(first.karpenter.totals),
    pick(second.karpenter.totals),
  ];
  const number = (value: number | undefined): string => (value === undefined ? "unknown" : grouped(value));
  const rows = [
    row("nodes", (totals) => number(totals.nodes)),
    row("vCPU", (totals) => number(totals.vcpus)),
    row("cost, USD/h", (totals) => rangeText(totals.usdPerHour)),
    ["pods that never schedule", "", grouped(first.unschedulable.length), grouped(second.unschedulable.length)],
    ["verdict", "", first.verdict.answer, second.verdict.answer],
  ];
  const columns = [
    { title: "" },
    { title: "today (CA)", ...right },
    { title: first.nodePoolSource, ...right },
    { title: second.nodePoolSource, ...right },
  ];
  return `${table(columns, rows)}\n`;
}
