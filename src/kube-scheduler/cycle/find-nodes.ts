import type { NodeState } from "../cluster/node-state.ts";
import { type FilterAnswer, type Framework, isRefusal } from "../framework.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { PluginRefusal, SchedulingError } from "../refusal.ts";
import { copyOfMoved, type Moved, type Prefiltered } from "./prefiltered.ts";

/** Pods that are nominated to a node: a place was made for them there. */
export type NominatedTo = (nodeName: string) => readonly PodInfo[];

/** Which nodes to look at, and how far. */
export interface Search {
  /** In the scheduler's order. */
  readonly nodes: readonly NodeState[];
  /** Where the last attempt stopped. */
  readonly startAt: number;
  /** Share of nodes to find in per cent; 0: by their number. */
  readonly percentage: number;
  readonly nominatedTo: NominatedTo;
}

/** What a search found. */
export interface FoundNodes {
  readonly feasible: readonly NodeState[];
  /** By node name. */
  readonly refused: ReadonlyMap<string, PluginRefusal>;
  readonly error: SchedulingError | undefined;
}

/** Asks nodes one after another until enough pass (schedule_one.go, `findNodesThatPassFilters`). */
export function findNodes(framework: Framework, asked: Prefiltered, search: Search): FoundNodes {
  const { nodes, startAt, nominatedTo } = search;
  const enough = nodesToFind(nodes.length, search.percentage, framework.profile.scores.length > 0);
  const feasible: NodeState[] = [];
  const refused = new Map<string, PluginRefusal>();
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[(startAt + at) % nodes.length];
    if (node === undefined) continue;
    const answer = askWithNominated(framework, asked, node, { nominated: nominatedTo(node.name) });
    if (answer === undefined) {
      // The one too many ends the search and is not kept.
      if (feasible.length === enough) break;
      feasible.push(node);
    } else if (isRefusal(answer)) refused.set(node.name, answer);
    else return { feasible, refused, error: answer };
  }
  return { feasible, refused, error: undefined };
}

// How many nodes are enough (`numFeasibleNodesToFind`): up to 100 all, then half of them and less the more there are.
function nodesToFind(all: number, percentage: number, hasScores = true): number {
  if (!hasScores) return 1;
  if (all < 100) return all;
  const share = percentage === 0 ? Math.max(5, 50 - Math.trunc(all / 125)) : percentage;
  return Math.max(100, Math.trunc((all * share) / 100));
}

/**
 * Asks a node to which pods are nominated: those of equal or higher priority are put on it, and if the pod passes beside them it must pass
 * without them too (framework.go, `RunFilterPluginsWithNominatedPods`). `moved` goes with a copy of a node, see `Framework.filter`.
 */
export function askWithNominated(
  framework: Framework,
  asked: Prefiltered,
  node: NodeState,
  { nominated, moved }: { readonly nominated: readonly PodInfo[]; readonly moved?: Moved },
): FilterAnswer {
  if (nominated.length === 0) return framework.filter(asked, node, moved);
  const { info } = asked;
  const before = nominated.filter((other) => other.shape.priority >= info.shape.priority && other.name !== info.name);
  if (before.length > 0) {
    const crowded = node.copy();
    const beside = moved === undefined ? framework.nothingMoved(asked) : copyOfMoved(moved);
    for (const other of before) {
      crowded.add(other);
      framework.move(asked, beside, { info: other, sign: 1 });
    }
    const answer = framework.filter(asked, crowded, beside);
    if (answer !== undefined) return answer;
  }
  return framework.filter(asked, node, moved);
}
