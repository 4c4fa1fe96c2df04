import type { ConsolidationMove, ConsolidationOutcome, MovedNode } from "../../forecast/consolidation-types.ts";
import type { SimulationOutcome } from "../../forecast/types.ts";
import { monthly, rangeText } from "./simulate-cost.ts";
import { type DrawView, isDiscounted } from "./simulate-nodes.ts";
import { change, count, grouped, table } from "./table.ts";

const shownMoves = 10;
const shownNames = 3;

/** What consolidation would do with the planned nodes, move by move, and why it stops. */
export function consolidationLines(outcome: SimulationOutcome, view: DrawView): readonly string[] {
  const { consolidation } = outcome;
  if (consolidation === undefined) return [];
  return [
    [headline(consolidation, outcome), ...movesTable(consolidation, view), ...leftLines(consolidation)].join("\n"),
  ];
}

function headline(consolidation: ConsolidationOutcome, outcome: SimulationOutcome): string {
  const { policy, moves, nodesBefore, nodesAfter, before, after, podsMoved, bound, left } = consolidation;
  const under = policy ?? "as each NodePool says";
  if (moves.length === 0 && left.length === 0) return `consolidation (${under}): Karpenter runs no node here`;
  if (moves.length === 0 && bound === undefined) return `consolidation (${under}): nothing to do`;
  const what = [
    count(moves.length, "move"),
    nodesBefore === nodesAfter
      ? `${count(nodesAfter, "node")} as before`
      : `${count(nodesBefore, "node")} become ${grouped(nodesAfter)}`,
    `machines ${rangeText(before)} to ${rangeText(after)} USD/month${isDiscounted(outcome) ? " before discounts and commitments" : ""}`,
    `${count(podsMoved, "pod")} ${podsMoved === 1 ? "moves" : "move"}${outcome.scope === "all" ? " once more" : ""}`,
  ];
  const end = bound === undefined ? [] : [`not settled: stopped after ${bound}`];
  return `consolidation (${under}): ${[...what, ...end].join("; ")}`;
}

function movesTable({ moves }: ConsolidationOutcome, { isAll, columns: room }: DrawView): readonly string[] {
  if (moves.length === 0) return [];
  const shown = isAll ? moves : moves.slice(0, shownMoves);
  const right = { align: "right" } as const;
  const columns = [
    { title: "why" },
    { title: "goes" },
    { title: "comes" },
    { title: "pods", ...right },
    { title: "USD/month", ...right },
  ];
  const lines = [table(columns, shown.map(moveRow), { indent: "  ", columns: room, isWhole: isAll })];
  const more = moves.length - shown.length;
  if (more > 0) lines.push(`  ${count(more, "more move")}: --all shows them`);
  return lines;
}

const reasons: Readonly<Record<ConsolidationMove["method"], string>> = {
  repair: "unhealthy",
  emptiness: "empty",
  staticDrift: "drifted",
  drift: "drifted",
  multiNode: "underutilized",
  singleNode: "underutilized",
};

function moveRow({ method, removed, added, pods, savesUsdPerHour }: ConsolidationMove): readonly string[] {
  const saved = savesUsdPerHour === undefined ? "unknown" : change(-savesUsdPerHour, monthly);
  return [reasons[method], nodesText(removed), added.length === 0 ? "nothing" : nodesText(added), grouped(pods), saved];
}

/** `general-1 (m5.large), general-2 (m5.large) and 3 more`. */
function nodesText(nodes: readonly MovedNode[]): string {
  const named = nodes.slice(0, shownNames).map(({ name, instanceType, capacityType }) => {
    const spot = capacityType === "spot" ? ", spot" : "";
    return `${name} (${instanceType ?? "unknown"}${spot})`;
  });
  const more = nodes.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function leftLines({ left }: ConsolidationOutcome): readonly string[] {
  return left.map(({ reason, nodes }) => {
    const stay = `${count(nodes.length, "node")} ${nodes.length === 1 ? "stays" : "stay"}`;
    return `  ${stay}: ${reason}`;
  });
}
