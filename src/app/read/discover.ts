import { findInstallations } from "../../autoscaler/installations.ts";
import { nodeGroupsOf } from "../../autoscaler/node-groups.ts";
import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** What scales a cluster's nodes today. */
export interface Discovery {
  readonly autoscalers: readonly AutoscalerInstallation[];
  readonly nodeGroups: readonly NodeGroup[];
}

/** Finds every Cluster Autoscaler and every node group in a snapshot. */
export function discover(snapshot: Snapshot): Discovery {
  const autoscalers = findInstallations(snapshot.objects, snapshot.kubernetesVersion);
  return { autoscalers, nodeGroups: nodeGroupsOf(snapshot, autoscalers) };
}
