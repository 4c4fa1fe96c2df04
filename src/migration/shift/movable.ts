import type { NodeSelectorTerm, Pod } from "../../kube/objects.ts";
import { isDaemonPod, isMirrorPod, isOwnedByNode, isTerminal, ownerOf } from "../../kube/pod.ts";

/** `namespace/name`, as consent is given and as people are told. */
export type PodName = string;

/** `Kind/namespace/name` of what makes a pod again. */
export type OwnerName = string;

/** What a drain of its node means for a pod. */
export type Standing =
  /** Belongs to the node and goes with it, or is over, or is our own placeholder. */
  | { readonly kind: "stays"; readonly because: "daemonset" | "static" | "finished" | "placeholder" }
  /** Its owner makes it again elsewhere. `isUnmanaged`: only on nodes that Karpenter does not manage. */
  | { readonly kind: "moves"; readonly owner: OwnerName; readonly isUnmanaged: boolean }
  /** Never moved without explicit consent. */
  | { readonly kind: "guarded"; readonly because: Guard; readonly owner: OwnerName | undefined };

/** Why a pod is guarded: nobody makes it again, or its owner asked that it is left alone (of Karpenter, or of CA). */
export type Guard = "bare" | "do-not-disrupt" | "not-safe-to-evict";

/** Pods that the user allows to be moved although they are guarded: `namespace/name`, `namespace/*` or `*`. */
export interface Consents {
  readonly bare: readonly string[];
  readonly protected: readonly string[];
}

/** On every placeholder: names the step it belongs to. */
export const placeholderLabel = "dovetail/placeholder";

/** What a drain of its node means for the pod. */
export function standingOf(pod: Pod, consents: Consents): Standing {
  if (isPlaceholder(pod)) return { kind: "stays", because: "placeholder" };
  if (isDaemonPod(pod)) return { kind: "stays", because: "daemonset" };
  if (isMirrorPod(pod) || isOwnedByNode(pod)) return { kind: "stays", because: "static" };
  if (isTerminal(pod)) return { kind: "stays", because: "finished" };
  const owner = ownerNameOf(pod);
  const guard = guardOf(pod, owner);
  if (guard !== undefined && !hasConsent(pod, guard, consents)) return { kind: "guarded", because: guard, owner };
  return { kind: "moves", owner: owner ?? `Pod/${podName(pod)}`, isUnmanaged: isForUnmanagedNodes(pod) };
}

/** One of our own pods that holds room. */
export function isPlaceholder(pod: Pod): boolean {
  return pod.metadata.labels?.[placeholderLabel] !== undefined;
}

/** The pod's `namespace/name`. */
export function podName(pod: Pod): PodName {
  return `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`;
}

/** The pod's controller as `Kind/namespace/name`; undefined for a bare pod. */
export function ownerNameOf(pod: Pod): OwnerName | undefined {
  const owner = ownerOf(pod);
  return owner === undefined ? undefined : `${owner.kind}/${pod.metadata.namespace ?? "default"}/${owner.name}`;
}

function guardOf(pod: Pod, owner: OwnerName | undefined): Guard | undefined {
  const annotations = pod.metadata.annotations ?? {};
  const doNotDisrupt = annotations["karpenter.sh/do-not-disrupt"];
  // A duration guards too (Karpenter v1 counts it from the pod's start); whether it is over is not ours to bet on.
  if (doNotDisrupt !== undefined && doNotDisrupt !== "false") return "do-not-disrupt";
  if (annotations["karpenter.sh/do-not-evict"] === "true") return "do-not-disrupt";
  if (owner === undefined) return "bare";
  const isSafe = annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] !== "false";
  if (!isSafe && !isAutoscalersOwn(pod)) return "not-safe-to-evict";
  return undefined;
}

// EKS' guide has Cluster Autoscaler mark its own pod, so that it does not drain itself. The hand-over stops and starts
// that pod anyway.
function isAutoscalersOwn(pod: Pod): boolean {
  return pod.spec.containers.some((container) =>
    /(^|\/)cluster-autoscaler(-\w+)?(?=$|[:@])/.test(container.image ?? ""),
  );
}

function hasConsent(pod: Pod, guard: Guard, consents: Consents): boolean {
  // A bare pod that also asks to be left alone needs both consents.
  const isBare = ownerNameOf(pod) === undefined;
  if (isBare && !isNamed(pod, consents.bare)) return false;
  return guard === "bare" || isNamed(pod, consents.protected);
}

/** Whether a pattern of consent names the pod: `namespace/name`, `namespace/*` or `*`. */
export function isNamed(pod: Pod, patterns: readonly string[]): boolean {
  const name = podName(pod);
  return patterns.some((pattern) => pattern === "*" || pattern === name || pattern === `${name.split("/")[0] ?? ""}/*`);
}

/** Karpenter's own controller and whoever else asks for nodes without Karpenter's label. */
export function isForUnmanagedNodes(pod: Pod): boolean {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms !== undefined && terms.length > 0 && terms.every(forbidsKarpenter);
}

function forbidsKarpenter(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions ?? []).some(
    (expression) => expression.key === "karpenter.sh/nodepool" && expression.operator === "DoesNotExist",
  );
}
