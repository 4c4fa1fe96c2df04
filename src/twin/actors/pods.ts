import { groupBy } from "../../kube/group-by.ts";
import type { Json, Labels, Pod, PodTemplate, Workload } from "../../kube/objects.ts";
import { controllerOf } from "../../kube/pod.ts";
import { type Core, timestamp } from "../world/core.ts";
import { withIdentity } from "./pod-identity.ts";

export { controllerOf, isActive, isReady } from "../../kube/pod.ts";

/** Pods by the uid of their controller, in the order of their keys. Built once per reconciliation. */
export function podsByOwner(core: Core): ReadonlyMap<string, readonly Pod[]> {
  return groupBy(core.api.peek("pods"), (pod) => controllerOf(pod)?.uid);
}

/** Makes one pod of a workload, pending and not bound. */
export function createPod(
  core: Core,
  owner: Workload,
  pod: {
    readonly name: string;
    readonly template: PodTemplate;
    readonly labels?: Labels;
    readonly spec?: Partial<Pod["spec"]>;
    readonly by: string;
  },
): void {
  const { template } = pod;
  const uid = owner.metadata.uid ?? "";
  const namespace = owner.metadata.namespace ?? "default";
  const object: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: pod.name,
      namespace,
      labels: { ...template.metadata?.labels, ...pod.labels },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [
        { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid, controller: true },
      ],
    },
    spec: { ...withIdentity(core, namespace, template.spec), ...pod.spec, priority: priorityOf(core, template.spec) },
    status: { phase: "Pending" },
  };
  core.api.create(pod.by, "pods", object);
}

function priorityOf(core: Core, spec: Pod["spec"]): number {
  if (spec.priority !== undefined || spec.priorityClassName === undefined) return spec.priority ?? 0;
  return core.api.find("priorityclasses", spec.priorityClassName)?.value ?? 0;
}

/** Resources whose controllers write a status. */
export type WorkloadResource = "deployments" | "replicasets" | "statefulsets" | "daemonsets" | "jobs";

/** Writes a status only when it differs, so that a settled world stays still. */
export function setStatus(
  core: Core,
  of: { readonly workload: Workload; readonly resource: WorkloadResource; readonly by: string },
  status: Readonly<Record<string, Json>>,
): void {
  const next = { ...of.workload, status: { ...of.workload.status, ...status } };
  core.api.put(of.by, of.resource, next);
}

/** A condition that holds or does not, since now. */
export function condition(
  core: Core,
  type: string,
  isTrue: boolean,
  reason: string,
): { readonly type: string; readonly status: string; readonly reason: string; readonly lastTransitionTime: string } {
  return { type, status: isTrue ? "True" : "False", reason, lastTransitionTime: timestamp(core) };
}

/** Conditions with one replaced; its transition time moves only when its status does. */
export function withCondition<
  C extends { readonly type: string; readonly status: string; readonly lastTransitionTime?: string },
>(all: readonly C[] | undefined, next: C): readonly C[] {
  const old = all?.find((one) => one.type === next.type);
  const kept =
    old !== undefined && old.status === next.status && old.lastTransitionTime !== undefined
      ? { ...next, lastTransitionTime: old.lastTransitionTime }
      : next;
  return [...(all ?? []).filter((one) => one.type !== next.type), kept];
}
