// Mirrors util/utils.go of kube-scheduler 1.35.
import { goSort } from "../../kube/go-sort.ts";
import type { PodInfo } from "../pods/registry.ts";

/** When a pod started, in milliseconds since 1970; undefined for one of which that is not known, which is taken to start right now. */
export function startOf({ pod }: PodInfo): number | undefined {
  const text = pod.status?.startTime;
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Sorts pods by falling importance: higher priority, then earlier start (scheduler/util/utils.go, `MoreImportantPod`). The clock runs on
 * while the original asks, so of two pods without a start each comes before the other; what its sort makes of that is followed.
 */
export function sortByImportance(pods: readonly PodInfo[]): PodInfo[] {
  const rows = pods.map((info) => ({ info, start: startOf(info) }));
  goSort(rows, (a, b) => {
    const [mine, theirs] = [a.info.shape.priority, b.info.shape.priority];
    if (mine !== theirs) return mine > theirs;
    return a.start === undefined ? b.start === undefined : b.start === undefined || a.start < b.start;
  });
  return rows.map(({ info }) => info);
}
