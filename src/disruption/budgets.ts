// Mirrors pkg/controllers/disruption/helpers.go of karpenter v1.14.1.
import { effectiveDisruptions } from "../karpenter/budgets.ts";
import type { DisruptionReason } from "../karpenter/budgets.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { isConditionTrue } from "../kube/conditions.ts";
import { isNodeReady } from "../kube/node.ts";
import type { DisruptionWorld } from "./world.ts";

/** What the API fills in where a pool names no budgets. */
const defaultBudgets = [{ nodes: "10%" }];

/**
 * By NodePool: how many of its nodes may go now for a reason (Karpenter's `BuildDisruptionBudgetMapping`). Nodes that are not ready use the
 * budget up, but not repair's: they are what it is for.
 */
export function budgetsAt(world: DisruptionWorld, nowMs: number, reason: DisruptionReason): Map<string, number> {
  const nodes = new Map<string, number>();
  const disrupting = new Map<string, number>();
  for (const { claim, node, labels, isInitialized, isRebooting, isDeleting } of world.scheduling.state.nodes) {
    if (claim === undefined || !(isInitialized || isRebooting) || isConditionTrue(claim, "InstanceTerminating"))
      continue;
    const pool = labels[labelKeys.nodePool] ?? "";
    nodes.set(pool, (nodes.get(pool) ?? 0) + 1);
    const isReady = node !== undefined && isNodeReady(node);
    const isIll = !isReady && reason !== "Unhealthy";
    if (isIll || isDeleting || isRebooting) disrupting.set(pool, (disrupting.get(pool) ?? 0) + 1);
  }
  return new Map(
    world.pools.map(({ metadata: { name }, spec }) => {
      const budgets = spec.disruption?.budgets ?? defaultBudgets;
      const allowed = effectiveDisruptions(budgets, { nowMs, nodes: nodes.get(name) ?? 0, reason });
      return [name, Math.max(allowed - (disrupting.get(name) ?? 0), 0)];
    }),
  );
}

/** Takes one node out of a pool's budget; false when none is left. */
export function spend(budgets: Map<string, number>, pool: string): boolean {
  const left = budgets.get(pool) ?? 0;
  if (left === 0) return false;
  budgets.set(pool, left - 1);
  return true;
}
