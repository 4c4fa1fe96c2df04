// Mirrors utils/daemonset/daemonset.go of Cluster Autoscaler 1.36.1.
import { compileNodeRequirement } from "../../../kube/node-selector.ts";
import type { Node, Pod, Toleration, Workload } from "../../../kube/objects.ts";
import { hasUntoleratedTaint } from "../../../kube-scheduler/plugins/taint-toleration.ts";

/** What every daemon tolerates (pkg/controller/daemon/util, `AddOrUpdateDaemonPodTolerations`). */
const daemonTolerations: readonly Toleration[] = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
];
const hostNetworkToleration: Toleration = {
  key: "node.kubernetes.io/network-unavailable",
  operator: "Exists",
  effect: "NoSchedule",
};

/** The pod that a DaemonSet would have on a node; undefined when it would not run there (`NodeShouldRunDaemonPod`). */
export function daemonPodOn(set: Workload, node: Node): Pod | undefined {
  const { template } = set.spec;
  const tolerations = [
    ...(template.spec.tolerations ?? []),
    ...daemonTolerations,
    ...(template.spec.hostNetwork === true ? [hostNetworkToleration] : []),
  ];
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
