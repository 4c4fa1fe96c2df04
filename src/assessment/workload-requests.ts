import type { Pod } from "../kube/objects.ts";
import { podRequests } from "../kube/pod-requests.ts";
import type { ResourceList } from "../kube/resource-list.ts";
import type { WorkloadFacts } from "./workload.ts";

/** What one pod of the workload requests; undefined when a quantity cannot be read. */
export function workloadRequests(workload: WorkloadFacts): ResourceList | undefined {
  const pod: Pod = workload.pods[0] ?? {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: workload.name },
    spec: workload.spec,
  };
  const parsed = podRequests({ ...pod, spec: workload.spec });
  return parsed.ok ? parsed.value : undefined;
}
