import { makeFinding, type Finding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { groupBy } from "../kube/group-by.ts";
import { canonical } from "../kube/json.ts";
import type { Bundle } from "./merge.ts";

/** Bundles with their weights, and what is to be said of them. */
export interface Ranked {
  readonly bundles: readonly Bundle[];
  readonly findings: readonly Finding[];
}

/**
 * Ranks pools that can serve the same pods: those of one tier whose taints are the same.
 *
 * Left alone, Karpenter goes to the first of them in reverse alphabetical order and compares prices only within one
 * pool, so a memory-optimised
 * pool could take everything for its name. Pools of the architecture on which pods without a word about it run today come first, since
 * Karpenter knows no image's architecture; then the group that runs most nodes today. Pools with nothing to rank by keep their tier.
 */
export function rankRivals(bundles: readonly Bundle[], home: string | undefined): Ranked {
  const rivals = groupBy(bundles, ({ drafts: [draft], weight }) => {
    const taints = draft.taints.map((taint) => canonical({ ...taint })).sort();
    return canonical({ taints, weight: weight ?? null });
  });
  const weights = new Map<Bundle, number>();
  const findings: Finding[] = [];
  for (const list of rivals.values()) {
    if (list.length < 2) continue;
    const ranked = list.toSorted((a, b) => distance(a, home) - distance(b, home) || byNodesToday(a, b));
    ranked.forEach((bundle, rank) => weights.set(bundle, weightOf(bundle.weight, rank, ranked.length)));
    findings.push(rivalFinding(ranked, weights, home));
  }
  return { bundles: bundles.map((bundle) => ({ ...bundle, weight: weights.get(bundle) ?? bundle.weight })), findings };
}

// What may be of any architecture is as near as what is of the other one. A pod that names no system is one for Linux.
function distance({ drafts: [draft] }: Bundle, home: string | undefined): number {
  if (draft.os === "windows") return 2;
  return home === undefined || (draft.arch.length === 1 && draft.arch[0] === home) ? 0 : 1;
}

function byNodesToday(a: Bundle, b: Bundle): number {
  const difference = nodesToday(b) - nodesToday(a);
  if (difference !== 0) return difference;
  return firstName(a) < firstName(b) ? -1 : 1;
}

function nodesToday(bundle: Bundle): number {
  return bundle.drafts.reduce(
    (sum, { nodeGroup }) => sum + Math.max(nodeGroup.desired ?? 0, nodeGroup.nodeNames.length),
    0,
  );
}

function firstName(bundle: Bundle): string {
  return bundle.drafts[0].nodeGroup.name;
}

// Tiers of the priority expander are ten apart: ranks stay within theirs. Without tiers there is the whole range.
function weightOf(tier: number | undefined, rank: number, count: number): number {
  if (tier !== undefined) return Math.max(1, tier - Math.min(rank, 9));
  const step = count <= 9 ? 10 : 1;
  return Math.max(1, Math.min(99, step * (count - rank)));
}

function rivalFinding(
  ranked: readonly Bundle[],
  weights: ReadonlyMap<Bundle, number>,
  home: string | undefined,
): Finding {
  const nodeGroups = ranked.map((bundle) => ({
    nodeGroup: bundle.drafts.map(({ nodeGroup }) => nodeGroup.name).join(", "),
    nodes: nodesToday(bundle),
    weight: weights.get(bundle) ?? 0,
  }));
  const subject = `nodegroup/${ranked.map(firstName).join(",")}`;
  const kinds = ranked.flatMap(({ drafts: [draft] }) => (draft.os === "windows" ? ["windows"] : draft.arch));
  const archs = [...new Set(kinds)].sort();
  const isMixed = archs.length > 1;
  const about = { nodeGroups, archs: isMixed ? archs : [], home: home ?? "" };
  return makeFinding(translationFindings, "DV2029", subject, about, isMixed ? { severity: "warning" } : {});
}
