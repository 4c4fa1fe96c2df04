import { matchesExpression } from "../autoscaler/priorities.ts";
import type { AutoscalerInstallation } from "../autoscaler/types.ts";
import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { Draft } from "./draft.ts";

/**
 * Gives NodePools the weights that the priority expander's tiers ask for. Without that expander no pool has a weight.
 */
export function giveWeights(drafts: readonly Draft[], autoscaler: AutoscalerInstallation | undefined): void {
  const priorities = autoscaler?.priorities;
  if (priorities === undefined || !(autoscaler?.expanders.includes("priority") ?? false)) return;
  const tiers = new Map<Draft, number | undefined>(drafts.map((draft) => [draft, tierOf(draft, priorities)]));
  const ranked = [...new Set([...tiers.values()].filter((tier) => tier !== undefined))].sort((a, b) => b - a);
  const hasUnmatched = [...tiers.values()].includes(undefined);
  const steps = ranked.length + (hasUnmatched ? 1 : 0);
  for (const [draft, tier] of tiers) {
    const rank = tier === undefined ? ranked.length : ranked.indexOf(tier);
    draft.weight = weightOf(rank, steps);
    if (tier !== undefined) continue;
    const about = { nodeGroup: draft.nodeGroup.name };
    draft.ledger.find(makeFinding(translationFindings, "DV2028", `nodegroup/${draft.nodeGroup.name}`, about));
  }
}

/**
 * Weights from 90 downwards in steps of ten, closer where there are many tiers; never below 1. Above a tier is room
 * for its on-demand base.
 */
function weightOf(rank: number, tiers: number): number {
  const step = tiers <= 9 ? 10 : Math.max(1, Math.floor(89 / (tiers - 1)));
  return Math.max(1, 90 - rank * step);
}

// Cluster Autoscaler matches the expressions against the Auto Scaling group's name, anywhere in it.
function tierOf(draft: Draft, priorities: ReadonlyMap<number, readonly string[]>): number | undefined {
  const name = draft.nodeGroup.autoScalingGroupName ?? draft.nodeGroup.name;
  const tiers = [...priorities].filter(([, expressions]) =>
    expressions.some((expression) => matchesExpression(expression, name) ?? expression === name),
  );
  return tiers.length === 0 ? undefined : Math.max(...tiers.map(([priority]) => priority));
}
