import type { WorkingGroup } from "../cloud/cloud.ts";
import type { Settings } from "../settings.ts";

/** The smaller of two limits; 0 is none, a negative one refuses everything (threshold_based_limiter.go, `getMinLimit`). */
function smaller(limit: number, other: number): number {
  if (limit < 0 || other < 0) return -1;
  return (limit === 0 || limit > other) && other > 0 ? other : limit;
}

/** Room of a group and those like it (sng_capacity_threshold.go): negative when there is none. */
function groupRoom(group: WorkingGroup, similar: readonly WorkingGroup[]): number {
  const room = [group, ...similar].reduce((sum, { max, target }) => sum + Math.max(0, max - target), 0);
  return room <= 0 ? -1 : room;
}

/** Room under `--max-nodes-total` (cluster_capacity_threshold.go): 0 for no limit, negative when it is full. */
function clusterRoom(maxNodesTotal: number, nodes: number): number {
  if (maxNodesTotal === 0) return 0;
  return maxNodesTotal < 0 || maxNodesTotal <= nodes ? -1 : maxNodesTotal - nodes;
}

/**
 * Gives permissions for new nodes until the limit is reached. The time limits of the real program are not played: a simulation
 * takes none.
 */
export class Limiter {
  readonly #most: number;
  #given = 0;

  constructor(
    settings: Settings,
    of: { readonly group: WorkingGroup; readonly similar: readonly WorkingGroup[]; readonly nodes: number },
  ) {
    const limits = [
      settings.of("max-nodes-per-scaleup"),
      groupRoom(of.group, of.similar),
      clusterRoom(settings.of("max-nodes-total"), of.nodes),
    ];
    this.#most = limits.reduce(smaller, 0);
  }

  /** Whether one more node may be added. */
  permit(): boolean {
    if (this.#most < 0 || (this.#most > 0 && this.#given >= this.#most)) return false;
    this.#given += 1;
    return true;
  }
}
