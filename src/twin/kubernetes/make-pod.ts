import type { Labels, Pod, PodSpec, PodTemplate, Workload } from "../../kube/objects.ts";

/** A pod of a workload as its controller makes it: pending, not bound. The template's parts are shared, not copied. */
export function podOf(
  owner: Workload,
  pod: {
    readonly name: string;
    readonly template: PodTemplate;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    /** Replaces the template's spec; make it once for many pods. */
    readonly spec?: PodSpec;
  },
): Pod {
  const { template } = pod;
  const annotations =
    pod.annotations === undefined
      ? template.metadata?.annotations
      : { ...template.metadata?.annotations, ...pod.annotations };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: pod.name,
      namespace: owner.metadata.namespace ?? "default",
      labels:
        pod.labels === undefined ? (template.metadata?.labels ?? {}) : { ...template.metadata?.labels, ...pod.labels },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? "",
          controller: true,
        },
      ],
    },
    spec: pod.spec ?? template.spec,
    status: { phase: "Pending" },
  };
}
