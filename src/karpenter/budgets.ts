// Mirrors pkg/apis/v1/nodepool.go of karpenter v1.14.1.
import type { NodePool } from "./api.ts";
import { nextCron, parseCron } from "./cron.ts";
import { parseGoDuration } from "../kube/go-duration.ts";

/** A disruption budget of a NodePool. */
export type Budget = NonNullable<NonNullable<NodePool["spec"]["disruption"]>["budgets"]>[number];

/** What budgets can be about. */
export type DisruptionReason = "Empty" | "Drifted" | "Underutilized" | "Unhealthy";

/** No budget limits it. */
const unlimited = 2 ** 31 - 1;

/** Nodes a pool's budgets let go at once, for one reason; `isBroken` when some budget cannot be read. */
export interface Allowance {
  readonly nodes: number;
  readonly isBroken: boolean;
}

/** The least that any budget for the reason allows (`GetAllowedDisruptionsByReason`). */
export function allowedDisruptions(
  budgets: readonly Budget[],
  { nowMs, nodes, reason }: { readonly nowMs: number; readonly nodes: number; readonly reason: DisruptionReason },
): Allowance {
  let least = unlimited;
  let isBroken = false;
  for (const budget of budgets) {
    const value = budgetValue(budget, nowMs, nodes);
    isBroken ||= value === undefined;
    if (budget.reasons === undefined || budget.reasons.includes(reason)) least = Math.min(least, value ?? 0);
  }
  return { nodes: least, isBroken };
}

/** What disruption goes by: a budget that cannot be read closes the pool for every reason (`MustGetAllowedDisruptions`). */
export function effectiveDisruptions(...input: Parameters<typeof allowedDisruptions>): number {
  const { nodes, isBroken } = allowedDisruptions(...input);
  return isBroken ? 0 : nodes;
}

function budgetValue(budget: Budget, nowMs: number, nodes: number): number | undefined {
  const active = isActive(budget, nowMs);
  if (active === undefined) return undefined;
  if (!active) return unlimited;
  if (/^[+-]?\d+$/.test(budget.nodes)) return Number(budget.nodes);
  const percent = /^([+-]?\d+)%$/.exec(budget.nodes)?.[1];
  return percent === undefined ? undefined : Math.ceil((Number(percent) * nodes) / 100);
}

/** Undefined when the schedule cannot be read. An impossible date never comes, and so counts as passed: the budget is always active. */
function isActive({ schedule, duration }: Budget, nowMs: number): boolean | undefined {
  if (schedule === undefined && duration === undefined) return true;
  const cron = parseCron(schedule ?? "", parseGoDuration);
  if (cron === undefined) return undefined;
  const lengthMs = Number(parseGoDuration(duration ?? "0s") ?? 0n) / 1e6;
  const next = nextCron(cron, nowMs - lengthMs);
  return next === undefined || next <= nowMs;
}
