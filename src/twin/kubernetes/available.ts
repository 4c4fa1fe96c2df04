import { numberAt } from "../../kube/json.ts";
import type { Pod, Workload } from "../../kube/objects.ts";
import { asStored } from "../store/objects.ts";

/** How many pods have been ready for as long as their workload asks, and when the next one will have been; undefined: none waits. */
export function availability(
  workload: Workload,
  pods: readonly Pod[],
  nowMs: number,
): { readonly available: number; readonly nextMs: number | undefined } {
  const minReadyMs = 1000 * (numberAt(asStored(workload), "spec", "minReadySeconds") ?? 0);
  let available = 0;
  let nextMs: number | undefined;
  for (const pod of pods) {
    const ready = pod.status?.conditions?.find((one) => one.type === "Ready");
    if (ready?.status !== "True") continue;
    const atMs = minReadyMs === 0 ? nowMs : Date.parse(ready.lastTransitionTime ?? "") + minReadyMs;
    if (atMs <= nowMs) available += 1;
    else nextMs = Math.min(nextMs ?? atMs, atMs);
  }
  return { available, nextMs };
}
