import type { Pod } from "../kube/objects.ts";
import type { FleetNode } from "./types.ts";

/** A node for one pod alone whose anti-affinity, demanded or preferred, is by host. */
export function isLonely(node: FleetNode, pods: ReadonlyMap<string, Pod>): boolean {
  const [only, second] = node.pods;
  if (only === undefined || second !== undefined) return false;
  const anti = pods.get(only)?.spec.affinity?.podAntiAffinity;
  const terms = [
    ...(anti?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(anti?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.podAffinityTerm),
  ];
  return terms.some((term) => term.topologyKey === "kubernetes.io/hostname");
}
