import type { Patch } from "../findings/finding.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { WorkloadFacts } from "./workload.ts";

/**
 * Sets annotations on a workload's pod template (on the pod itself where it is bare); null removes one. Undefined for a Job, whose
 * template cannot be changed, and for an owner that was not read.
 */
export function annotate(workload: WorkloadFacts, annotations: JsonObject): Patch | undefined {
  const metadata = { metadata: { annotations } };
  if (workload.kind === "Pod") return patch(workload, metadata);
  // A Job's template cannot be changed, and what was not read cannot be addressed.
  if (workload.object === undefined || workload.kind === "Job") return undefined;
  return patch(workload, { spec: inTemplate(workload, metadata) });
}

/** Changes fields of a workload's pod spec; null removes one. Undefined where that cannot be addressed. */
export function changeSpec(workload: WorkloadFacts, spec: JsonObject): Patch | undefined {
  // A pod's spec and a Job's template cannot be changed.
  if (workload.object === undefined || workload.kind === "Job" || workload.kind === "Pod") return undefined;
  return patch(workload, { spec: inTemplate(workload, { spec }) });
}

function inTemplate(workload: WorkloadFacts, template: JsonObject): JsonObject {
  return workload.kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template };
}

function patch(workload: WorkloadFacts, body: JsonObject): Patch {
  const { apiVersion, kind, namespace, name } = workload;
  return { target: { apiVersion, kind, namespace, name }, type: "strategic", body };
}

/** `{ patch }` where there is one, to be spread into a finding's extras. */
export function withPatch(patch: Patch | undefined): { readonly patch?: Patch } {
  return patch === undefined ? {} : { patch };
}
