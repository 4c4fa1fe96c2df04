import type { Pod } from "../../kube/objects.ts";
import { isBound, isTerminal } from "../../kube/pod.ts";

/** Running pods that keep others away from where they are. */
export function withRequiredAntiAffinity(pods: readonly Pod[]): Pod[] {
  return pods.filter((pod) => {
    const terms = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.length > 0 && isBound(pod) && !isTerminal(pod);
  });
}
