// Mirrors schedule_one.go of kube-scheduler 1.35.
import type { NodeState } from "../cluster/node-state.ts";
import type { Framework } from "../framework.ts";
import { companyScores, pullsOn } from "../plugins/company-score.ts";
import { imageScore } from "../plugins/image-locality.ts";
import type { NodeVerdicts } from "../plugins/node-filters.ts";
import type { ResourceScorer } from "../plugins/resource-scores.ts";
import { spreadScores } from "../plugins/spread-score.ts";
import type { Shape } from "../pods/shape.ts";
import type { PluginName, SchedulingError } from "../refusal.ts";
import type { Prefiltered } from "./prefiltered.ts";

/** One plugin's scores, weighted and normalised, in the order of the nodes; a single number where all have the same. */
export interface ScoreColumn {
  readonly plugin: PluginName;
  readonly scores: readonly number[] | number;
}

/** What feasible nodes are worth. Plugins with nothing to say have no column. */
export interface ScoreTable {
  readonly columns: readonly ScoreColumn[];
  readonly totals: readonly number[];
}

/** Scores the nodes that passed, two or more (`prioritizeNodes`). */
export function scoreNodes(
  framework: Framework,
  asked: Prefiltered,
  nodes: readonly NodeState[],
): ScoreTable | SchedulingError {
  const columns: ScoreColumn[] = [];
  const totals = nodes.map(() => 0);
  let same = 0;
  for (const { plugin, weight } of framework.profile.scores) {
    const scores = normalised(framework, asked, { plugin, nodes });
    if (scores === undefined) continue;
    if (typeof scores === "number") {
      same += scores * weight;
      columns.push({ plugin, scores: scores * weight });
      continue;
    }
    if ("message" in scores) return scores;
    for (let at = 0; at < scores.length; at++) {
      const weighted = (scores[at] ?? 0) * weight;
      scores[at] = weighted;
      totals[at] = (totals[at] ?? 0) + weighted;
    }
    columns.push({ plugin, scores });
  }
  for (let at = 0; at < totals.length; at++) totals[at] = (totals[at] ?? 0) + same;
  return { columns, totals };
}

interface Question {
  readonly plugin: PluginName;
  readonly nodes: readonly NodeState[];
}

function normalised(
  framework: Framework,
  { info, verdicts }: Prefiltered,
  { plugin, nodes }: Question,
): number[] | number | SchedulingError | undefined {
  const { shape } = info;
  const view = framework.viewOf(shape);
  const { cluster, profile, behaviour } = framework;
  switch (plugin) {
    case "TaintToleration":
      return taintScores(verdicts, nodes);
    case "NodeAffinity":
      return preferenceScores(framework, shape, { verdicts, nodes });
    case "NodeResourcesFit":
      return scoredBy(view.scorers.fit, nodes);
    case "NodeResourcesBalancedAllocation":
      return view.scorers.balance === undefined ? undefined : scoredBy(view.scorers.balance, nodes);
    case "PodTopologySpread":
      return view.soft.spreads.length === 0 ? undefined : spreadScores(view.soft, nodes);
    case "InterPodAffinity":
      return companyScores(pullsOn(cluster, shape, profile), nodes);
    case "ImageLocality":
      if (cluster.images.isEmpty) return 0;
      return nodes.map((node) => imageScore(shape, node, cluster.nodes.length, behaviour.imageVolumesScore));
    case "DynamicResources":
      return 0;
    default:
      return undefined;
  }
}

function scoredBy(scorer: ResourceScorer, nodes: readonly NodeState[]): number[] {
  return nodes.map(scorer);
}

function taintScores(verdicts: NodeVerdicts, nodes: readonly NodeState[]): number[] | number {
  const raw = scoredBy((node) => verdicts.softTaintsOn(node), nodes);
  const most = mostOf(raw);
  if (most === 0) return 100;
  for (let at = 0; at < raw.length; at++) raw[at] = 100 - Math.trunc((100 * (raw[at] ?? 0)) / most);
  return raw;
}

function preferenceScores(
  { profile }: Framework,
  { preferences }: Shape,
  { verdicts, nodes }: { readonly verdicts: NodeVerdicts; readonly nodes: readonly NodeState[] },
): number[] | number | SchedulingError | undefined {
  const added = profile.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (preferences === undefined && added === undefined) return undefined;
  const mistake = preferences?.find(({ term }) => term.mistake !== undefined)?.term.mistake;
  if (mistake !== undefined)
    return { plugin: "NodeAffinity", message: `running PreScore plugin "NodeAffinity": ${mistake}` };
  const raw = scoredBy((node) => verdicts.preferenceFor(node), nodes);
  const most = mostOf(raw);
  if (most === 0) return 0;
  for (let at = 0; at < raw.length; at++) raw[at] = Math.trunc((100 * (raw[at] ?? 0)) / most);
  return raw;
}

function mostOf(scores: readonly number[]): number {
  let most = 0;
  for (const score of scores) if (score > most) most = score;
  return most;
}
