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
    expressions.some((expression) => matches(expression, name)),
  );
  return tiers.length === 0 ? undefined : Math.max(...tiers.map(([priority]) => priority));
}

// Go's expressions are a subset of JavaScript's but for inline flags and a few escapes.
function matches(expression: string, name: string): boolean {
  const flags = /^\(\?([is]+)\)/.exec(expression);
  const source = (flags === null ? expression : expression.slice(flags[0].length))
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$")
    .replaceAll("(?P<", "(?<");
  try {
    return new RegExp(source, flags?.[1] ?? "").test(name);
  } catch {
    return expression === name;
  }
}
