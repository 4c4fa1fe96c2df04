import { plainOf, isObject, valueAt } from "../../kube/json.ts";
import type { KubeObject, PodTemplate, Workload } from "../../kube/objects.ts";
import type { ClusterObjects } from "../../kube/resources.ts";

/** What of a workload a condition may look at. */
export interface TemplateOf {
  readonly template: PodTemplate;
}

/** Workloads whose pods are made of a template that a condition holds for, as `Kind/namespace/name`; undefined where none were read. */
export function workloadsAlike(
  objects: ClusterObjects,
  holds: (one: TemplateOf) => boolean,
): readonly string[] | undefined {
  const { deployments, statefulsets, daemonsets, pods } = objects;
  const lists = [deployments, statefulsets, daemonsets];
  if (lists.every((list) => list === undefined) && pods === undefined) return undefined;
  const workloads = lists.flatMap((list) => list ?? []).filter(hasTemplate);
  const bare = (pods ?? []).filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0);
  return [
    ...workloads.filter(({ spec }) => holds({ template: spec.template })).map(nameOf),
    ...bare.filter((pod) => holds({ template: { metadata: pod.metadata, spec: pod.spec } })).map(nameOf),
  ].toSorted();
}

// A dump may hold a Deployment without a template: it runs nothing.
function hasTemplate(object: Workload): boolean {
  return isObject(valueAt(plainOf(object), "spec", "template", "spec"));
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? "default"}/${metadata.name}`;
}
