import type { NodeState } from "../cluster/node-state.ts";
import type { Framework } from "../framework.ts";
import { companyScores, pullsOn } from "../plugins/company-score.ts";
import { imageScore } from "../plugins/image-locality.ts";
import { spreadScores } from "../plugins/spread-score.ts";
import type { PluginName, SchedulingError } from "../refusal.ts";
import type { Prefiltered } from "./prefiltered.ts";

/** One plugin's scores, weighted and normalised, in the order of the nodes. */
export interface ScoreColumn {
  readonly plugin: PluginName;
  readonly scores: readonly number[];
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
  framework.cluster.images.renew();
  const columns: ScoreColumn[] = [];
  const totals: number[] = nodes.map(() => 0);
  for (const { plugin, weight } of framework.profile.scores) {
    const scores = normalised(framework, asked, { plugin, nodes });
    if (scores === undefined) continue;
    if ("message" in scores) return scores;
    for (let at = 0; at < scores.length; at++) {
      const weighted = (scores[at] ?? 0) * weight;
      scores[at] = weighted;
      totals[at] = (totals[at] ?? 0) + weighted;
    }
    columns.push({ plugin, scores });
  }
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
): number[] | SchedulingError | undefined {
  const { shape } = info;
  const view = framework.viewOf(shape);
  const { cluster, profile, behaviour } = framework;
  switch (plugin) {
    case "TaintToleration":
      return byMost(
        nodes.map((node) => verdicts.softTaintsOn(node)),
        true,
      );
    case "NodeAffinity": {
      if (
        shape.preferences === undefined &&
        profile.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution === undefined
      )
        return undefined;
      const mistake = shape.preferences?.find(({ term }) => term.mistake !== undefined)?.term.mistake;
      if (mistake !== undefined) return { plugin, message: `running PreScore plugin "NodeAffinity": ${mistake}` };
      return byMost(
        nodes.map((node) => verdicts.preferenceFor(node)),
        false,
      );
    }
    case "NodeResourcesFit":
      return nodes.map(view.scorers.fit);
    case "NodeResourcesBalancedAllocation":
      return view.scorers.balance === undefined ? undefined : nodes.map(view.scorers.balance);
    case "PodTopologySpread":
      return view.soft.spreads.length === 0 ? undefined : spreadScores(view.soft, nodes);
    case "InterPodAffinity":
      return companyScores(pullsOn(cluster, shape, profile), nodes);
    case "ImageLocality":
      return nodes.map((node) => imageScore(shape, node, cluster.nodes.length, behaviour.imageVolumesScore));
    case "DynamicResources":
      return nodes.map(() => 0);
    default:
      return undefined;
  }
}

// helper.DefaultNormalizeScore
function byMost(raw: readonly number[], isReversed: boolean): number[] {
  let most = 0;
  for (const score of raw) if (score > most) most = score;
  if (most === 0) return raw.map(() => (isReversed ? 100 : 0));
  return raw.map((score) => {
    const share = Math.trunc((100 * score) / most);
    return isReversed ? 100 - share : share;
  });
}
