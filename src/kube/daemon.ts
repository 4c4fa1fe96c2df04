import type { PodSpec, Toleration } from "./objects.ts";

// kubernetes 1.35, pkg/controller/daemon/util/daemonset_util.go, `AddOrUpdateDaemonPodTolerations`.
const always: readonly Toleration[] = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
];
const onHostNetwork: Toleration = {
  key: "node.kubernetes.io/network-unavailable",
  operator: "Exists",
  effect: "NoSchedule",
};

/** What the pods of a DaemonSet tolerate: what its template says, and what each of them does without saying so. */
export function daemonTolerations(template: PodSpec): readonly Toleration[] {
  const own = template.tolerations ?? [];
  return template.hostNetwork === true ? [...own, ...always, onHostNetwork] : [...own, ...always];
}
