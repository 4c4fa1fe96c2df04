import { nodeGroupsOf } from "../../autoscaler/node-groups.ts";
import { groupFactsOf } from "../../migration/setup/groups.ts";
import type { ClusterFacts, GroupFacts } from "../../migration/setup/facts.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import { readLaunches } from "./groups.ts";

/**
 * Where a cluster's node groups stand, whole or not at all: all of them, or those named.
 *
 * Throws `aws.…` when something could not be read, `usage.no-node-group` for an unknown name.
 */
export async function readGroupFacts(
  cloud: CloudReader,
  cluster: ClusterFacts,
  wanted: readonly string[] | undefined,
): Promise<readonly GroupFacts[]> {
  const launches = await readLaunches(cloud, cluster.name);
  const account = { region: cloud.region, ...launches };
  const groups = nodeGroupsOf({ clusterName: cluster.name, objects: {}, account }, []);
  return groupFactsOf(groups, { cluster, account, wanted });
}
