import { isConditionTrue } from "./conditions.ts";
import type { KubeObject, Labels, OwnerReference, Pod, PodSpec } from "./objects.ts";

/** `namespace/name`, the way messages name a namespaced object. */
export function nameOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** Pods by `namespace/name`; of two with one name the last. */
export function podsByName(pods: readonly Pod[]): Map<string, Pod> {
  return new Map(pods.map((pod) => [nameOf(pod), pod]));
}

/** Finished: phase Succeeded or Failed. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** Being deleted. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && !isTerminating(pod);
}

/** Condition Ready is True. */
export function isReady(pod: Pod): boolean {
  return isConditionTrue(pod, "Ready");
}

/** Bound to a node. */
export function isBound(pod: Pod): boolean {
  return (pod.spec.nodeName ?? "") !== "";
}

/** Waiting for kube-scheduler: not bound, active, and without scheduling gates. */
export function isPending(pod: Pod): boolean {
  return !isBound(pod) && isActive(pod) && (pod.spec.schedulingGates ?? []).length === 0;
}

/** kube-scheduler tried and found no node. */
export function isUnschedulable(pod: Pod): boolean {
  return (
    !isBound(pod) &&
    pod.status?.conditions?.some((one) => one.type === "PodScheduled" && one.reason === "Unschedulable") === true
  );
}

/** The owner that manages the pod: the reference marked `controller`. Undefined for an object that nobody manages. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/**
 * The controller, or the only owner there is: old controllers did not mark themselves. Undefined for a bare object, and where several
 * owners leave it open.
 */
export function ownerOf(object: KubeObject): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences;
  return controllerOf(object) ?? (owners?.length === 1 ? owners[0] : undefined);
}

/** Owned by a DaemonSet: one per node, never moved. */
export function isDaemonPod(pod: Pod): boolean {
  return ownerOf(pod)?.kind === "DaemonSet";
}

/** The API server's reflection of a static pod: written by a kubelet, cannot be evicted in truth. */
export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined || isOwnedByNode(pod);
}

/** Static pods carry their Node as owner. */
export function isOwnedByNode(pod: Pod): boolean {
  return pod.metadata.ownerReferences?.some((owner) => owner.kind === "Node" && owner.apiVersion === "v1") === true;
}

/** Nobody makes this pod again once it is gone. */
export function isBare(pod: Pod): boolean {
  return (pod.metadata.ownerReferences ?? []).length === 0 && !isMirrorPod(pod);
}

/** Whether Dovetail imagined an object from its controller's template, because the source held manifests only. */
export function isSynthesised(object: KubeObject): boolean {
  return object.metadata.annotations?.[synthesisedAnnotation] !== undefined;
}

/** Marks a pod that was imagined from a template; the value names the controller. */
export const synthesisedAnnotation = "dovetail.sh/synthesised-from";

/** An annotation's value, or a label's: undefined when absent. */
export function annotation(
  object: { readonly metadata: { readonly annotations?: Labels } },
  key: string,
): string | undefined {
  return object.metadata.annotations?.[key];
}

/** What `karpenter.sh/do-not-disrupt`, `safe-to-evict` and their like are set to on a pod. */
export const protectionAnnotations = {
  doNotDisrupt: "karpenter.sh/do-not-disrupt",
  doNotEvict: "karpenter.sh/do-not-evict",
  doNotConsolidate: "karpenter.sh/do-not-consolidate",
  safeToEvict: "cluster-autoscaler.kubernetes.io/safe-to-evict",
  safeToEvictLocalVolumes: "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes",
} as const;

/** Whether nothing runs in such pods: every container is the pause image, as in Deployments that only hold room. */
export function isPauseSpec({ containers }: PodSpec): boolean {
  return containers.every(({ image }) => /(^|\/)pause[:@-]/.test(`${image ?? ""}:`));
}
