// Mirrors utils/taints/taints.go of Cluster Autoscaler 1.36.1.
import type { Node, Taint } from "../../../kube/objects.ts";
import type { TaintRules } from "../settings.ts";

/** On a node that is being removed. */
export const toBeDeleted = "ToBeDeletedByClusterAutoscaler";
/** On a node that is not needed. */
export const deletionCandidate = "DeletionCandidateOfClusterAutoscaler";

/** Taints that tell how a node is, not what it is for (utils/taints/taints.go, `NodeConditionTaints`). */
const conditionTaints: ReadonlySet<string> = new Set([
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/unschedulable",
  "node.kubernetes.io/memory-pressure",
  "node.kubernetes.io/disk-pressure",
  "node.kubernetes.io/network-unavailable",
  "node.kubernetes.io/pid-pressure",
  "node.cloudprovider.kubernetes.io/uninitialized",
  "node.cloudprovider.kubernetes.io/shutdown",
  "cloud.google.com/impending-node-termination",
  "NodeWithImpairedVolumes",
]);

/** Whether a node carries a taint. */
export function hasTaint(node: Node, key: string): boolean {
  return (node.spec?.taints ?? []).some((taint) => taint.key === key);
}

/** The time that one of CA's taints holds; undefined without it, or when it holds none. */
export function taintTimeMs(node: Node, key: string): number | undefined {
  const value = (node.spec?.taints ?? []).find((taint) => taint.key === key)?.value;
  return value !== undefined && /^-?\d+$/.test(value) ? Number(value) * 1000 : undefined;
}

const maxDeletionMs = 300_000;

/** Whether CA began to remove the node less than five minutes ago (delete_in_batch.go, `IsNodeBeingDeleted`). */
export function isBeingDeleted(node: Node, nowMs: number): boolean {
  const at = taintTimeMs(node, toBeDeleted);
  return at !== undefined && nowMs - at < maxDeletionMs;
}

/** The taints that a new node of the group would have. */
export function sanitiseTaints(taints: readonly Taint[] | undefined, rules: TaintRules): readonly Taint[] {
  return (taints ?? []).filter(
    ({ key }) =>
      key !== toBeDeleted &&
      key !== deletionCandidate &&
      !conditionTaints.has(key) &&
      !rules.isStartup(key) &&
      !rules.isStatus(key),
  );
}
