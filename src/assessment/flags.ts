import { inForce } from "../autoscaler/flags/settings.ts";
import type { AutoscalerInstallation } from "../autoscaler/types.ts";
import type { Facts } from "./facts.ts";

/** `kube-system/cluster-autoscaler` */
export function titleOf(autoscaler: AutoscalerInstallation): string {
  return `${autoscaler.namespace}/${autoscaler.deployment}`;
}

/** The protections that hold pods on their nodes today. */
export type Protection =
  | "skip-nodes-with-custom-controller-pods"
  | "skip-nodes-with-local-storage"
  | "skip-nodes-with-system-pods";

/** Whether any Cluster Autoscaler found has this protection on. Without one nothing is protected today. */
export function isProtecting(facts: Facts, flag: Protection): boolean {
  return facts.autoscalers.some((one) => inForce(one, flag));
}
