import { newestFor, type Release, supportsKubernetes } from "../../karpenter/releases.ts";
import type { ClusterFacts, PlanRefusal } from "./facts.ts";
import type { KarpenterInstallation } from "../../karpenter/installations.ts";
import { clusterTag } from "./options.ts";

function fitting(kubernetes: string): string {
  const release = newestFor(kubernetes);
  return release === undefined
    ? "upgrade the cluster"
    : `pass --karpenter-version ${release.version}, which supports it`;
}

/** What speaks against Karpenter on this cluster, whatever the plan. */
export function clusterRefusals(of: {
  readonly cluster: ClusterFacts;
  readonly release: Release;
  /** All that run in the cluster, ours included. */
  readonly karpenters: readonly KarpenterInstallation[];
  readonly force: boolean;
}): readonly PlanRefusal[] {
  const found: PlanRefusal[] = [];
  const { cluster, release } = of;
  if (cluster.isAutoMode) {
    found.push({
      reason: `cluster ${cluster.name} uses EKS Auto Mode, which runs a Karpenter of its own`,
      fix: "turn Auto Mode's compute off first, or keep it and do not install Karpenter",
    });
  }
  if (!of.force && !supportsKubernetes(release, cluster.version)) {
    const { min, max } = release.kubernetes;
    found.push({
      reason: `Karpenter ${release.version} supports Kubernetes ${min} to ${max}; ${cluster.name} runs ${cluster.version}`,
      fix: `${fitting(cluster.version)}, or pass --force to go on all the same`,
    });
  }
  for (const one of of.karpenters) {
    if (one.object.metadata.annotations?.[clusterTag] !== undefined) continue;
    found.push({
      reason: `Karpenter runs already as ${one.namespace}/${one.name} (${one.image}), not installed by Dovetail`,
      fix: "remove it first, or keep using it; two Karpenters would fight over the same pods",
    });
  }
  return found;
}
