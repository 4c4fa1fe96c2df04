import type { Pod, ResourceTexts } from "../kube/objects.ts";
import { podRequests } from "../kube/pod-requests.ts";
import { ceilToMilli, ceilToUnit } from "../kube/quantity.ts";
import { parseResources, type ResourceList } from "../kube/resource-list.ts";
import type { FleetAmounts } from "./types.ts";

/** Nothing at all. */
export const noAmounts: FleetAmounts = { cpuMilli: 0, memoryBytes: 0, pods: 0 };

/** CPU, memory and pods of a list; rounded up as kube-scheduler counts. */
export function amountsOfList(list: ResourceList): FleetAmounts {
  return {
    cpuMilli: Number(ceilToMilli(list.get("cpu") ?? 0n)),
    memoryBytes: Number(ceilToUnit(list.get("memory") ?? 0n)),
    pods: Number(ceilToUnit(list.get("pods") ?? 0n)),
  };
}

/** Undefined when a quantity cannot be read or nothing was said. */
export function amountsOfTexts(texts: ResourceTexts | undefined): FleetAmounts | undefined {
  if (texts === undefined) return undefined;
  const parsed = parseResources(texts);
  return parsed.ok ? shown(amountsOfList(parsed.value)) : undefined;
}

/** Requests of one pod; an unreadable one counts as a pod that asks for nothing (the snapshot's gaps name it). */
export function amountsOfPod(pod: Pod): FleetAmounts {
  const parsed = podRequests(pod);
  const amounts = parsed.ok ? shown(amountsOfList(parsed.value)) : undefined;
  return amounts ?? { ...noAmounts, pods: 1 };
}

/** Kubernetes reads `1e400`; no number that is printed can be that large. */
function shown(amounts: FleetAmounts): FleetAmounts | undefined {
  return Object.values(amounts).every((one) => Number.isFinite(one)) ? amounts : undefined;
}

/** Sums, resource by resource. */
export function sumAmounts(all: readonly FleetAmounts[]): FleetAmounts {
  return all.reduce(
    (sum, one) => ({
      cpuMilli: sum.cpuMilli + one.cpuMilli,
      memoryBytes: sum.memoryBytes + one.memoryBytes,
      pods: sum.pods + one.pods,
    }),
    noAmounts,
  );
}

/** Never below zero. */
export function lessAmounts(a: FleetAmounts, b: FleetAmounts): FleetAmounts {
  return {
    cpuMilli: Math.max(0, a.cpuMilli - b.cpuMilli),
    memoryBytes: Math.max(0, a.memoryBytes - b.memoryBytes),
    pods: Math.max(0, a.pods - b.pods),
  };
}
