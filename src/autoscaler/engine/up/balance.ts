import { goSort } from "../../../kube/go-sort.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";

/** A group with the size it should get. */
export interface Growth {
  readonly group: WorkingGroup;
  readonly from: number;
  to: number;
  readonly max: number;
}

/**
 * Shares new nodes among similar groups so that their sizes become as equal as can be: always the smallest group next, groups at their
 * maximum left out (balancing_processor.go, `BalanceScaleUpBetweenGroups`). Only groups that grow are answered.
 */
export function balance(groups: readonly WorkingGroup[], nodes: number): readonly Growth[] {
  const growths: Growth[] = groups
    .filter(({ target, max }) => target !== max)
    .map((group) => ({ group, from: group.target, to: group.target, max: group.max }));
  goSort(growths, (a, b) => a.from < b.from);
  const room = growths.reduce((sum, { from, max }) => sum + Math.max(0, max - from), 0);
  let left = Math.min(nodes, room);
  let start = 0;
  let at = 0;
  while (left > 0) {
    const growth = growths[at];
    if (growth === undefined) break;
    if (growth.to < growth.max) {
      growth.to += 1;
      left -= 1;
    } else {
      const first = growths[start];
      if (first !== undefined) {
        growths[start] = growth;
        growths[at] = first;
      }
      start += 1;
    }
    // After an exchange it is the one that came here that is compared, as in the original.
    const here = growths[at]?.to ?? 0;
    const next = growths[at + 1];
    at = next !== undefined && here > next.to ? at + 1 : start;
  }
  return growths.filter(({ from, to }) => from !== to);
}
