/** Kubelet settings of a v1beta1 pool, kept by the conversion webhook of 1.0 (karpenter v1.0.8, `apis/v1/labels.go`). */
export const kubeletAnnotation = "compatibility.karpenter.sh/v1beta1-kubelet-conversion";

/** Whether an annotation is one that the webhooks of 1.0 left on a v1 object; 1.1 and later read none of them. */
export function isCompatibility(key: string): boolean {
  return key.startsWith("compatibility.karpenter.sh/") || key.startsWith("compatibility.karpenter.k8s.aws/");
}
