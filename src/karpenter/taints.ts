// Mirrors pkg/scheduling/taints.go of karpenter v1.14.1.
import type { Taint, Toleration } from "../kube/objects.ts";
import type { KarpenterBehaviour } from "./behaviour.ts";
import { untolerated } from "../kube/taint.ts";

/** Whether every taint, whatever its effect, is tolerated (Karpenter's `pkg/scheduling/taints.go`). */
export function toleratesAll(taints: readonly Taint[], tolerations: readonly Toleration[] | undefined): boolean {
  return untolerated(taints, tolerations, true) === undefined;
}

/** Same key and effect; the value does not count. */
export function isSameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

/** `key=value:effect`, as Karpenter prints it. */
export function taintText(taint: Taint): string {
  return (taint.value ?? "") !== "" ? `${taint.key}=${taint.value}:${taint.effect}` : `${taint.key}:${taint.effect}`;
}

const ephemeral: readonly Taint[] = [
  { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
  { key: "node.cloudprovider.kubernetes.io/uninitialized", effect: "NoSchedule" },
  { key: "karpenter.sh/unregistered", effect: "NoExecute" },
];

/** Taints that are expected to go away while a node starts (`KnownEphemeralTaints`, `pkg/scheduling/taints.go`). */
export function isEphemeralTaint(
  taint: Taint,
  { hasReadinessTaints }: Pick<KarpenterBehaviour, "hasReadinessTaints">,
): boolean {
  if (ephemeral.some((known) => isSameTaint(known, taint))) return true;
  return hasReadinessTaints && taint.key.startsWith("readiness.k8s.io/");
}
