import type { Finding } from "../findings/finding.ts";
import type { Pod } from "../kube/objects.ts";
import type { Facts } from "./facts.ts";

/** Findings that say that the Eviction API refuses a pod whatever one waits for. */
export const evictionStops: ReadonlySet<string> = new Set(["DV1001", "DV1002", "DV1005", "DV1042"]);

/** Findings that say that no node of Karpenter's takes a pod; what Karpenter would really do, a forecast knows better. */
export const placementStops: ReadonlySet<string> = new Set(["DV1011", "DV1012"]);

/** The pods that a finding speaks of: those of its workload or budget, or the pod itself; none where it speaks of something else. */
export function podsOfFinding(facts: Facts, { code, subject }: Finding): readonly Pod[] {
  const workload = facts.workloadBySubject.get(subject);
  // Two budgets may each cover only some of a workload's pods.
  if (workload !== undefined && code === "DV1002")
    return workload.pods.filter((pod) => (facts.budgetsOfPod.get(pod)?.length ?? 0) > 1);
  return workload?.pods ?? facts.budgets.find((one) => one.subject === subject)?.pods ?? [];
}
