import type { Json, Workload } from "../../kube/objects.ts";
import type { Here } from "../world/here.ts";

/** Resources whose controllers write a status. */
type WorkloadResource = "deployments" | "replicasets" | "statefulsets" | "daemonsets" | "jobs";

/** Writes a status only when it differs, so that a settled world stays still. Fields that are not given stay. */
export function putStatus(
  here: Here<object, never>,
  resource: WorkloadResource,
  workload: Workload,
  status: Readonly<Record<string, Json | undefined>>,
): void {
  const key = `${workload.metadata.namespace ?? "default"}/${workload.metadata.name}`;
  // The look may have written it since.
  const current = here.store.at(resource, key);
  if (current === undefined) return;
  here.put(resource, { ...current, status: { ...current.status, ...status } });
}
