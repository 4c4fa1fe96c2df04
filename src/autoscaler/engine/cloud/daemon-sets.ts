// Mirrors utils/daemonset/daemonset.go of Cluster Autoscaler 1.36.1.
import { daemonTolerations } from "../../../kube/daemon.ts";
import { compileNodeRequirement } from "../../../kube/node-selector.ts";
import type { Node, Pod, Workload } from "../../../kube/objects.ts";
import { hasUntoleratedTaint } from "../../../kube-scheduler/plugins/taint-toleration.ts";

/** The pod that a DaemonSet would have on a node; undefined when it would not run there (`NodeShouldRunDaemonPod`). */
export function daemonPodOn(set: Workload, node: Node): Pod | undefined {
  const { template } = set.spec;
  const tolerations = daemonTolerations(template.spec);
  const requirement = compileNodeRequirement(template.spec);
  if (requirement !== undefined && !requirement.matches(node.metadata.labels ?? {}, node.metadata.name))
    return undefined;
  if (hasUntoleratedTaint(node.spec?.taints ?? [], tolerations)) return undefined;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${set.metadata.name}-pod`,
      namespace: set.metadata.namespace ?? "default",
      labels: template.metadata?.labels ?? {},
      annotations: template.metadata?.annotations ?? {},
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          name: set.metadata.name,
          controller: true,
          ...(set.metadata.uid === undefined ? {} : { uid: set.metadata.uid }),
        },
      ],
    },
    spec: { ...template.spec, tolerations },
  };
}
